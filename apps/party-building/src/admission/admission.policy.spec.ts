import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { AdmissionPolicy, stepsWith } from './admission.policy.js';
import { ruleSet } from './rule-set.js';

const policyWith = (gate: object): AdmissionPolicy =>
  plainToInstance(AdmissionPolicy, {
    reminderDays: [30],
    gates: [
      {
        step: 2,
        key: 'own',
        kind: 'within',
        severity: 'warn',
        zh: '学校要求',
        en: 'own',
        after: 1,
        value: 1,
        unit: 'months',
        ...gate,
      },
    ],
  });

it.each([
  ['a longer deadline in working days', { value: 30, unit: 'working_days' }, /weaker/],
  ['a longer deadline', { value: 2 }, /weaker than the national rule/],
  ['a longer deadline in years', { value: 1, unit: 'years' }, /weaker/],
  ['a lower age', { step: 1, kind: 'min_age', after: undefined, value: 17, unit: 'years' }, /weaker/],
  ['less than a year of cultivation', { step: 7, kind: 'not_before', after: 3, value: 11 }, /weaker/],
  ['more contacts', { step: 5, kind: 'count_range', after: undefined, of: 'contact', min: 1, max: 3 }, /weaker/],
  ['rarer reviews', { step: 6, kind: 'periodic_review', after: 3, value: 7 }, /weaker/],
  ['the key of a national gate', { key: 'talk_in_time' }, /key of a national gate/],
  ['a missing length', { value: undefined }, /value is missing/],
  ['a deadline counted from a later step', { after: 3 }, /earlier step/],
])('refuses %s', (_, gate, message) => {
  const found = JSON.stringify(validateSync(policyWith(gate)));
  expect(found).toMatch(message);
});

it.each([
  ['the same deadline', { value: 1 }],
  ['a tighter deadline in working days', { value: 10, unit: 'working_days' }],
  ['another deadline of another step', { step: 3, value: 10, unit: 'working_days' }],
  ['quarterly reviews', { step: 6, kind: 'periodic_review', after: 3, value: 3 }],
  ['a higher age', { step: 1, kind: 'min_age', after: undefined, value: 19, unit: 'years' }],
  [
    'a document',
    { step: 3, kind: 'document', of: 'thought_report', after: undefined, value: undefined, unit: undefined },
  ],
])('takes %s', (_, gate) => {
  expect(validateSync(policyWith(gate))).toEqual([]);
});

it('adds gates and keeps every national one', () => {
  const rules = ruleSet('cpc-2026.05');
  const steps = stepsWith(rules, policyWith({}));
  expect(steps[1]?.gates).toEqual([
    ...(rules.steps[1]?.gates ?? []),
    expect.objectContaining({ key: 'own', mark: 'one_school' }),
  ]);
  expect(steps.filter((step, i) => step !== rules.steps[i])).toHaveLength(1);
});
