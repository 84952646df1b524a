import type { Bilingual } from '#contracts';

export const PERIOD_UNITS = {
  days: { zh: '天', en: 'days' },
  months: { zh: '个月', en: 'calendar months' },
  years: { zh: '年', en: 'calendar years' },
  working_days: { zh: '个工作日', en: 'working days' },
} as const;

export type PeriodUnit = keyof typeof PERIOD_UNITS;

/** What a gate looks at. `requirement` is stated in words only: the engine cannot judge it, nor record its step. */
export const GATE_KINDS = {
  min_age: { zh: '最低年龄', en: 'least age' },
  not_before: { zh: '最早时间', en: 'earliest date after a step' },
  within: { zh: '期限', en: 'deadline after a step' },
  count_range: { zh: '人数', en: 'number of people' },
  choice: { zh: '选项', en: 'one of several' },
  document: { zh: '材料', en: 'a document' },
  collective_decision: { zh: '集体决定', en: 'a collective decision' },
  filing: { zh: '备案', en: 'a filing' },
  own_organization: { zh: '所在单位党组织', en: "the unit's own organization" },
  periodic_review: { zh: '定期考察', en: 'reviews at intervals' },
  public_notice: { zh: '公示', en: 'a public notice' },
  requirement: { zh: '其他要求', en: 'a requirement in words' },
} as const satisfies Record<string, Bilingual>;

export type GateKind = keyof typeof GATE_KINDS;

/** `unconfirmed`: not yet found in the official text, so it can only warn. */
export const GATE_MARKS = {
  national: { zh: '国家规定', en: 'national rule' },
  one_school: { zh: '学校规定', en: "the school's own" },
  unconfirmed: { zh: '待核实', en: 'unconfirmed' },
} as const;

export type GateMark = keyof typeof GATE_MARKS;
export type Severity = 'block' | 'warn';

/** One condition of a step, as data. Which of the optional fields it has follows from its kind. */
export interface Gate extends Bilingual {
  /** Unique within the step. */
  key: string;
  kind: GateKind;
  /** What it means when it is not met. */
  severity: Severity;
  mark: GateMark;
  /** Article of the rules; null where it has not been checked. */
  article: string | null;
  /** Step whose date the period counts from. */
  after?: number;
  value?: number;
  unit?: PeriodUnit;
  /** Kind of document, role of people, or name of the choice. */
  of?: string;
  options?: string[];
  min?: number;
  max?: number;
  /** The people must be full members of the Party. */
  membership?: 'full_member';
}

const NEEDS: Record<GateKind, (keyof Gate)[]> = {
  min_age: ['value', 'unit'],
  not_before: ['after', 'value', 'unit'],
  within: ['after', 'value', 'unit'],
  count_range: ['of', 'min', 'max'],
  choice: ['of', 'options'],
  document: ['of'],
  collective_decision: ['of'],
  filing: ['of'],
  own_organization: [],
  periodic_review: ['after', 'value', 'unit'],
  public_notice: ['value', 'unit'],
  requirement: [],
};

/** What is wrong with a gate of a step, or undefined. */
export function wrongWithGate(gate: Gate, step: number): Bilingual | undefined {
  const missing = NEEDS[gate.kind].find((field) => gate[field] === undefined);
  if (missing) return { zh: `缺少 ${missing}`, en: `${missing} is missing` };
  if (gate.after !== undefined && gate.after >= step) {
    return { zh: 'after 应为更早的步骤', en: 'after must be an earlier step' };
  }
  if (gate.mark === 'unconfirmed' && gate.severity === 'block') {
    return { zh: '待核实的规定只能提示', en: 'an unconfirmed rule can only warn' };
  }
  if ((gate.min ?? 0) > (gate.max ?? Infinity)) return { zh: 'min 大于 max', en: 'min is greater than max' };
  return undefined;
}

/**
 * Why a school's gate would relax or replace a national one of the same step, or undefined. All gates of a step must
 * be met, so a weaker one beside the national one could not relax it; but it would mislead, and is refused.
 */
export function relaxes(own: Gate, national: Gate): Bilingual | undefined {
  if (own.key === national.key) return { zh: '与国家规定同名', en: 'has the key of a national gate' };
  if (own.kind !== national.kind || own.after !== national.after || own.of !== national.of) return undefined;
  const weaker = { zh: '宽于国家规定', en: 'is weaker than the national rule' };
  if (own.kind === 'count_range') {
    const inside = (own.min ?? 0) >= (national.min ?? 0) && (own.max ?? Infinity) <= (national.max ?? Infinity);
    return inside ? undefined : weaker;
  }
  const [mine, theirs] = [lengthOf(own), lengthOf(national)];
  if (mine === undefined || theirs === undefined) return undefined;
  const longerIsWeaker = own.kind === 'within' || own.kind === 'periodic_review';
  return (longerIsWeaker ? mine > theirs : mine < theirs) ? weaker : undefined;
}

/** About how many days: exact between months and years, near enough for the rest. No date comes of it. */
const DAYS: Record<PeriodUnit, number> = { days: 1, working_days: 7 / 5, months: 365.25 / 12, years: 365.25 };

function lengthOf({ value, unit }: Gate): number | undefined {
  return value === undefined || unit === undefined ? undefined : value * DAYS[unit];
}
