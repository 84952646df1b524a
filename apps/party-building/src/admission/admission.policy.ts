import { ValidateBy } from 'class-validator';
import { Int, ListOf, OneOf, Text } from '#fields';
import { Policy } from '#policy';
import { type Gate, GATE_KINDS, PERIOD_UNITS, type PeriodUnit, relaxes, type Severity, wrongWithGate } from './gate.js';
import { RULE_SETS, type RuleSet, type Step } from './rule-set.js';

const { min_age, not_before, within, count_range, document, periodic_review } = GATE_KINDS;
const OWN_KINDS = { min_age, not_before, within, count_range, document, periodic_review };

/** class-validator decorator: the gate is complete and relaxes no national gate of any rule version. */
function OnlyTightens(): PropertyDecorator {
  return ValidateBy({
    name: 'onlyTightens',
    validator: {
      validate: (_, args) => wrongWithOwn(args?.object as OwnGate) === undefined,
      defaultMessage: (args) => wrongWithOwn(args?.object as OwnGate) ?? '',
    },
  });
}

/** A condition a school adds to a step. */
export class OwnGate {
  @Int({ zh: '步骤', en: 'Step', min: 1, max: 25, example: 2 })
  step: number;

  @Text({
    zh: '标识',
    en: 'Key, unique within the step',
    max: 50,
    pattern: /^[a-z][a-z0-9_]*$/,
    example: 'talk_in_ten_days',
  })
  key: string;

  @OneOf(OWN_KINDS, { zh: '种类', en: 'Kind', example: 'within' })
  @OnlyTightens()
  kind: keyof typeof OWN_KINDS;

  @OneOf(['block', 'warn'], {
    zh: '未满足时阻止还是提示',
    en: 'Whether it blocks or warns when not met',
    example: 'warn',
  })
  severity: Severity;

  @Text({ zh: '中文说明', en: 'Chinese wording', example: '收到申请书后十个工作日内谈话' })
  zh: string;

  @Text({ zh: '英文说明', en: 'English wording', example: 'Talk within ten working days of receipt' })
  en: string;

  @Text({ zh: '依据条款', en: 'Article of the school document', optional: true, example: '本校实施办法第六条' })
  article?: string;

  @Int({ zh: '自哪一步起算', en: 'Step the period counts from', optional: true, min: 1, max: 24, example: 1 })
  after?: number;

  @Int({ zh: '时长', en: 'Length of the period', optional: true, min: 1, max: 1000, example: 10 })
  value?: number;

  @OneOf(PERIOD_UNITS, { zh: '时长单位', en: 'Unit of the period', optional: true, example: 'working_days' })
  unit?: PeriodUnit;

  @Text({
    zh: '材料或人员的代码',
    en: 'Kind of document or role of people',
    optional: true,
    max: 50,
    example: 'thought_report',
  })
  of?: string;

  @Int({ zh: '最少人数', en: 'Fewest people', optional: true, min: 0, max: 100, example: 1 })
  min?: number;

  @Int({ zh: '最多人数', en: 'Most people', optional: true, min: 1, max: 100, example: 2 })
  max?: number;
}

/** What a school adds to the national rules; it cannot take anything away. */
@Policy({
  key: 'party-building.admission',
  title: { zh: '发展党员的学校要求', en: "The school's additions to admission" },
})
export class AdmissionPolicy {
  @ListOf('int', {
    zh: '期限前多少天提醒',
    en: 'Days before a deadline to remind at',
    minItems: 1,
    maxItems: 10,
    unique: true,
    example: [30, 14, 7],
  })
  reminderDays: number[] = [30, 14, 7];

  @ListOf(() => OwnGate, { zh: '增加的条件与材料', en: 'Added conditions and materials', maxItems: 100, example: [] })
  gates: OwnGate[] = [];
}

/** The national steps with the school's gates added. */
export function stepsWith(rules: RuleSet, policy: AdmissionPolicy): Step[] {
  return rules.steps.map((step) => {
    const own = policy.gates.filter((gate) => gate.step === step.number).map((gate) => gateOf(gate));
    return own.length === 0 ? step : { ...step, gates: [...step.gates, ...own] };
  });
}

function gateOf({ step: _, ...own }: OwnGate): Gate {
  return { ...own, article: own.article ?? null, mark: 'one_school' };
}

/** Both languages in one line: the message of a plain class-validator decorator. */
function wrongWithOwn(own: OwnGate): string | undefined {
  if (!Object.hasOwn(OWN_KINDS, own.kind)) return undefined; // the field's own check says so
  const gate = gateOf(own);
  const national = RULE_SETS.flatMap((set) => set.steps.find((step) => step.number === own.step)?.gates ?? []);
  const wrong =
    wrongWithGate(gate, own.step) ?? national.map((one) => relaxes(gate, one)).find((one) => one !== undefined);
  return wrong && `${wrong.zh} / ${wrong.en}`;
}
