import type { MigrationInterface, QueryRunner } from 'typeorm';

type MetricRow = [
  code: string,
  zh: string,
  en: string,
  unit: string,
  fold: string,
  domain: string,
  sensitivity: number,
  retention: number,
];

const METRICS: MetricRow[] = [
  ['dorm_gate_in', '进宿舍次数', 'entries into the dormitory', 'count', 'sum', 'gate', 3, 400],
  ['gate_passes', '门禁通行次数', 'gate passes', 'count', 'sum', 'gate', 3, 400],
  ['late_return', '晚归', 'late returns', 'count', 'sum', 'gate', 3, 800],
  ['not_returned', '未归', 'nights not returned', 'count', 'sum', 'gate', 3, 800],
  ['late_minutes', '晚归分钟数', 'minutes after curfew', 'min', 'sum', 'gate', 3, 400],
  ['canteen_spend', '食堂消费', 'canteen spending', 'fen', 'sum', 'consumption', 3, 400],
  ['canteen_meals', '食堂用餐次数', 'canteen meals', 'count', 'sum', 'consumption', 3, 400],
  ['net_min', '上网时长', 'time online', 'min', 'sum', 'network', 3, 400],
  [
    'night_net_min',
    '夜间上网时长（记在前一晚）',
    'time online at night (on the date of the evening)',
    'min',
    'sum',
    'network',
    3,
    400,
  ],
  ['library_visits', '到图书馆次数', 'library visits', 'count', 'sum', 'library', 2, 400],
  ['book_loans', '借阅册数', 'books borrowed', 'count', 'sum', 'library', 2, 400],
  ['absent_class', '旷课节数', 'class periods missed', 'period', 'sum', 'attendance', 2, 800],
  ['class_attend', '到课节数', 'class periods attended', 'period', 'sum', 'attendance', 2, 800],
  ['failed_credits', '累计不及格学分', 'failed credits, cumulative', 'credit', 'last', 'study', 3, 3660],
  ['earned_credits', '累计已获学分', 'earned credits, cumulative', 'credit', 'last', 'study', 3, 3660],
  ['score_points', '成绩得分之和', 'points of scores', 'point', 'sum', 'study', 3, 3660],
  ['score_count', '有成绩的考核数', 'assessments with a score', 'count', 'sum', 'study', 3, 3660],
  ['assessment_due', '到期考核数', 'assessments due', 'count', 'sum', 'study', 2, 3660],
  ['assessment_submitted', '已提交考核数', 'assessments submitted', 'count', 'sum', 'study', 2, 3660],
  ['sport_min', '运动时长', 'time of sport', 'min', 'sum', 'sport', 2, 400],
  ['second_classroom_hours', '第二课堂学时', 'hours of the second classroom', 'h', 'sum', 'second_classroom', 1, 3660],
  ['volunteer_hours', '志愿服务时长', 'hours of volunteering', 'h', 'sum', 'second_classroom', 1, 3660],
  ['work_study_hours', '勤工助学时长', 'hours of work-study', 'h', 'sum', 'aid', 2, 800],
  ['awards', '获奖次数', 'awards', 'count', 'sum', 'awards', 1, 3660],
];

/** Credits and hours come in halves and tenths. */
const DECIMALS: Record<string, number> = {
  failed_credits: 1,
  earned_credits: 1,
  second_classroom_hours: 1,
  volunteer_hours: 1,
  work_study_hours: 1,
};

