import { constantOf, type Plan, type PlannedFeature } from './compile.js';
import { Accumulators, type Cohorts, rankInCohorts, valuesOf } from './features.js';
import type { Comparison, Expression, MaskDay, Predicate, Step } from './language.js';
import { Calendar } from './masks.js';

/** Three-valued logic, as in SQL: what rests on a missing number is neither true nor false. */
export const FALSE = 0;
export const TRUE = 1;
export const UNKNOWN = 2;

/** Level by lane of a rule: 0 = does not hold, 1–4 = blue … red. */
export const CANNOT_SAY = 255;

export interface FeatureValues {
  /** NaN = missing. */
  values: Float64Array;
  /** Before ranking, where the feature is a rank. */
  raw: Float64Array;
  /** Students with a value, by cohort number, where the feature is a rank. */
  sizes?: Map<number, number>;
}

/** What a comparison came to for one student. */
export interface Condition {
  /** JSON pointer below the rule's `#`. */
  pointer: string;
  op: Comparison;
  left: number | null;
  right: number | null;
  holds: boolean | null;
}

/**
 * One evaluation of a plan over `lanes` students: feed it the days it needs, metric by metric in ascending order, then ask for the
 * rules' levels. Pure: no input but what is given.
 */
export class Evaluation {
  private readonly accumulators: Accumulators;
  private features: Map<string, FeatureValues> | undefined;

  constructor(
    readonly plan: Plan,
    readonly lanes: number,
    readonly calendar: Calendar = new Calendar(),
    /** Cohorts that rank features ask for, by their name. */
    readonly cohorts: ReadonlyMap<string, Cohorts> = new Map(),
  ) {
    this.accumulators = new Accumulators(lanes, calendar);
    for (const feature of plan.features.values()) this.accumulators.prepare(feature);
  }

  needs(): { metric: number; from: number; to: number }[] {
    return this.accumulators.needs();
  }

  feed(metric: number, day: number, first: number, values: Int32Array): void {
    this.accumulators.feed(metric, day, first, values);
  }

  /** Levels of the plan's i-th rule, by lane; CANNOT_SAY where too much is missing and the rule skips such students. */
  levels(i: number): Uint8Array {
    const { rule, steps, features } = this.plan.rules[i]!;
    const levels = new Uint8Array(this.lanes);
    const unknown = rule.onNoData === 'false' ? 0 : CANNOT_SAY;
    for (const step of steps) {
      const truth = this.truth(step.when, features);
      for (let lane = 0; lane < this.lanes; lane++) {
        if (truth[lane] === TRUE) levels[lane] = step.rank;
        else if (truth[lane] === UNKNOWN && levels[lane] === 0) levels[lane] = unknown;
      }
    }
    return levels;
  }

  feature(key: string): FeatureValues {
    this.features ??= this.finish();
    return this.features.get(key)!;
  }

  /** The comparisons of a step, to be read for one student after the other. */
  conditions(ruleIndex: number, step: Step): (lane: number) => Condition[] {
    const { features, rule } = this.plan.rules[ruleIndex]!;
    const found: { pointer: string; op: Comparison; sides: [Numbers, Numbers]; truth: Uint8Array }[] = [];
    const visit = (node: Predicate, pointer: string): void => {
      const [key, inner] = Object.entries(node)[0] as [string, unknown];
      const here = `${pointer}/${key}`;
      if (key === 'all' || key === 'any') (inner as Predicate[]).forEach((one, i) => visit(one, `${here}/${i}`));
      else if (key === 'not') visit(inner as Predicate, here);
      else if (key !== 'calendar') {
        const op = key as Comparison;
        const sides = (inner as Expression[]).map((side) => this.numbers(side, features)) as [Numbers, Numbers];
        found.push({ pointer: here, op, sides, truth: compareAll(op, sides[0], sides[1], new Uint8Array(this.lanes)) });
      }
    };
    if (step.pointer === '/escalate/when') visit(rule.when!, '/when');
    visit(step.pointer === '/escalate/when' ? rule.escalate!.when : step.when, step.pointer);
    return (lane) =>
      found.map(({ pointer, op, sides, truth }) => {
        const [left, right] = sides.map((side) => nullable(typeof side === 'number' ? side : side[lane]!));
        return {
          pointer,
          op,
          left: left ?? null,
          right: right ?? null,
          holds: truth[lane] === UNKNOWN ? null : truth[lane] === TRUE,
        };
      });
  }

  private finish(): Map<string, FeatureValues> {
    return new Map([...this.plan.features].map(([key, feature]) => [key, this.finishFeature(feature)]));
  }

