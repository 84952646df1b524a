import 'reflect-metadata';
import { checkRule } from '../language/check/check-rule.js';
import type { MetricInfo, Rule } from '../language/rule.js';
import { printRule } from '../language/text/text.js';

const METRICS = new Map<string, MetricInfo>([
  ['late_return', { code: 'late_return', number: 1, unit: 'count', decimals: 0, retentionDays: 60, sensitivity: 3 }],
  ['spend', { code: 'spend', number: 2, unit: 'fen', decimals: 0, retentionDays: 800, sensitivity: 3 }],
  ['credits', { code: 'credits', number: 3, unit: 'credit', decimals: 1, retentionDays: 3660, sensitivity: 3 }],
]);
const RULE = {
  id: 'dorm.late',
  title: { zh: '晚归', en: 'late' },
  features: { late: { metric: 'late_return', agg: 'sum', window: '7d' } },
  level: 'yellow',
  when: { all: [{ ge: [{ f: 'late' }, 3] }] },
  reason: { zh: '{late} 次', en: '{late} times' },
};
const pointers = (rule: unknown) => checkRule(rule, METRICS).map((error) => error.pointer);
const withFeature = (more: object) => pointers({ ...RULE, features: { late: { ...RULE.features.late, ...more } } });
const when = (predicate: unknown) => pointers({ ...RULE, when: predicate });