// What is only recorded when it happens (a late return, an absence) is 0 where nothing was recorded: `default: 0`.
// Thresholds are examples of single schools (晚归, 学业预警 10/15/25, 旷课); each is a parameter that a school may set.
const RULES = [
  {
    id: 'dorm.late',
    title: { zh: '多次晚归', en: 'Repeated late returns' },
    on: 'data',
    features: {
      late: { metric: 'late_return', agg: 'sum', window: '7d', default: 0 },
      absent: { metric: 'absent_class', agg: 'sum', window: '7d', default: 0 },
      attend: { metric: 'class_attend', agg: 'zscore', window: '7d', baseline: '28d', minData: 14, minSd: 0.5 },
    },
    level: 'yellow',
    when: { ge: [{ f: 'late' }, { $p: 'late_per_week', default: 3 }] },
    escalate: {
      to: 'orange',
      when: {
        any: [{ ge: [{ f: 'absent' }, { $p: 'late_with_absences', default: 2 }] }, { lt: [{ f: 'attend' }, -2] }],
      },
    },
    reason: { zh: '7 天内晚归 {late} 次（{level}）', en: '{late} late returns within 7 days ({level})' },
  },
  {
    id: 'dorm.not-returned',
    title: { zh: '夜不归宿', en: 'Not returned at night' },
    on: 'data',
    features: { nights: { metric: 'not_returned', agg: 'sum', window: '7d', default: 0 } },
    level: 'orange',
    when: { ge: [{ f: 'nights' }, { $p: 'not_returned_per_week', default: 1 }] },
    reason: { zh: '7 天内未归 {nights} 晚', en: 'not returned on {nights} night(s) within 7 days' },
  },
  {
    id: 'dorm.absent',
    title: { zh: '连续多日未归', en: 'Away from the dormitory for days' },
    on: 'data',
    features: {
      gap: {
        metric: 'dorm_gate_in',
        agg: 'hours_since_last',
        window: '90d',
        calendar: { pause: ['leave', 'holiday'] },
        unit: 'h',
      },
    },
    level: 'red',
    when: {
      all: [{ ge: [{ f: 'gap' }, { $p: 'absent_hours', default: 72 }] }, { not: { calendar: 'leave|holiday' } }],
    },
    reason: { zh: '已至少 {gap} 小时没有进宿舍记录', en: 'no entry into the dormitory for at least {gap} hours' },
  },
  {
    id: 'class.absent-week',
    title: { zh: '一周多次旷课', en: 'Classes missed in a week' },
    on: 'data',
    features: {
      missed: { metric: 'absent_class', agg: 'sum', window: 'iso_week', calendar: { exclude: ['leave'] }, default: 0 },
    },
    level: 'yellow',
    when: { ge: [{ f: 'missed' }, { $p: 'absent_per_week', default: 3 }] },
    reason: {
      zh: '本周旷课 {missed} 节（阈值 {threshold}）',
      en: '{missed} class periods missed this week (threshold {threshold})',
    },
  },
  {
    id: 'net.night',
    title: { zh: '连续夜间上网', en: 'Online night after night' },
    features: {
      nights: {
        metric: 'night_net_min',
        agg: 'streak',
        window: '60d',
        where: { ge: { $p: 'night_net_minutes', default: 300 } },
        calendar: { pause: ['holiday'] },
      },
    },
    level: 'yellow',
    when: { ge: [{ f: 'nights' }, { $p: 'night_net_nights', default: 7 }] },
    reason: { zh: '连续 {nights} 晚夜间长时间上网', en: 'online for long on {nights} nights in a row' },
  },
  {
    id: 'aid.hidden-hardship',
    title: { zh: '可能的隐性经济困难', en: 'Possible hidden hardship' },
    features: {
      week: { metric: 'canteen_spend', agg: 'avg', window: '7d', minData: 4 },
      before: { metric: 'canteen_spend', agg: 'avg', window: '28d', offset: '7d', minData: 14 },
      place: { metric: 'canteen_spend', agg: 'sum', window: '30d', rank: { cohort: 'campus+sex' }, unit: '%' },
      meals: { metric: 'canteen_meals', agg: 'sum', window: '7d' },
    },
    level: 'blue',
    when: {
      all: [
        { lt: [{ f: 'week' }, { mul: [{ $p: 'hardship_share', default: 0.5 }, { f: 'before' }] }] },
        { lt: [{ f: 'place' }, { $p: 'hardship_percentile', default: 10 }] },
        { ge: [{ f: 'meals' }, { $p: 'hardship_meals', default: 15 }] },
      ],
    },
    reason: {
      zh: '近 7 天在食堂用餐 {meals} 次，日均消费 {week} 分，此前日均 {before} 分；建议了解是否需要资助',
      en: '{meals} canteen meals in 7 days at {week} fen a day, {before} fen before; ask whether aid is needed',
    },
  },
  {
    id: 'study.failed-credits',
    title: { zh: '不及格学分', en: 'Failed credits' },
    on: 'data',
    features: { credits: { metric: 'failed_credits', agg: 'last', window: 'all', unit: 'credit' } },
    level: [
      { yellow: { ge: [{ f: 'credits' }, { $p: 'failed_credits_yellow', default: 10 }] } },
      { orange: { ge: [{ f: 'credits' }, { $p: 'failed_credits_orange', default: 15 }] } },
      { red: { ge: [{ f: 'credits' }, { $p: 'failed_credits_red', default: 25 }] } },
    ],
    reason: {
      zh: '累计不及格学分 {credits}，达到{level}预警线 {threshold}',
      en: '{credits} failed credits, at or above the {level} line of {threshold}',
    },
  },
  {
    id: 'canteen.silence',
    title: { zh: '食堂消费突然中断', en: 'Canteen silence' },
    features: {
      silent: {
        metric: 'canteen_meals',
        agg: 'hours_since_last',
        window: '60d',
        calendar: { pause: ['leave', 'holiday'] },
        unit: 'h',
      },
      usual: { metric: 'canteen_meals', agg: 'days_over', window: '28d', offset: '5d', where: { ge: 1 } },
    },
    level: 'blue',
    when: {
      all: [
        { ge: [{ f: 'silent' }, { $p: 'canteen_silent_hours', default: 120 }] },
        { ge: [{ f: 'usual' }, { $p: 'canteen_usual_days', default: 20 }] },
        { not: { calendar: 'leave|holiday' } },
      ],
    },
    reason: {
      zh: '平时常在食堂用餐（28 天中 {usual} 天），现已至少 {silent} 小时没有用餐记录',
      en: 'usually eats in the canteen ({usual} of 28 days), no meal for at least {silent} hours',
    },
  },
];

