import { counted, latest, p, type Template } from './template.js';

const HOUSE = { zh: '多校常见做法', en: 'common practice of several schools' };
const EXAMPLE = { zh: '示例，阈值由学校设定', en: 'an example; thresholds are the school’s to set' };
const source = { school: HOUSE, document: EXAMPLE, mark: 'unconfirmed' as const };

/** Six rules over credits, gates, spending, nights online and attendance. */
export const EXAMPLES: Template[] = [
  {
    rule: {
      id: 'study.failed-credits',
      title: { zh: '不及格学分', en: 'Failed credits' },
      on: 'data',
      features: { credits: latest('failed_credits', 'credit') },
      level: [
        { yellow: { ge: [{ f: 'credits' }, p('failed_credits_yellow', 10)] } },
        { orange: { ge: [{ f: 'credits' }, p('failed_credits_orange', 15)] } },
        { red: { ge: [{ f: 'credits' }, p('failed_credits_red', 25)] } },
      ],
      reason: {
        zh: '累计不及格学分 {credits}，达到{level}预警线 {threshold}',
        en: '{credits} failed credits, at or above the {level} line of {threshold}',
      },
    },
    source,
    note: { zh: '三级阈值各校差别很大', en: 'schools differ widely in the three thresholds' },
  },
  {
    rule: {
      id: 'dorm.absent',
      title: { zh: '连续 3 天未归', en: 'Away from the dormitory for three days' },
      on: 'data',
      features: {
        gap: {
          metric: 'dorm_gate_in',
          agg: 'hours_since_last',
          window: '90d',
          calendar: { pause: ['leave', 'holiday', 'internship'] },
          unit: 'h',
        },
      },
      level: 'red',
      when: {
        all: [{ ge: [{ f: 'gap' }, p('absent_hours', 72)] }, { not: { calendar: 'leave|holiday|internship' } }],
      },
      reason: { zh: '已至少 {gap} 小时没有进宿舍记录', en: 'no entry into the dormitory for at least {gap} hours' },
      studentReason: {
        zh: '已 {gap} 小时没有你的进宿舍记录，请联系辅导员',
        en: 'no entry of yours into the dormitory for {gap} hours: please contact your counselor',
      },
    },
    source,
    note: {
      zh: '按门禁最近一次有任何人记录计算，门禁停摆不会误报全校',
      en: 'counts up to the latest entry of anybody, so that silent gates do not warn of a whole campus',
    },
  },
  {
    rule: {
      id: 'aid.hidden-hardship',
      visibility: ['student_affairs_officer'],
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
          { lt: [{ f: 'week' }, { mul: [p('hardship_share', 0.5), { f: 'before' }] }] },
          { lt: [{ f: 'place' }, p('hardship_percentile', 10)] },
          { ge: [{ f: 'meals' }, p('hardship_meals', 15)] },
        ],
      },
      reason: {
        zh: '近 7 天在食堂用餐 {meals} 次，日均消费 {week} 分，此前日均 {before} 分；建议了解是否需要资助',
        en: '{meals} canteen meals in 7 days at {week} fen a day, {before} fen before; ask whether aid is needed',
      },
      studentReason: {
        zh: '如生活费用有困难，可向学校资助中心咨询',
        en: 'if money is short, the aid office of the school can help',
      },
    },
    source,
    note: {
      zh: '用餐次数表明学生确在校内就餐，而非改在别处；只建议了解，不下结论',
      en: 'the meals show that the student does eat on campus; a hint to ask, not a finding',
    },
  },
  {
    rule: {
      id: 'net.night',
      title: { zh: '连续夜间上网', en: 'Online night after night' },
      features: {
        nights: {
          metric: 'night_net_min',
          agg: 'streak',
          window: '60d',
          where: { ge: p('night_net_minutes', 300) },
          calendar: { pause: ['holiday'] },
        },
      },
      level: 'yellow',
      when: { ge: [{ f: 'nights' }, p('night_net_nights', 7)] },
      clearWhen: { lt: [{ f: 'nights' }, p('night_net_clear', 1)] },
      reason: { zh: '连续 {nights} 晚夜间长时间上网', en: 'online for long on {nights} nights in a row' },
    },
    source,
    note: {
      zh: '23:30 至次日 5:30，记在前一晚；有一晚正常即解除',
      en: '23:30 to 5:30, on the date of the evening; one quiet night clears it',
    },
  },
  {
    rule: {
      id: 'class.absent-week',
      title: { zh: '一周多次旷课', en: 'Classes missed in a week' },
      on: 'data',
      features: { missed: counted('absent_class', 'iso_week', { exclude: ['leave', 'internship'] }) },
      level: 'yellow',
      when: { ge: [{ f: 'missed' }, p('absent_per_week', 3)] },
      reason: {
        zh: '本周旷课 {missed} 节（阈值 {threshold}）',
        en: '{missed} class periods missed this week (threshold {threshold})',
      },
    },
    source,
    note: { zh: '请假与实习期间不计', en: 'leave and internship do not count' },
  },
  {
    rule: {
      id: 'dorm.late',
      title: { zh: '多次晚归', en: 'Repeated late returns' },
      on: 'data',
      features: {
        late: counted('late_return', '7d'),
        absent: counted('absent_class', '7d'),
        attend: { metric: 'class_attend', agg: 'zscore', window: '7d', baseline: '28d', minData: 14, minSd: 0.5 },
      },
      level: 'yellow',
      when: { ge: [{ f: 'late' }, p('late_per_week', 3)] },
      escalate: {
        to: 'orange',
        when: {
          any: [
            { ge: [{ f: 'absent' }, p('late_with_absences', 2)] },
            { lt: [{ f: 'attend' }, p('late_with_attendance', -2)] },
          ],
        },
      },
      reason: { zh: '7 天内晚归 {late} 次（{level}）', en: '{late} late returns within 7 days ({level})' },
    },
    source,
    note: {
      zh: '同时旷课、或到课明显低于本人平时的，升为橙色',
      en: 'orange when classes are missed too, or attendance falls far below the own norm',
    },
  },
];
