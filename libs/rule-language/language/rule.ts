import type { AppointmentKind, Bilingual, WarningLevel } from '#contracts';
import type { Aggregate } from './aggregates.js';

export const COMPARISONS = ['ge', 'gt', 'le', 'lt', 'eq'] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** A number set by the school: the parameter of that name, else the default. */
export interface Parameter {
  $p: string;
  default: number;
}
export type Constant = number | Parameter;

/** `{ "ge": 300 }`: which days count; in the metric's unit. */
export type Where = { [C in Comparison]?: Constant };

/** Kinds of days that may not count. */
export const MASKS = {
  leave: { zh: '请假', en: 'approved leave of the student' },
  holiday: { zh: '假期', en: 'public holiday or vacation' },
  internship: { zh: '实习', en: "internship of the student's units" },
  exam: { zh: '考试周', en: 'exam weeks' },
} as const satisfies Record<string, Bilingual>;
export type MaskDay = keyof typeof MASKS;

/** What says in which part of the term the as-of day lies; outside of terms it does not hold. */
export const TERM_WEEKS = {
  termWeek: { zh: '教学周', en: 'Week of the term' },
  termWeeksLeft: { zh: '距期末周数', en: 'Weeks left of the term' },
} as const satisfies Record<string, Bilingual>;
export type TermWeeks = keyof typeof TERM_WEEKS;

/** Periods in which something may repeat. */
export const PERIODS = {
  day: { zh: '日', en: 'day' },
  iso_week: { zh: '周', en: 'ISO week' },
  term: { zh: '学期', en: 'term' },
} as const satisfies Record<string, Bilingual>;
export type Period = keyof typeof PERIODS;

/** Most periods that `held` may look back over: each is judged like a day of its own. */
export const MAX_TIMES: Record<Period, number> = { day: 14, iso_week: 8, term: 8 };

/** One number per student and as-of day: metric × aggregate × window. */
export interface Feature {
  metric: string;
  agg: Aggregate;
  /** `7d` (the day and the six before it), `iso_week` and `term` (from their first day to the day), `all`. */
  window?: string;
  /** Moves the window back: `7d`; with `iso_week` whole weeks (`1w`), with `term` whole terms (`1t`: the whole of the one before). */
  offset?: string;
  /** For days_over, streak, hours_since_last. */
  where?: Where;
  /** For ratio and zscore: so many days right before the window. */
  baseline?: string;
  /** Fewer days with data (in the baseline, where there is one) make the feature missing. Not for count and hours_since_last. */
  minData?: number;
  /** zscore: a smaller deviation makes it missing; in the metric's unit. */
  minSd?: number;
  /** Place of the value among the students of the same cohort who have one: e.g. `college+grade`, `campus+sex`, `class`. */
  rank?: { cohort: string; as?: 'percentile' | 'rank'; minCohort?: number };
  /** `exclude`: such days have no data. `pause` (streak, hours_since_last): such days do not exist. */
  calendar?: { exclude?: MaskDay[]; pause?: MaskDay[] };
  /** Value where the feature is missing. */
  default?: number;
  /** Only checked: must be what the feature yields. */
  unit?: string;
}

export type Expression =
  Constant | { f: string } | { mul: Expression[] } | { add: Expression[] } | { sub: [Expression, Expression] };

export type Predicate =
  | { [C in Comparison]: Record<C, [Expression, Expression]> }[Comparison]
  | { all: Predicate[] }
  | { any: Predicate[] }
  | { not: Predicate }
  /** Whether the as-of day is such a day for the student: `leave|holiday`. */
  | { calendar: string }
  /** Week of the term, from 1. `{ "termWeek": { "le": 4 } }` = 期初. */
  | { termWeek: Where }
  /** Weeks to the term's last, in which it is 0. `{ "termWeeksLeft": { "lt": 4 } }` = 期末. */
  | { termWeeksLeft: Where }
  /** `when` holds now and did at the end of each of the `times` − 1 periods before. */
  | { held: { when: Predicate; each: Period; times: number } };

export interface Rule {
  id: string;
  title: Bilingual;
  /** `day_end` (default): judged on complete days. `data`: also on the running day, for rules that only count up. */
  on?: 'day_end' | 'data';
  features: Record<string, Feature>;
  /** One level with `when` (and `escalate`), or a list of levels with a predicate each, mildest first. */
  level: WarningLevel | Partial<Record<WarningLevel, Predicate>>[];
  when?: Predicate;
  escalate?: { to: WarningLevel; when: Predicate };
  /** `3d`: levels count only once they held on so many days in a row. */
  for?: string;
  /** Hysteresis: a warning goes on holding, at its level, until this is true. */
  clearWhen?: Predicate;
  /** Only these students are judged: members of one of the units or places, of these grades, of this sex. */
  students?: { units?: string[]; grades?: number[]; sex?: 'male' | 'female' };
  /** Days on which the rule is judged, both inclusive (YYYY-MM-DD). */
  effective?: { from?: string; to?: string };
  /**
   * What a result that cannot be known means. `skip` (default): nothing is concluded, an earlier firing stands.
   * `false`: the rule does not hold.
   */
  onNoData?: 'skip' | 'false';
  /** Sentence for people; `{feature}`, `{level}` and `{threshold}` are filled in. */
  reason: Bilingual;
  /** The sentence for the student; without one the student is told the metrics' names and values. */
  studentReason?: Bilingual;
  /** Only who holds one of these posts over the student sees the warning and may ask why; left out: whoever may see warnings. */
  visibility?: AppointmentKind[];
}

/** Levels by rank; 0 = no warning. */
export const LEVELS = [null, 'blue', 'yellow', 'orange', 'red'] as const;

export function rankOf(level: WarningLevel): number {
  return LEVELS.indexOf(level);
}

/** One step of a rule's ladder: the predicate that makes this level. */
export interface Step {
  rank: number;
  when: Predicate;
  /** Where the predicate is in the rule: a JSON pointer below `#`. */
  pointer: string;
}

/** The levels of a rule, mildest first; the last that holds is the level of the firing. */
export function ladderOf(rule: Rule): Step[] {
  if (Array.isArray(rule.level)) {
    return rule.level.flatMap((step, i) =>
      Object.entries(step).map(([level, when]) => ({
        rank: rankOf(level as WarningLevel),
        when: when as Predicate,
        pointer: `/level/${i}/${level}`,
      })),
    );
  }
  const first: Step = { rank: rankOf(rule.level), when: rule.when as Predicate, pointer: '/when' };
  if (!rule.escalate) return [first];
  const { to, when } = rule.escalate;
  return [first, { rank: rankOf(to), when: { all: [first.when, when] }, pointer: '/escalate/when' }];
}

/** What the language needs to know of a metric. */
export interface MetricInfo {
  code: string;
  number: number;
  unit: string;
  /** Stored values are the unit's × 10^decimals. */
  decimals: number;
  retentionDays: number;
  sensitivity: number;
}