/** The metrics that ship with the house, and its rules, published: a school retires or revises what it does not want. */
export class Catalogue1763750500100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const metrics = METRICS.map(([code, zh, en, unit, fold, domain, sensitivity, retention], i) => ({
      id: fixed(60, i + 1),
      ...{ code, zh, en, unit, fold, domain, sensitivity, retention },
      decimals: DECIMALS[code] ?? 0,
    }));
    await runner.query(
      `INSERT INTO early_warning.metric (id, code, zh, en, unit, decimals, fold, domain, sensitivity, retention_days)
       SELECT id, code, zh, en, unit, decimals, fold, domain, sensitivity, retention
         FROM jsonb_to_recordset($1::jsonb) AS m(id uuid, code text, zh text, en text, unit text, decimals int, fold text, domain text,
              sensitivity int, retention int) ORDER BY id`,
      [JSON.stringify(metrics)],
    );
    await runner.query(
      `INSERT INTO early_warning.rule (id, code, number, state, definition, created_by, published_at, published_by)
       SELECT id, definition ->> 'id', 1, 'published', definition, 'yizhan', now(), 'yizhan'
         FROM jsonb_to_recordset($1::jsonb) AS r(id uuid, definition jsonb)`,
      [JSON.stringify(RULES.map((definition, i) => ({ id: fixed(61, i + 1), definition })))],
    );
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}

function fixed(kind: number, n: number): string {
  return `00000000-0000-7000-8000-${String(kind).padStart(4, '0')}${String(n).padStart(8, '0')}`;
}
