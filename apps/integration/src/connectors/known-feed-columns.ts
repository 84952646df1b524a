import type { Field } from './sheets.js';

/** What a column of a feed is about. */
export interface KnownOfFeed {
  field: Field;
  zh: string;
  also: readonly string[];
  /** Metric that the column is a value of, or, of a time, that each row is one of. */
  metric?: string;
  /** From the sender's unit to the metric's. */
  times?: number;
}

/**
 * Names of columns as systems for grades, attendance, the campus card, the network and the library export them; short names are those
 * that are commonly used, the metrics those of the catalogue. A proposal by them is there to be looked at, and corrected.
 */
export const KNOWN_OF_FEEDS: Record<string, KnownOfFeed> = {
  number: { field: 'number', zh: '学号', also: ['XH', 'XSXH', 'XGH', '学工号', '学生学号', '读者证号', 'DZZH'] },
  day: {
    field: 'day',
    zh: '日期',
    also: ['RQ', 'KQRQ', '考勤日期', 'KSRQ', '考试日期', 'JYRQ', '借阅日期', 'JSRQ', '借书日期', 'TJRQ', '统计日期'],
  },
  at: {
    field: 'at',
    zh: '时间',
    also: ['SJ', 'KQSJ', '考勤时间', 'JYSJ', '交易时间', 'XFSJ', '消费时间', 'SXSJ', '上线时间', '借阅时间'],
  },
  library: {
    field: 'at',
    zh: '进馆时间',
    also: ['JGSJ', '入馆时间', 'RGSJ', '到馆时间', 'DGSJ'],
    metric: 'library_visits',
  },
  key: {
    field: 'key',
    zh: '流水号',
    also: [
      'LSH',
      'JYLSH',
      '交易流水号',
      'JLH',
      '记录号',
      '记录编号',
      'KCH',
      'KCDM',
      '课程号',
      '课程代码',
      'TXM',
      '条码号',
    ],
  },
  value: { field: 'value', zh: '数值', also: ['SZ', '值'] },
  score: { field: 'value', zh: '成绩', also: ['CJ', 'ZCJ', '总成绩', 'BFCJ', '百分制成绩'], metric: 'score_points' },
  failed: { field: 'value', zh: '累计不及格学分', also: ['LJBJGXF', '不及格学分', 'BJGXF'], metric: 'failed_credits' },
  earned: {
    field: 'value',
    zh: '累计已获学分',
    also: ['LJXF', '已获学分', 'YHXF', '累计学分'],
    metric: 'earned_credits',
  },
  absent: { field: 'value', zh: '旷课节数', also: ['KKJS', 'QQJS', '缺勤节数', '缺课节数'], metric: 'absent_class' },
  attended: { field: 'value', zh: '到课节数', also: ['DKJS', 'CQJS', '出勤节数'], metric: 'class_attend' },
  spent: {
    field: 'value',
    zh: '消费金额',
    also: ['XFJE', 'XFE', 'JYJE', 'JYE', '交易金额', '交易额', '消费额'],
    ...{ metric: 'canteen_spend', times: 100 },
  },
  online: { field: 'value', zh: '上网时长', also: ['SWSC', 'ZXSC', '在线时长', '使用时长'], metric: 'net_min' },
  visits: { field: 'value', zh: '进馆次数', also: ['JGCS', '到馆次数', 'DGCS', '入馆次数'], metric: 'library_visits' },
  loans: { field: 'value', zh: '借阅册数', also: ['JYCS', 'JSCS', '借书册数', '借书数量'], metric: 'book_loans' },
  late: { field: 'value', zh: '晚归次数', also: ['WGCS'], metric: 'late_return' },
  sport: { field: 'value', zh: '运动时长', also: ['YDSC', '锻炼时长'], metric: 'sport_min' },
};
