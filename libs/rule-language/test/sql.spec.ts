import { compile, type Moment } from '../plan/compile.js';
import type { Feature, Predicate, Rule } from '../language/rule.js';
import { planSql, type Relations } from '../sql/sql.js';
import { METRICS, MOMENT, ruleOf } from './kit.js';

const RELATIONS: Relations = {
  ...{ cells: 'early_warning.cell', students: 'lanes', masks: 'masks', cohorts: 'cohorts', eligible: 'eligible' },
};
const LATE = ruleOf(
  { late: { metric: 'a', agg: 'sum', window: '7d', default: 0 }, rate: { metric: 'b', agg: 'avg', window: '7d' } },
  { all: [{ ge: [{ f: 'late' }, { $p: 'times', default: 3 }] }, { lt: [{ f: 'rate' }, -0.5] }] },
);

function sqlOf(rule: Rule, moment: Partial<Moment> = {}, relations: Partial<Relations> = {}): string {
  const plan = compile([rule], METRICS, { ...MOMENT, ...moment });
  return planSql(plan, { ...RELATIONS, ...relations })[0]!;
}

describe('a rule as SQL', () => {
  it('can be read: a subquery per feature under its name, the condition, the ladder', () => {
    const text = sqlOf(LATE).replace(/\s+/g, ' ');
    expect(text).toContain(
      '"feature_late" AS ( SELECT c.ordinal, sum(c.value)::float8 AS value FROM early_warning.cell c WHERE c.metric = 1 ' +
        `AND c.day BETWEEN ${MOMENT.asOf - 6} AND ${MOMENT.asOf} GROUP BY c.ordinal HAVING count(*) >= 1 )`,
    );
    expect(text).toContain(
      '(coalesce("feature_late".value, 0::float8) >= 3::float8) AND ("feature_rate".value < (-0.5::float8))',
    );
    expect(text).toContain('CASE WHEN step_1 THEN 2 WHEN step_1 IS NULL THEN 255 ELSE 0 END');
  });

  it('names what looks back from an earlier day by that day', () => {
    expect(sqlOf({ ...LATE, for: '2d' })).toContain('"feature_late 3 2026-11-17" AS (');
  });

  it('asks for nothing beyond what can be stored', () => {
    const far = new Map([['c', { ...METRICS.get('b')!, code: 'c', decimals: 4 }]]);
    const rule = ruleOf(
      { x: { metric: 'c', agg: 'days_over', where: { ge: { $p: 'bar', default: 1 } } } },
      { ge: [{ f: 'x' }, 1] },
    );
    const [text] = planSql(compile([rule], far, { ...MOMENT, parameters: { bar: 1e13 } }), RELATIONS);
    expect(text).toContain('c.value BETWEEN 1 AND 0');
  });

  it('gives its parts names that PostgreSQL does not cut, each a name of its own', () => {
    const names = Array.from({ length: 12 }, (_, i) => `${'x'.repeat(38)}${i + 10}`);
    const gap: Feature = { metric: 'a', agg: 'hours_since_last', rank: { cohort: 'class' } };
    const features = Object.fromEntries(names.map((name, i) => [name, { ...gap, window: `${i + 1}d` }]));
    const all: Predicate = { all: names.map((f) => ({ ge: [{ f }, 1] })) };
    const text = sqlOf(ruleOf(features, { held: { when: all, each: 'day', times: 14 } }));
    const parts = [...text.matchAll(/"(feature_[^"]+)" AS \(/g)].map(([, name]) => name!);
    expect(parts).toHaveLength(12 * 14 * 3);
    expect(new Set(parts).size).toBe(parts.length);
    expect(parts.filter((name) => name.length > 63)).toEqual([]);
  });

  it('judges only the students that a rule is about', () => {
    expect(sqlOf(LATE)).not.toContain('eligible');
    expect(sqlOf({ ...LATE, students: { sex: 'female' } })).toContain('(SELECT ordinal FROM eligible WHERE rule = 0)');
  });

  it('finds nobody for a rule that is not in force', () => {
    expect(sqlOf({ ...LATE, effective: { to: '2020-01-01' } })).toMatch(/WHERE FALSE$/);
  });

  it.each<[string, () => string]>([
    ['relations', () => sqlOf(LATE, {}, { cells: 'cells; DROP TABLE x' })],
    ['parameters', () => sqlOf(LATE, { parameters: { times: Infinity } })],
    ['parameters', () => sqlOf(LATE, { parameters: { times: NaN } })],
    [
      'names of features',
      () => sqlOf(ruleOf({ 'a" AS (': { metric: 'a', agg: 'sum' } }, { ge: [{ f: 'a" AS (' }, 1] })),
    ],
    [
      'cohorts',
      () => sqlOf(ruleOf({ x: { metric: 'a', agg: 'sum', rank: { cohort: "'--" } } }, { ge: [{ f: 'x' }, 1] })),
    ],
    ['masks', () => sqlOf(ruleOf({}, { calendar: "leave') --" }))],
  ])('lets nothing but numbers and known words of a plan into a statement: %s', (_, make) => {
    expect(make).toThrow(/^not a /);
  });
});
