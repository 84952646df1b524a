import 'reflect-metadata';
import fc from 'fast-check';
import { createRequire } from 'node:module';
import { checkRule } from '../language/check/check-rule.js';
import { MASKS, type Rule } from '../language/rule.js';
import { ruleSchema, type Schema } from '../language/schema/schema.js';
import { TEMPLATES } from '../templates/index.js';
import { CATALOGUE, METRICS, SHIPPED } from './catalogue.js';
import { anyRule } from './any-rule.js';

interface Validator {
  addVocabulary(words: string[]): void;
  compile(
    schema: object,
  ): ((value: unknown) => boolean) & { errors?: { instancePath: string; message?: string }[] | null };
}
const Ajv = (createRequire(import.meta.url)('ajv/dist/2020.js') as { default: new (options: object) => Validator })
  .default;

/** What checkRule finds that no schema can say: names, units, order, sums, the calendar. */
const BEYOND =
  /not a feature|used by no condition|different units|reaches back|days with data, of which|too expensive|together with for|has a text of|must be above|not be before|date that exists|nested deeper|too much|be within another held/;

describe('the JSON Schema of a rule', () => {
  const ajv = new Ajv({ strict: true, strictTypes: false, strictRequired: false, allErrors: false });
  ajv.addVocabulary(['x-label', 'x-unit']);
  // `format` is an annotation in 2020-12.
  const schema = ruleSchema(CATALOGUE);
  const valid = ajv.compile(
    JSON.parse(JSON.stringify(schema, (key, value: unknown) => (key === 'format' ? undefined : value))) as object,
  );

  it.each([...TEMPLATES.map(({ rule }) => rule), ...SHIPPED].map((rule) => [rule.id, rule]))(
    'accepts %s',
    (_, rule) => {
      expect(valid(rule) ? [] : valid.errors).toEqual([]);
      expect(checkRule(rule, METRICS)).toEqual([]);
    },
  );

  it('accepts what the language accepts', () => {
    fc.assert(
      fc.property(anyRule, (rule) => {
        expect(valid(rule) ? [] : valid.errors).toEqual([]);
        expect(checkRule(rule, METRICS).filter(({ en }) => !BEYOND.test(en))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('refuses what the language refuses for its shape, and nothing else', () => {
    let refused = 0;
    const bases = fc.oneof(fc.constantFrom(...TEMPLATES.map(({ rule }) => rule), ...SHIPPED), anyRule);
    const junk = fc.constantFrom<unknown>(
      ...[
        null,
        '',
        'x',
        'red',
        '7d',
        '40d',
        '1w',
        'leave',
        0,
        -1,
        1.5,
        1e13,
        true,
        [],
        [1],
        [1, 2],
        {},
        { f: 'late' },
        { ge: 3 },
      ],
      ...[
        { all: [] },
        { ge: [1, 2] },
        { $p: 'x' },
        { $p: 'x', default: 1 },
        { zh: '一', en: 'one' },
        'streak',
        'zscore',
        'term',
      ],
    );
    fc.assert(
      fc.property(
        bases,
        fc.nat(),
        fc.constantFrom('set', 'drop', 'add'),
        junk,
        fc.constantFrom('x', 'when', 'where', 'offset', 'held', 'pause'),
        (base, at, how, value, key) => {
          const rule = mutated(base, at, how, value, key);
          const wrong = checkRule(rule, METRICS);
          const shape = wrong.filter(({ en, pointer }) => !BEYOND.test(en) && !pointer.endsWith('/unit'));
          if (shape.length > 0) refused++;
          // Refused for more than its shape: either is right.
          const right = wrong.length > 0 && shape.length === 0 ? valid(rule) : shape.length === 0;
          expect({ accepted: valid(rule), shape, errors: valid.errors }).toEqual({
            accepted: right,
            shape,
            errors: valid.errors,
          });
        },
      ),
      { numRuns: 1000 },
    );
    expect(refused).toBeGreaterThan(400);
  });

  it('bounds features, conditions and sentences as the check does', () => {
    const late = { metric: 'late_return', agg: 'sum', window: '7d' };
    const both = (feature: object, title = '晚归') => {
      const rule = {
        ...{ id: 'dorm.late', title: { zh: title, en: 'late' }, reason: { zh: '晚归', en: 'late' }, level: 'yellow' },
        ...{ features: { late: { ...late, ...feature } }, when: { ge: [{ f: 'late' }, 1] } },
      };
      const right = checkRule(rule, METRICS).length === 0;
      expect([feature, title, valid(rule)]).toEqual([feature, title, right]);
      return right;
    };
    const over = (metric: string, most: unknown) => both({ metric, agg: 'days_over', where: { ge: most } });
    const oneDecimal = CATALOGUE.find(({ decimals }) => decimals === 1)!.code;
    expect(over('late_return', 2_147_483_647)).toBe(true);
    expect(over('late_return', 2_147_483_648)).toBe(false);
    expect(over(oneDecimal, 214_748_364.7)).toBe(true);
    expect(over(oneDecimal, 214_748_364.8)).toBe(false);
    expect(over(oneDecimal, { $p: 'bar', default: 214_748_364.8 })).toBe(false);
    for (const agg of ['count', 'hours_since_last']) expect(both({ agg, minData: 1 })).toBe(false);
    expect(both({ window: 'iso_week', minData: 7 })).toBe(true);
    expect(both({ window: 'iso_week', minData: 8 })).toBe(false);
    expect(both({ window: 'term', minData: 183 })).toBe(true);
    expect(both({ window: 'term', minData: 184 })).toBe(false);
    expect(both({ agg: 'zscore', baseline: '6d' })).toBe(false);
    expect(both({ agg: 'zscore', baseline: '6d', minData: 6 })).toBe(true);
    expect(both({ agg: 'zscore', baseline: '7d' })).toBe(true);
    expect(both({ window: 'term', offset: '1t' })).toBe(true);
    expect(both({ window: 'term', offset: '1d' })).toBe(false);
    expect(both({ window: 'iso_week', offset: '1t' })).toBe(false);
    expect(both({}, '😀'.repeat(500))).toBe(true);
    expect(both({}, '😀'.repeat(501))).toBe(false);
  });

  it('offers cohorts and kinds of days as choices; all are right, and there are more', () => {
    const { feature, predicate } = schema.$defs as Record<string, Schema & { properties: Record<string, Schema> }>;
    const choicesOf = (node: Schema) => (node.anyOf as [Schema, Schema])[0].oneOf as { const: string }[];
    const { rank } = feature!.properties as Record<string, Schema & { properties: Record<string, Schema> }>;
    const cohorts = choicesOf(rank!.properties.cohort!);
    expect(cohorts).toContainEqual({
      const: 'campus+sex',
      title: 'Campus + Sex',
      'x-label': { zh: '校区 + 性别', en: 'Campus + Sex' },
    });
    const days = choicesOf(predicate!.properties.calendar!);
    expect(days).toHaveLength(2 ** Object.keys(MASKS).length - 1);
    expect(days.map((one) => one.const)).toEqual(expect.arrayContaining(['leave', 'leave|holiday', 'internship|exam']));
    const late = { metric: 'late_return', agg: 'sum', window: '7d' };
    const judged = (cohort: string, calendar: string) => {
      const rule = {
        ...{ id: 'x', title: { zh: '一', en: 'one' }, reason: { zh: '一', en: 'one' }, level: 'red' },
        ...{ features: { x: { ...late, rank: { cohort } } }, when: { all: [{ calendar }, { ge: [{ f: 'x' }, 1] }] } },
      };
      return [valid(rule), checkRule(rule, METRICS).length === 0];
    };
    for (const cohort of cohorts) expect([cohort, ...judged(cohort.const, 'leave')]).toEqual([cohort, true, true]);
    for (const day of days) expect([day, ...judged('class', day.const)]).toEqual([day, true, true]);
    expect(judged('college+campus', 'holiday|leave')).toEqual([true, true]);
    for (const wrong of ['grade', 'sex', 'college+', 'college|class', ''])
      expect(judged(wrong, 'leave')).toEqual([false, false]);
    for (const wrong of ['weekend', 'leave|', 'leave+exam', '']) expect(judged('class', wrong)).toEqual([false, false]);
  });

  it('labels every property and every choice in both languages', () => {
    const bare: string[] = [];
    const visit = (node: unknown, at: string): void => {
      if (typeof node !== 'object' || node === null) return;
      const { properties, const: value, 'x-label': label, title } = node as Schema;
      if (value !== undefined && !at.includes('/if/') && !/oneOf\/\d+\/properties\/each$/.test(at) && !(label && title))
        bare.push(at);
      if (properties && !/\/(if|then|else)$|oneOf\/\d+$|calendar$/.test(at))
        for (const [name, property] of Object.entries(properties as Record<string, Schema>))
          if (!property.title || !property.description || !property['x-label']) bare.push(`${at}/${name}`);
      for (const [key, inner] of Object.entries(node)) visit(inner, `${at}/${key}`);
    };
    visit(schema, '');
    expect(bare).toEqual([]);
    const metric = ((schema.$defs as Record<string, Schema>).feature!.properties as Record<string, Schema>).metric!;
    expect(metric.oneOf).toContainEqual({
      const: 'late_return',
      title: 'late returns',
      'x-label': { zh: '晚归', en: 'late returns' },
      'x-unit': 'count',
    });
  });
});

/** The rule with one node of it changed. */
function mutated(base: Rule, at: number, how: string, value: unknown, key: string): unknown {
  const rule = JSON.parse(JSON.stringify(base)) as object;
  const places: [Record<string, unknown>, string][] = [];
  const visit = (node: object): void => {
    for (const [name, inner] of Object.entries(node)) {
      places.push([node as Record<string, unknown>, name]);
      if (typeof inner === 'object' && inner !== null) visit(inner as object);
    }
  };
  visit(rule);
  const [parent, name] = places[at % places.length]!;
  if (how === 'set') parent[name] = value;
  else if (how === 'drop' && Array.isArray(parent)) parent.splice(Number(name), 1);
  else if (how === 'drop') delete parent[name];
  else if (typeof parent[name] === 'object')
    (parent[name] as Record<string, unknown>)[Array.isArray(parent[name]) ? '0' : key] = value;
  else parent[name] = value;
  return rule;
}