  private finishFeature(feature: PlannedFeature): FeatureValues {
    const raw = valuesOf(feature, this.accumulators, this.plan.moment, this.lanes);
    const { rank, default: fallback } = feature.feature;
    const ranked = rank
      ? rankInCohorts(
          raw,
          this.cohorts.get(rank.cohort) ?? new Int32Array(0),
          rank.as ?? 'percentile',
          rank.minCohort ?? 10,
        )
      : undefined;
    let values = ranked?.values ?? raw;
    if (fallback !== undefined) values = values.map((value) => (Number.isNaN(value) ? fallback : value));
    return { values, raw, ...(ranked && { sizes: ranked.sizes }) };
  }

  private truth(node: Predicate, features: Record<string, string>): Uint8Array {
    const [key, inner] = Object.entries(node)[0] as [string, unknown];
    if (key === 'all' || key === 'any') return this.combine(inner as Predicate[], key, features);
    const truth = new Uint8Array(this.lanes);
    if (key === 'not') {
      const of = this.truth(inner as Predicate, features);
      for (let lane = 0; lane < this.lanes; lane++) truth[lane] = of[lane] === UNKNOWN ? UNKNOWN : 1 - of[lane]!;
    } else if (key === 'calendar') {
      const masks = (inner as string).split('|') as MaskDay[];
      const { asOf } = this.plan.moment;
      for (let lane = 0; lane < this.lanes; lane++)
        truth[lane] = this.calendar.covers(masks, lane, asOf) ? TRUE : FALSE;
    } else {
      const [left, right] = inner as [Expression, Expression];
      compareAll(key as Comparison, this.numbers(left, features), this.numbers(right, features), truth);
    }
    return truth;
  }

  private combine(nodes: Predicate[], how: 'all' | 'any', features: Record<string, string>): Uint8Array {
    const decided = how === 'all' ? FALSE : TRUE;
    const truth = new Uint8Array(this.lanes).fill(1 - decided);
    for (const node of nodes) {
      const of = this.truth(node, features);
      for (let lane = 0; lane < this.lanes; lane++) {
        if (truth[lane] === decided) continue;
        if (of[lane] === decided || of[lane] === UNKNOWN) truth[lane] = of[lane]!;
      }
    }
    return truth;
  }

  /** An expression's value by lane; a single number is the same for everybody. */
  private numbers(node: Expression, features: Record<string, string>): Numbers {
    if (typeof node === 'number') return node;
    if ('$p' in node) return constantOf(node, this.plan.moment.parameters);
    if ('f' in node) return this.feature(features[node.f]!).values;
    if ('sub' in node) {
      const [a, b] = node.sub.map((part) => this.numbers(part, features)) as [Numbers, Numbers];
      return combineNumbers(a, b, (x, y) => x - y);
    }
    const [first, ...more] = ('mul' in node ? node.mul : node.add).map((part) => this.numbers(part, features));
    const how = 'mul' in node ? (x: number, y: number) => x * y : (x: number, y: number) => x + y;
    return more.reduce((all, part) => combineNumbers(all, part, how), first!);
  }
}

type Numbers = number | Float64Array;

function combineNumbers(a: Numbers, b: Numbers, how: (x: number, y: number) => number): Numbers {
  if (typeof a === 'number') return typeof b === 'number' ? how(a, b) : b.map((y) => how(a, y));
  return typeof b === 'number' ? a.map((x) => how(x, b)) : a.map((x, lane) => how(x, b[lane]!));
}

/** One loop per comparison, so that each stays a plain loop over numbers. NaN on either side: unknown. */
function compareAll(op: Comparison, a: Numbers, b: Numbers, truth: Uint8Array): Uint8Array {
  const lanes = truth.length;
  const left = typeof a === 'number' ? new Float64Array(lanes).fill(a) : a;
  const right = typeof b === 'number' ? new Float64Array(lanes).fill(b) : b;
  if (op === 'ge') for (let i = 0; i < lanes; i++) truth[i] = left[i]! >= right[i]! ? TRUE : FALSE;
  else if (op === 'gt') for (let i = 0; i < lanes; i++) truth[i] = left[i]! > right[i]! ? TRUE : FALSE;
  else if (op === 'le') for (let i = 0; i < lanes; i++) truth[i] = left[i]! <= right[i]! ? TRUE : FALSE;
  else if (op === 'lt') for (let i = 0; i < lanes; i++) truth[i] = left[i]! < right[i]! ? TRUE : FALSE;
  else for (let i = 0; i < lanes; i++) truth[i] = left[i] === right[i] ? TRUE : FALSE;
  for (let i = 0; i < lanes; i++) if (left[i] !== left[i] || right[i] !== right[i]) truth[i] = UNKNOWN;
  return truth;
}

function nullable(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
