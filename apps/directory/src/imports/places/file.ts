import type { Bilingual } from '#contracts';
import { dateIn, number, type TableSpec } from '#exchange';
import { orBlank } from '../checks.js';

/** The columns of a places file, with the other headers that are understood as well. Any order; only `building` must be there. */
const COLUMNS = {
  campus: { zh: '校区', also: ['校区代码', '校区编号'] },
  building: { zh: '楼栋', also: ['楼栋代码', '楼栋编号', '楼号', '楼宇', '宿舍楼'] },
  floor: { zh: '楼层', also: ['层'] },
  room: { zh: '寝室', also: ['寝室号', '宿舍', '宿舍号', '房间', '房间号'] },
  bed: { zh: '床位', also: ['床位号', '床号'] },
  grid: { zh: '网格', also: ['网格代码', '网格编号'] },
  name: { zh: '名称' },
  student_number: { zh: '学号', also: ['student no', 'student id'], check: orBlank(number) },
  from: { zh: '入住日期', also: ['入住时间', '起始日期'], check: day },
} as const;

export type Column = keyof typeof COLUMNS;

export const PLACES: TableSpec<Column> = {
  name: 'places',
  columns: COLUMNS,
  required: ['building'],
  maxRows: 500_000,
};

const NOT_A_DAY: Bilingual = { zh: '必须是日期，如 2026-09-01', en: 'must be a date such as 2026-09-01' };

function day(value: string): Bilingual | undefined {
  const date = value === '' ? value : dateIn(value);
  return date === undefined || date >= '2200' ? NOT_A_DAY : undefined;
}
