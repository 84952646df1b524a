/**
 * The slow and obvious way to judge a rule for one student: straight from the language's definitions, day by day, for the machine to be
 * compared with. Used by tests only.
 */
import { constantOf, type Moment } from '../plan/compile.js';
import { dayOf, mondayOf } from '../language/days.js';
import {
  type Expression,
  type Feature,
  ladderOf,
  type Period,
  type Predicate,
  type Rule,
  type Where,
} from '../language/rule.js';

export interface Student {
  /** Stored values (the unit's × 10^decimals) by day, by metric. */
  data: Record<string, Map<number, number>>;
  onLeave: (day: number) => boolean;
  onInternship?: (day: number) => boolean;
}

export interface World {
  moment: Moment;
  students: Student[];
  /** 10^decimals, by metric. */
  units: Record<string, number>;
  isHoliday: (day: number) => boolean;
  isExam?: (day: number) => boolean;
  /** Cohort of a student on a day, by the cohort's name. */
  cohortOf: (name: string, student: number, day: number) => number;
}

/** 0 = does not hold, 1–4 = level, null = cannot say. */
export function judge(world: World, rule: Rule, student: number): number | null {
  const { asOf } = world.moment;
  const { from, to } = rule.effective ?? {};
  if ((from !== undefined && asOf < dayOf(from)) || (to !== undefined && asOf > dayOf(to))) return 0;
  const days = rule.for === undefined ? 1 : Number(rule.for.slice(0, -1));
  let level: number | null = 0;
  for (const step of ladderOf(rule)) {
    const truth = held(world, rule, { when: step.when, each: 'day', times: days }, student);
    if (truth === true) level = step.rank;
    else if (truth === null && level === 0) level = rule.onNoData === 'false' ? 0 : null;
  }
  return level;
}

/** Whether a predicate holds for a student; null = cannot say. */
export function holds(world: World, rule: Rule, node: Predicate, student: number): boolean | null {
  if ('all' in node) {
    const parts = node.all.map((one) => holds(world, rule, one, student));
    return parts.includes(false) ? false : parts.includes(null) ? null : true;
  }
  if ('any' in node) {
    const parts = node.any.map((one) => holds(world, rule, one, student));
    return parts.includes(true) ? true : parts.includes(null) ? null : false;
  }
  if ('not' in node) {
    const inner = holds(world, rule, node.not, student);
    return inner === null ? null : !inner;
  }
  if ('calendar' in node) return masked(world, student, world.moment.asOf, node.calendar.split('|'));
  if ('termWeek' in node) return inWeek(world.moment, ({ from }) => from, 1, node.termWeek);
  if ('termWeeksLeft' in node) return inWeek(world.moment, ({ to }) => to, 0, node.termWeeksLeft);
  if ('held' in node) return held(world, rule, node.held, student);
  const [op, sides] = Object.entries(node)[0] as [string, [Expression, Expression]];
  const a = value(world, rule, sides[0], student);
  const b = value(world, rule, sides[1], student);
  if (a === null || b === null) return null;
  return { ge: a >= b, gt: a > b, le: a <= b, lt: a < b, eq: a === b }[op] as boolean;
}

function held(
  world: World,
  rule: Rule,
  { when, each, times }: { when: Predicate; each: Period; times: number },
  student: number,
): boolean | null {
  const parts = Array.from({ length: times }, (_, back) => {
    const moment = earlier(world.moment, each, back);
    return moment ? holds({ ...world, moment }, rule, when, student) : false;
  });
  return parts.includes(false) ? false : parts.includes(null) ? null : true;
}

/** The end of the period so many periods ago; null before the first term. */
function earlier(moment: Moment, each: Period, back: number): Moment | null {
  if (back === 0) return moment;
  const { asOf, terms = [] } = moment;
  if (each === 'day') return { ...moment, asOf: asOf - back, elapsedHours: 24 };
  if (each === 'iso_week') return { ...moment, asOf: mondayOf(asOf) - 7 * back + 6, elapsedHours: 24 };
  // The term that runs, or the last one that ran, is the first that counts.
  const begun = terms.filter(({ from }) => from <= asOf);
  const term = begun.at(-1 - back);
  return term ? { ...moment, asOf: term.to, elapsedHours: 24 } : null;
}

type Term = NonNullable<Moment['terms']>[number];

/** Whether the weeks between the as-of day's and that of one end of the term, counted from a number on, meet a condition. */
function inWeek(moment: Moment, end: (term: Term) => number, first: number, where: Where): boolean {
  const { asOf, terms = [] } = moment;
  const term = terms.find(({ from, to }) => from <= asOf && asOf <= to);
  if (!term) return false;
  const [early, late] = [end(term), asOf].sort((a, b) => a - b) as [number, number];
  let week = first;
  for (let day = early + 1; day <= late; day++) if (mondayOf(day) === day) week++;
  return matches(week, where, moment);
}

function value(world: World, rule: Rule, node: Expression, student: number): number | null {
  if (typeof node === 'number' || '$p' in node) return constantOf(node, world.moment.parameters);
  if ('f' in node) return featureOf(world, rule.features[node.f]!, student);
  const parts = ('mul' in node ? node.mul : 'add' in node ? node.add : node.sub).map((one) =>
    value(world, rule, one, student),
  );
  if (parts.includes(null)) return null;
  const numbers = parts as number[];
  if ('mul' in node) return numbers.reduce((a, b) => a * b);
  return 'add' in node ? numbers.reduce((a, b) => a + b) : numbers[0]! - numbers[1]!;
}

/** The feature's value for one student; null = missing. */
export function featureOf(world: World, spec: Feature, student: number): number | null {
  const found = spec.rank ? place(world, spec, student) : plain(world, spec, student);
  return found ?? spec.default ?? null;
}

