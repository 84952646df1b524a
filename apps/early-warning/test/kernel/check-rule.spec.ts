import 'reflect-metadata';
import { checkRule } from '../../src/kernel/check-rule.js';
import type { MetricInfo } from '../../src/kernel/language.js';

const METRICS = new Map<string, MetricInfo>([
  ['late_return', { code: 'late_return', number: 1, unit: 'count', decimals: 0, retentionDays: 60, sensitivity: 3 }],
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
    expect(withFeature({ window: 'term', offset: '7d' })).toEqual(['#/features/late/offset']);
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

  it('points at what is wrong with levels, texts and names', () => {
    expect(pointers({ ...RULE, level: 'purple' })).toEqual(['#/level']);
    expect(pointers({ ...RULE, escalate: { to: 'blue', when: { ge: [{ f: 'late' }, 5] } } })).toEqual([
      '#/escalate/to',
    ]);
    const steps = [{ orange: { ge: [{ f: 'late' }, 3] } }, { yellow: { ge: [{ f: 'late' }, 5] } }];
    expect(pointers({ ...RULE, when: undefined, level: steps })).toEqual(['#/level/1/yellow']);
    expect(pointers({ ...RULE, level: steps.slice(0, 1) })).toEqual(['#/when']);
    expect(pointers({ ...RULE, reason: { zh: '{lat}', en: '{late}' } })).toEqual(['#/reason/zh']);
    expect(pointers({ ...RULE, title: { zh: '晚归' } })).toEqual(['#/title/en']);
    expect(pointers({ ...RULE, id: 'Late' })).toEqual(['#/id']);
    expect(pointers({ ...RULE, features: { ...RULE.features, spare: RULE.features.late } })).toEqual([
      '#/features/spare',
    ]);
    expect(pointers({ ...RULE, wen: {} })).toEqual(['#/wen']);
    expect(pointers('rule')).toEqual(['#']);
  });

  it('bounds what a rule may cost', () => {
    const many = { any: Array.from({ length: 60 }, () => ({ ge: [{ f: 'late' }, 3] })) };
    expect(checkRule({ ...RULE, when: many }, METRICS)).toMatchObject([{ en: 'is too much: at most 100 nodes' }]);
    let deep: object = { ge: [{ f: 'late' }, 3] };
    for (let i = 0; i < 12; i++) deep = { not: deep };
    expect(checkRule({ ...RULE, when: deep }, METRICS)[0]).toMatchObject({ en: 'must not be nested deeper than 10' });
  });
});