describe('checkRule', () => {
  it('finds nothing wrong with a right rule', () => {
    expect(checkRule(RULE, METRICS)).toEqual([]);
  });

  it('points at the node of a predicate', () => {
    expect(when({ all: [{ ge: [{ f: 'lat' }, 3] }] })).toEqual(['#/when/all/0/ge/0/f']);
    expect(when({ all: [{ ge: ['late', 3] }] })).toEqual(['#/when/all/0/ge/0']);
    expect(when({ all: [{ ge: [{ f: 'late' }] }] })).toEqual(['#/when/all/0/ge']);
    expect(when({ any: [] })).toEqual(['#/when/any']);
    expect(when({ not: { less: [{ f: 'late' }, 3] } })).toEqual(['#/when/not/less']);
    expect(when({ ge: [{ f: 'late' }, { mul: [2] }] })).toEqual(['#/when/ge/1/mul']);
    expect(when({ ge: [{ f: 'late' }, { $p: 'x' }] })).toEqual(['#/when/ge/1/default']);
    expect(when({ ge: [{ f: 'late' }, 3], le: [1, 2] })).toEqual(['#/when']);
    expect(when({ all: [{ ge: [{ f: 'late' }, 1] }, { calendar: 'sunday' }] })).toEqual(['#/when/all/1/calendar']);
    expect(when({ 'a/b~': 1 })).toEqual(['#/when/a~1b~0']);
    expect(pointers({ ...RULE, when: undefined })).toEqual(['#/when']);
  });

  it('points at what is wrong with a feature', () => {
    expect(withFeature({ metric: 'unknown' })).toEqual(['#/features/late/metric']);
    expect(withFeature({ agg: 'median' })).toEqual(['#/features/late/agg']);
    expect(withFeature({ window: '7w' })).toEqual(['#/features/late/window']);
    expect(withFeature({ window: '61d' })).toEqual(['#/features/late/window']);
    expect(withFeature({ window: '60d' })).toEqual([]);
    expect(withFeature({ window: '54d', offset: '7d' })).toEqual(['#/features/late/window']);
    expect(withFeature({ window: '53d', offset: '7d' })).toEqual([]);
    expect(withFeature({ window: 'term', offset: '7d' })).toEqual(['#/features/late/offset']);
    expect(withFeature({ window: '7d', offset: '1t' })).toEqual(['#/features/late/offset']);
    expect(withFeature({ window: 'iso_week', offset: '7d' })).toEqual(['#/features/late/offset']);
    expect(withFeature({ agg: 'streak' })).toEqual(['#/features/late/where']);
    expect(withFeature({ where: { ge: 1 } })).toEqual(['#/features/late/where']);
    expect(withFeature({ agg: 'streak', where: { over: 1 } })).toEqual(['#/features/late/where/over']);
    expect(withFeature({ agg: 'zscore' })).toEqual(['#/features/late/baseline']);
    expect(withFeature({ agg: 'ratio', baseline: '28d', window: 'term' })).toEqual(['#/features/late/window']);
    expect(withFeature({ unit: 'h' })).toEqual(['#/features/late/unit']);
    expect(withFeature({ unit: 'count' })).toEqual([]);
    expect(withFeature({ rank: { cohort: 'sex' } })).toEqual(['#/features/late/rank/cohort']);
    expect(withFeature({ rank: { cohort: 'college+grade', as: 'best' } })).toEqual(['#/features/late/rank/as']);
    expect(withFeature({ calendar: { pause: ['leave'] } })).toEqual(['#/features/late/calendar/pause']);
    expect(withFeature({ calendar: { exclude: ['weekend'] } })).toEqual(['#/features/late/calendar/exclude']);
    expect(withFeature({ minData: 1.5 })).toEqual(['#/features/late/minData']);
    expect(withFeature({ windw: '7d' })).toEqual(['#/features/late/windw']);
  });

  it('bounds conditions by what can be stored', () => {
    const over = (where: object, metric = 'late_return') =>
      withFeature({ metric, agg: 'days_over', window: '7d', where });
    expect(over({ ge: 2_147_483_647 })).toEqual([]);
    expect(over({ ge: 2_147_483_648, lt: -3e9 })).toEqual(['#/features/late/where/ge', '#/features/late/where/lt']);
    expect(over({ ge: { $p: 'bar', default: 3e9 } })).toEqual(['#/features/late/where/ge/default']);
    expect(over({ ge: 214_748_364.7 }, 'credits')).toEqual([]);
    expect(over({ ge: 214_748_364.8 }, 'credits')).toEqual(['#/features/late/where/ge']);
  });

  it('refuses features that could never have a value, and what would do nothing', () => {
    const late = '#/features/late';
    expect(withFeature({ minData: 7 })).toEqual([]);
    expect(withFeature({ minData: 8 })).toEqual([`${late}/minData`]);
    expect(withFeature({ window: 'iso_week', minData: 8 })).toEqual([`${late}/minData`]);
    expect(withFeature({ metric: 'spend', window: 'term', minData: 183 })).toEqual([]);
    expect(withFeature({ metric: 'spend', window: 'term', minData: 184 })).toEqual([`${late}/minData`]);
    expect(withFeature({ window: 'all', minData: 60 })).toEqual([]);
    expect(withFeature({ window: 'all', minData: 61 })).toEqual([`${late}/minData`]);
    for (const agg of ['ratio', 'zscore']) {
      expect(withFeature({ agg, baseline: '5d' })).toEqual([`${late}/baseline`]);
      expect(withFeature({ agg, baseline: '5d', minData: 5 })).toEqual([]);
      expect(withFeature({ agg, baseline: '5d', minData: 6 })).toEqual([`${late}/minData`]);
      expect(withFeature({ agg, baseline: '7d' })).toEqual([]);
    }
    for (const agg of ['count', 'hours_since_last'])
      expect(withFeature({ agg, minData: 1 })).toEqual([`${late}/minData`]);
    expect(withFeature({ window: 'all', offset: '59d' })).toEqual([]);
    expect(withFeature({ window: 'all', offset: '60d' })).toEqual([`${late}/offset`]);
    expect(withFeature({ window: undefined, offset: '60d' })).toEqual([`${late}/offset`]);
    expect(
      checkRule({ ...RULE, features: { late: { ...RULE.features.late, agg: 'zscore', baseline: '5d' } } }, METRICS),
    ).toEqual([
      {
        pointer: `${late}/baseline`,
        zh: '需要 7 天有数据，而基线最多 5 天',
        en: 'needs 7 days with data, of which the baseline has at most 5',
      },
    ]);
  });

  it('takes terms as 183 days each, those of an offset too', () => {
    const before = (offset: string, metric = 'spend') => withFeature({ metric, window: 'term', offset });
    expect(before('3t')).toEqual([]);
    expect(before('4t')).toEqual(['#/features/late/window']);
    expect(before('19t', 'credits')).toEqual([]);
    expect(before('20t', 'credits')).toEqual(['#/features/late/window']);
    expect(before('1w')).toEqual(['#/features/late/offset']);
  });

  it('counts characters, not the units of a string', () => {
    const title = (zh: string) => pointers({ ...RULE, title: { zh, en: 'late' } });
    expect(title('😀'.repeat(500))).toEqual([]);
    expect(title('😀'.repeat(501))).toEqual(['#/title/zh']);
  });

  it('refuses a rule whose text could not be sent back', () => {
    const parameter = { $p: 'p'.repeat(60), default: 0.123456789 };
    const where = Object.fromEntries(['ge', 'gt', 'le', 'lt', 'eq'].map((op) => [op, parameter]));
    const late = { metric: 'late_return', agg: 'days_over', window: '7d', where };
    const sum = { add: Array.from({ length: 10 }, () => ({ f: 'late' })) };
    const rule = (places: number) => ({
      ...RULE,
      features: { late },
      when: { any: Array.from({ length: 4 }, () => ({ ge: [sum, sum] })) },
      students: { units: Array.from({ length: places }, () => '0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f') },
    });
    expect(printRule(rule(45) as unknown as Rule)).toHaveLength(39_992);
    expect(pointers(rule(45))).toEqual([]);
    expect(checkRule(rule(46), METRICS)).toEqual([
      {
        pointer: '#',
        zh: '规则文本有 40032 个字符，最多 40000',
        en: 'has a text of 40032 characters, at most 40000',
      },
    ]);
  });

  it('points at what is wrong with levels, texts and names', () => {
    expect(pointers({ ...RULE, level: 'purple' })).toEqual(['#/level']);
    expect(pointers({ ...RULE, escalate: { to: 'blue', when: { ge: [{ f: 'late' }, 5] } } })).toEqual([
      '#/escalate/to',
    ]);
    const steps = [{ orange: { ge: [{ f: 'late' }, 3] } }, { yellow: { ge: [{ f: 'late' }, 5] } }];
    expect(pointers({ ...RULE, when: undefined, level: steps })).toEqual(['#/level/1/yellow']);
    expect(pointers({ ...RULE, level: steps.slice(0, 1) })).toEqual(['#/when']);
    expect(pointers({ ...RULE, reason: { zh: '{lat}', en: '{late}' } })).toEqual(['#/reason/zh']);
    expect(pointers({ ...RULE, reason: { zh: '{constructor}', en: '{late}' } })).toEqual(['#/reason/zh']);
    expect(pointers({ ...RULE, title: { zh: '晚归' } })).toEqual(['#/title/en']);
    expect(pointers({ ...RULE, id: 'Late' })).toEqual(['#/id']);
    expect(pointers({ ...RULE, features: { ...RULE.features, spare: RULE.features.late } })).toEqual([
      '#/features/spare',
    ]);
    expect(pointers({ ...RULE, wen: {} })).toEqual(['#/wen']);
    expect(pointers('rule')).toEqual(['#']);
  });

  it('points at what is wrong with for, students, effective, clearWhen and studentReason', () => {
    const held = { ge: [{ f: 'late' }, 3] };
    expect(pointers({ ...RULE, for: '2d', clearWhen: { lt: [{ f: 'late' }, 1] } })).toEqual([]);
    for (const wrong of ['1d', '15d', '3w', 3]) expect(pointers({ ...RULE, for: wrong })).toEqual(['#/for']);
    expect(pointers({ ...RULE, for: '14d' })).toEqual([]);
    expect(pointers({ ...RULE, clearWhen: { lt: [{ f: 'lat' }, 1] } })).toEqual(['#/clearWhen/lt/0/f']);
    const unit = '0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f';
    expect(pointers({ ...RULE, students: { units: [unit], grades: [2024], sex: 'male' } })).toEqual([]);
    expect(pointers({ ...RULE, students: { units: [unit, 'cs'] } })).toEqual(['#/students/units/1']);
    expect(pointers({ ...RULE, students: { grades: [2024.5], sex: '1', age: 18 } })).toEqual([
      '#/students/age',
      '#/students/grades/0',
      '#/students/sex',
    ]);
    expect(pointers({ ...RULE, students: {} })).toEqual(['#/students']);
    expect(pointers({ ...RULE, students: { grades: [] } })).toEqual(['#/students/grades']);
    expect(pointers({ ...RULE, effective: { from: '2026-09-01', to: '2026-09-01' } })).toEqual([]);
    expect(pointers({ ...RULE, effective: { from: '2026-09-02', to: '2026-09-01' } })).toEqual(['#/effective/to']);
    expect(pointers({ ...RULE, effective: { from: '2026-02-29' } })).toEqual(['#/effective/from']);
    expect(pointers({ ...RULE, effective: {} })).toEqual(['#/effective']);
    expect(pointers({ ...RULE, visibility: ['psychologist', 'counselor'] })).toEqual([]);
    expect(pointers({ ...RULE, visibility: [] })).toEqual(['#/visibility']);
    expect(pointers({ ...RULE, visibility: ['psychologist', 'dean'] })).toEqual(['#/visibility/1']);
    expect(pointers({ ...RULE, visibility: ['counselor', 'counselor'] })).toEqual(['#/visibility']);
    expect(pointers({ ...RULE, studentReason: { zh: '{lat}', en: '' } })).toEqual([
      '#/studentReason/en',
      '#/studentReason/zh',
    ]);
    expect(pointers({ ...RULE, when: held, studentReason: { zh: '{late}', en: '{late}' } })).toEqual([]);
    const late = { ...RULE.features.late, agg: 'zscore', baseline: '28d' };
    const deviations = { ...RULE, features: { late }, when: held };
    expect(pointers({ ...deviations, studentReason: { zh: '晚归比平时多', en: '{late} {level}' } })).toEqual([
      '#/studentReason/en',
    ]);
    expect(pointers({ ...deviations, reason: { zh: '{late}', en: '{late}' } })).toEqual([]);
  });

  it('points at what is wrong with termWeek, termWeeksLeft and held', () => {
    const late = { ge: [{ f: 'late' }, 3] };
    const held = (more: object) => when({ held: { when: late, each: 'day', times: 2, ...more } });
    expect(when({ all: [late, { termWeek: { ge: 1, le: { $p: 'opening_weeks', default: 4 } } }] })).toEqual([]);
    expect(when({ all: [late, { termWeek: { ge: 0 } }] })).toEqual(['#/when/all/1/termWeek/ge']);
    expect(when({ all: [late, { termWeek: { le: 1.5 } }] })).toEqual(['#/when/all/1/termWeek/le']);
    expect(when({ all: [late, { termWeek: {} }] })).toEqual(['#/when/all/1/termWeek']);
    expect(when({ all: [late, { termWeek: { le: { $p: 'w', default: 0 } } }] })).toEqual([
      '#/when/all/1/termWeek/le/default',
    ]);
    expect(when({ all: [late, { termWeeksLeft: { ge: 0, lt: 4 } }] })).toEqual([]);
    expect(when({ all: [late, { termWeeksLeft: { ge: -1 } }] })).toEqual(['#/when/all/1/termWeeksLeft/ge']);
    expect(when({ all: [late, { termWeeksLeft: 0 }] })).toEqual(['#/when/all/1/termWeeksLeft']);
    expect(held({})).toEqual([]);
    expect(held({ times: 1 })).toEqual(['#/when/held/times']);
    expect(held({ times: 14 })).toEqual([]);
    expect(held({ times: 15 })).toEqual(['#/when/held/times']);
    expect(held({ each: 'month' })).toEqual(['#/when/held/each']);
    expect(held({ when: { ge: [{ f: 'lat' }, 3] } })).toEqual(['#/when/held/when/ge/0/f']);
    expect(held({ when: { not: { held: { when: late, each: 'day', times: 2 } } } })).toEqual([
      '#/when/held/when/not/held',
    ]);
    expect(checkRule({ ...RULE, when: { held: { when: late, each: 'day', times: 15 } } }, METRICS)).toMatchObject([
      { zh: '应为 2 到 14 的整数', en: 'must be a whole number between 2 and 14' },
    ]);
  });

  it('compares like with like', () => {
    const features = {
      late: RULE.features.late,
      spend: { metric: 'spend', agg: 'sum', window: '7d' },
      more: { metric: 'spend', agg: 'max', window: '7d' },
      days: { metric: 'spend', agg: 'count', window: '7d' },
    };
    const all = { gt: [{ add: [{ f: 'spend' }, { f: 'more' }] }, 0] };
    const rest = [all, { gt: [{ f: 'days' }, 0] }, { gt: [{ f: 'late' }, 0] }];
    const compare = (...sides: object[]) => pointers({ ...RULE, features, when: { all: [...rest, { ge: sides }] } });
    expect(compare({ f: 'spend' }, { add: [{ f: 'more' }, 100] })).toEqual([]);
    expect(compare({ f: 'spend' }, { f: 'late' })).toEqual(['#/when/all/3/ge']);
    expect(compare({ sub: [{ f: 'spend' }, { f: 'late' }] }, { f: 'spend' })).toEqual(['#/when/all/3/ge/0/sub']);
    expect(compare({ f: 'spend' }, { add: [{ f: 'days' }, 5] })).toEqual(['#/when/all/3/ge']);
    expect(compare({ f: 'spend' }, { mul: [1000, { f: 'days' }] })).toEqual([]);
    expect(
      checkRule({ ...RULE, features, when: { all: [...rest, { ge: [{ f: 'spend' }, { f: 'late' }] }] } }, METRICS),
    ).toMatchObject([
      { zh: '单位不同：fen 与 count；请用 mul 换算', en: 'has different units, fen and count: convert one with mul' },
    ]);
  });

  it('looks back no further than the metric is kept, and points at what does', () => {
    const late = { ge: [{ f: 'late' }, 3] };
    const held = (window: string, each: string, times: number) =>
      checkRule(
        { ...RULE, features: { late: { ...RULE.features.late, window } }, when: { held: { when: late, each, times } } },
        METRICS,
      );
    expect(held('47d', 'day', 14)).toEqual([]);
    expect(held('48d', 'day', 14)).toMatchObject([
      { pointer: '#/when/held/times', en: 'reaches back 61 days, beyond the retention of late_return, 60 days' },
    ]);
    expect(held('53d', 'iso_week', 2)).toEqual([]);
    expect(held('54d', 'iso_week', 2)).toMatchObject([{ pointer: '#/when/held/times' }]);
    expect(held('7d', 'term', 2)).toMatchObject([{ pointer: '#/when/held/times' }]);
    expect(pointers({ ...RULE, features: { late: { ...RULE.features.late, window: '59d' } }, for: '2d' })).toEqual([]);
    expect(pointers({ ...RULE, features: { late: { ...RULE.features.late, window: '59d' } }, for: '3d' })).toEqual([
      '#/for',
    ]);
    expect(withFeature({ agg: 'ratio', window: '20d', baseline: '40d' })).toEqual([]);
    expect(withFeature({ agg: 'ratio', window: '20d', baseline: '41d' })).toEqual(['#/features/late/window']);
    expect(withFeature({ window: 'iso_week', offset: '7w' })).toEqual([]);
    expect(withFeature({ window: 'iso_week', offset: '8w' })).toEqual(['#/features/late/window']);
    expect(withFeature({ window: 'term' })).toEqual(['#/features/late/window']);
  });

  it('bounds how often a condition is judged, and how many days it reads', () => {
    const spend = { metric: 'spend', agg: 'sum', window: '400d' };
    const when = { held: { when: { ge: [{ f: 'spend' }, 1] }, each: 'day', times: 10 } };
    const rule = { ...RULE, reason: { zh: '多', en: 'much' }, features: { spend }, when };
    // Days of for and held overlap: 15 different ones, of 400 days each.
    expect(pointers({ ...rule, for: '6d' })).toEqual([]);
    expect(checkRule({ ...rule, for: '7d' }, METRICS)).toMatchObject([
      { pointer: '#/when/held/times', en: 'is judged 70 times together with for, at most 60' },
    ]);
    const many = (n: number, times: string) => {
      const names = Array.from({ length: n }, (_, i) => `s${i}`);
      const features = Object.fromEntries(names.map((f, i) => [f, { ...spend, window: `${400 - (i > 0 ? 1 : 0)}d` }]));
      return { ...rule, features, when: { all: names.map((f) => ({ ge: [{ f }, 1] })) }, for: times };
    };
    expect(checkRule(many(3, '14d'), METRICS)).toEqual([]);
    expect(checkRule(many(4, '14d'), METRICS)).toMatchObject([
      {
        pointer: '#/features/s0',
        zh: '规则开销过大：每名学生要读 22358 个学生日，最多 20000；此特征开销最大',
        en: 'rule is too expensive: reads 22358 student-days per student, at most 20000; this feature the most',
      },
    ]);
    const last = { metric: 'credits', agg: 'last', window: 'all' };
    const terms = (times: number) => ({
      ...rule,
      features: { c: last },
      when: { held: { when: { lt: [{ f: 'c' }, 1] }, each: 'term', times } },
    });
    expect(pointers(terms(5))).toEqual([]);
    expect(pointers(terms(6))).toEqual(['#/features/c']);
  });

  it('bounds what a rule may cost', () => {
    const many = { any: Array.from({ length: 60 }, () => ({ ge: [{ f: 'late' }, 3] })) };
    expect(checkRule({ ...RULE, when: many }, METRICS)).toMatchObject([{ en: 'is too much: at most 100 nodes' }]);
    let deep: object = { ge: [{ f: 'late' }, 3] };
    for (let i = 0; i < 12; i++) deep = { not: deep };
    expect(checkRule({ ...RULE, when: deep }, METRICS)[0]).toMatchObject({ en: 'must not be nested deeper than 10' });
  });
});