function place(world: World, spec: Feature, student: number): number | null {
  const { cohort, as = 'percentile', minCohort = 10 } = spec.rank!;
  const own = plain(world, spec, student);
  const { asOf } = world.moment;
  const home = world.cohortOf(cohort, student, asOf);
  if (own === null || home < 0) return null;
  const values = world.students
    .map((_, i) => (world.cohortOf(cohort, i, asOf) === home ? plain(world, spec, i) : null))
    .filter((one): one is number => one !== null);
  if (values.length < minCohort) return null;
  const smaller = values.filter((one) => one < own).length;
  return as === 'rank' ? smaller + 1 : (100 * smaller) / (values.length - 1);
}

function plain(world: World, spec: Feature, student: number): number | null {
  const { asOf, elapsedHours } = world.moment;
  const window = daysOf(spec, world.moment);
  if (!window) return null;
  const pause = spec.calendar?.pause ?? [];
  const unit = world.units[spec.metric]!;
  const present = valuesIn(world, spec, student, window.from, window.to);
  const values = present.map(([, one]) => one);
  const sum = values.reduce((a, b) => a + b, 0);
  const where = spec.where ?? { gt: 0 };
  const meets = present
    .filter(([day, one]) => matches(one / unit, where, world.moment) && !masked(world, student, day, pause))
    .map(([day]) => day);
  switch (spec.agg) {
    case 'count':
      return values.length;
    case 'hours_since_last': {
      const last = meets.at(-1);
      if (last === undefined) return null;
      const heardOf = world.students.flatMap((one) => [...(one.data[spec.metric] ?? []).keys()]);
      const masks = [...(spec.calendar?.exclude ?? []), ...pause];
      const known = heardOf.filter((day) => day >= window.from && day <= asOf && !everybodys(world, day, masks));
      let hours = 0;
      for (let day = last + 1; day <= Math.max(...known); day++)
        if (!masked(world, student, day, pause)) hours += day === asOf ? elapsedHours : 24;
      return hours;
    }
    case 'ratio':
    case 'zscore': {
      const n = Number(spec.baseline!.slice(0, -1));
      const base = valuesIn(world, spec, student, window.from - n, window.from - 1).map(([, one]) => one);
      if (values.length === 0 || base.length < (spec.minData ?? 7)) return null;
      const mean = base.reduce((a, b) => a + b, 0) / base.length;
      if (spec.agg === 'ratio') return mean > 0 ? sum / values.length / mean : null;
      // The population's deviation, from whole numbers, so that equal means equal.
      const total = base.reduce((a, b) => a + b, 0);
      const sd = Math.sqrt(base.length * base.reduce((a, b) => a + b * b, 0) - total ** 2) / base.length;
      return sd > 0 && sd >= (spec.minSd ?? 0) * unit ? (sum / values.length - mean) / sd : null;
    }
  }
  if (values.length < (spec.minData ?? 1)) return null;
  switch (spec.agg) {
    case 'sum':
      return sum / unit;
    case 'avg':
      return sum / (values.length * unit);
    case 'max':
      return Math.max(...values) / unit;
    case 'min':
      return Math.min(...values) / unit;
    case 'last':
      return values.at(-1)! / unit;
    case 'days_over':
      return present.filter(([, one]) => matches(one / unit, where, world.moment)).length;
    case 'distinct':
      return new Set(values).size;
    case 'streak': {
      let run = 0;
      for (let day = window.to; day >= Math.max(window.from, asOf - 500); day--) {
        if (masked(world, student, day, pause)) continue;
        if (!meets.includes(day)) break;
        run++;
      }
      return run;
    }
  }
}

function valuesIn(world: World, spec: Feature, student: number, from: number, to: number): [number, number][] {
  return [...(world.students[student]!.data[spec.metric] ?? [])]
    .filter(([day]) => day >= from && day <= to && !masked(world, student, day, spec.calendar?.exclude ?? []))
    .sort(([a], [b]) => a - b);
}

function masked(world: World, student: number, day: number, masks: readonly string[]): boolean {
  const { onLeave, onInternship } = world.students[student]!;
  return (
    everybodys(world, day, masks) ||
    (masks.includes('leave') && onLeave(day)) ||
    (masks.includes('internship') && (onInternship?.(day) ?? false))
  );
}

/** Masks that lie on everybody's day. */
function everybodys(world: World, day: number, masks: readonly string[]): boolean {
  return (
    (masks.includes('holiday') && world.isHoliday(day)) || (masks.includes('exam') && (world.isExam?.(day) ?? false))
  );
}

function matches(one: number, where: Where, { parameters }: Moment): boolean {
  return Object.entries(where).every(([op, constant]) => {
    const bound = constantOf(constant, parameters);
    return { ge: one >= bound, gt: one > bound, le: one <= bound, lt: one < bound, eq: one === bound }[op];
  });
}

function daysOf(spec: Feature, { asOf, terms = [] }: Moment): { from: number; to: number } | null {
  const { window = 'all', offset } = spec;
  const back = offset ? Number(offset.slice(0, -1)) : 0;
  if (window === 'iso_week') {
    const monday = mondayOf(asOf) - 7 * back;
    return { from: monday, to: back > 0 ? monday + 6 : asOf };
  }
  if (window === 'term') {
    const running = terms.findIndex(({ from, to }) => from <= asOf && asOf <= to);
    const term = running < 0 ? undefined : terms[running - back];
    return term ? { from: term.from, to: Math.min(term.to, asOf) } : null;
  }
  if (window === 'all') return { from: -1e9, to: asOf - back };
  return { from: asOf - back - Number(window.slice(0, -1)) + 1, to: asOf - back };
}
