import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { TEMPLATES } from '#rule-language';

/** The rule as openapi/early-warning.json has it, for generators of clients. */
describe('the rule in the OpenAPI document', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const rule = { ...TEMPLATES[0]!.rule, level: 'yellow', features: { late: { metric: 'late_return', agg: 'sum' } } };
  const when = { ge: [{ f: 'late' }, 3] };
  const fits = (value: unknown): boolean => ajv.validate('doc#/components/schemas/RuleDefinitionDto', value);

  beforeAll(async () => {
    const { components } = JSON.parse(await readFile('openapi/early-warning.json', 'utf8')) as { components: object };
    ajv.addSchema({ $id: 'doc', components });
  });

  it.each(TEMPLATES.map((template) => [template.rule.id, template.rule]))('takes the template %s', (_, template) => {
    expect(fits(template)).toBe(true);
  });

  it.each([
    ['a metric only the school has', { features: { steps: { metric: 'steps', agg: 'sum', window: 'iso_week' } } }],
    [
      'a cohort',
      { features: { a: { metric: 'gpa', agg: 'last', rank: { cohort: 'sex+college+grade', as: 'rank' } } } },
    ],
    ['kinds of days in any order', { when: { calendar: 'exam|leave' } }],
    ['what was held', { when: { held: { when, each: 'iso_week', times: 3 } } }],
    ['weeks', { when: { all: [{ termWeek: { ge: 2 } }, { termWeeksLeft: { le: { $p: 'weeks', default: 2 } } }] } }],
    ['sums', { when: { ge: [{ add: [{ f: 'a' }, { mul: [{ f: 'b' }, 2] }] }, { $p: 'sum', default: 1.5 }] } }],
  ])('takes %s', (_, part) => {
    expect(fits({ ...rule, when, ...part })).toBe(true);
  });

  it.each([
    ['no aggregate', { features: { late: { metric: 'late_return', agg: 'total' } } }],
    ['no predicate', { when: { ge: [{ f: 'late' }] } }],
    ['two predicates in one', { when: { ...when, le: when.ge } }],
    ['no period', { when: { held: { when, each: 'month', times: 3 } } }],
    ['no level', { escalate: { to: 'pink', when } }],
    ['half a parameter', { when: { ge: [{ f: 'late' }, { $p: 'most' }] } }],
  ])('refuses %s', (_, part) => {
    expect(fits({ ...rule, when, ...part })).toBe(false);
  });
});
