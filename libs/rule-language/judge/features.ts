import type { Days, PlannedFeature } from '../plan/compile.js';
import type { MaskDay } from '../language/rule.js';
import {
  type Aggregate,
  type Compared,
  type DayByDay,
  IN_DEVIATIONS,
  isDayByDay,
  leastData,
  WITHOUT_MIN_DATA,
} from '../language/aggregates.js';
import type { Assembler, Register } from '../machine/assembler.js';
import { OP } from '../machine/machine.js';
import type { Space, Table } from './space.js';

const PICKS = { max: 0, min: 1, last: 2 } as const;

/** Days of a metric under the same masks: what features have in common. */
interface Group {
  metric: number;
  exclude: MaskDay[];
  pause: MaskDay[];
  everyDay: boolean;
  features: PlannedFeature[];
}

/** Registers with sum, days with data and (where asked for) squares of a window. */
interface Window {
  sum: Register;
  count: Register;
  squares?: Register;
}

/** Writes the instructions that bring features into registers. Values are in the feature's unit, NaN = missing. */
export class FeatureWriter {
  private readonly registers = new Map<string, Register>();
  private readonly counts = new Map<string, Register>();

  constructor(
    private readonly code: Assembler,
    private readonly space: Space,
  ) {}

  /** Writes features without their ranks and defaults, group by group; between groups others may use those that are there. */
  *write(features: readonly PlannedFeature[]): Generator<void, void, void> {
    const groups = groupsOf(features);
    // Streaks ask for the number of days with data, which the plain groups know.
    for (const group of groups.filter(({ everyDay }) => !everyDay)) {
      this.plainGroup(group);
      yield;
    }
    for (const group of groups.filter(({ everyDay }) => everyDay)) this.everyDayGroup(group);
    this.counts.clear();
    yield;
  }

  has(key: string): boolean {
    return this.registers.has(key);
  }

  /** Registers that groups to come will ask for. */
  lasting(): Iterable<Register> {
    return this.counts.values();
  }

  register({ key }: PlannedFeature): Register {
    return this.registers.get(key)!;
  }

  /** Replaces a feature's register by that of its final value. */
  finish({ key, feature }: PlannedFeature, ranked?: number): void {
    let register = this.registers.get(key);
    if (ranked !== undefined) {
      register = this.code.newNumber();
      this.code.emit(OP.LOAD, register, ranked);
    }
    if (feature.default !== undefined)
      register = this.code.number(OP.OTHERWISE, register!, this.code.constant(feature.default));
    this.registers.set(key, register!);
  }

  private plainGroup({ metric, exclude, features }: Group): void {
    const { code } = this;
    const days = features.flatMap((feature) => [feature.days, feature.baseline]).filter((one) => one !== undefined);
    const table = this.space.table(metric, exclude, [], union(days), false);
    code.resolve(table);
    code.freeAfter(() => {
      const windows = this.windows(table, features);
      return features.flatMap((feature) => this.plainFeature(feature, table, windows));
    });
  }

  /** Returns the registers that are to last. */
  private plainFeature(feature: PlannedFeature, table: Table, windows: ReadonlyMap<string, Window>): Register[] {
    const { code } = this;
    const window = windows.get(keyOf(feature.days));
    const { agg } = feature.feature;
    if (isDayByDay(agg)) {
      if (!window) return [];
      this.counts.set(countKey(feature), window.count);
      return [window.count];
    }
    const base = windows.get(keyOf(feature.baseline));
    let value = code.everywhere(NaN);
    if (window)
      code.freeAfter(() => {
        value = this.plain(agg, feature, table, window, base);
        return [value];
      });
    this.registers.set(feature.key, value);
    return [value];
  }

  private plain(
    agg: Exclude<Aggregate, DayByDay>,
    feature: PlannedFeature,
    table: Table,
    window: Window,
    base: Window | undefined,
  ): Register {
    const { code } = this;
    const minData = leastData(feature.feature);
    const unit = 10 ** feature.metric.decimals;
    const [i0, i1] = table.range(feature.days!);
    const enough = (value: Register): Register => code.number(OP.AT_LEAST, value, window.count, code.constant(minData));
    switch (agg) {
      case 'sum':
        return enough(this.over(window.sum, unit));
      case 'avg': {
        // Of no days it is 0 / 0, which is missing as it should be.
        const average = code.number(OP.DIVIDE, window.sum, this.times(window.count, unit));
        return minData > 1 ? enough(average) : average;
      }
      case 'count':
        return window.count;
      case 'max':
      case 'min':
      case 'last':
        return enough(this.over(code.number(OP.PICK, PICKS[agg], i0, i1), unit));
      case 'days_over': {
        const { lo, hi } = feature.span;
        return enough(code.number(OP.COUNT_IN, i0, i1, lo, hi, -1));
      }
      case 'distinct':
        return enough(code.number(OP.DISTINCT, i0, i1));
      case 'ratio':
      case 'zscore':
        return base ? this.againstBaseline(agg, feature, window, base) : code.everywhere(NaN);
    }
  }

  private againstBaseline(agg: Compared, planned: PlannedFeature, window: Window, base: Window): Register {
    const { code } = this;
    const minData = leastData(planned.feature);
    const average = code.number(OP.DIVIDE, window.sum, window.count);
    const mean = code.number(OP.DIVIDE, base.sum, base.count);
    const value = this.comparison(agg, planned, average, mean, base);
    // Of no days mean and deviation are missing, and with them the value.
    return minData > 1 ? code.number(OP.AT_LEAST, value, base.count, code.constant(minData)) : value;
  }

  private comparison(
    agg: Compared,
    { feature, metric }: PlannedFeature,
    average: Register,
    mean: Register,
    base: Window,
  ): Register {
    const { code } = this;
    switch (agg) {
      case 'ratio':
        return code.number(OP.ABOVE, code.number(OP.DIVIDE, average, mean), mean, code.constant(0));
      case 'zscore': {
        const { minSd = 0 } = feature;
        const deviation = code.number(OP.DEVIATION, base.count, base.sum, base.squares!);
        const away = code.number(OP.DIVIDE, code.number(OP.SUBTRACT, average, mean), deviation);
        const value = code.number(OP.ABOVE, away, deviation, code.constant(0));
        if (minSd <= 0) return value;
        return code.number(OP.AT_LEAST, value, deviation, code.constant(minSd * 10 ** metric.decimals));
      }
    }
  }

  private everyDayGroup({ metric, exclude, pause, features }: Group): void {
    const { code, space } = this;
    const table = space.table(metric, exclude, pause, union(features.map(({ days }) => days)), true);
    code.resolve(table);
    for (const feature of features) {
      const { agg } = feature.feature;
      if (!isDayByDay(agg)) continue;
      this.registers.set(feature.key, feature.days ? this.dayByDay(agg, feature, table) : code.everywhere(NaN));
    }
  }

  private dayByDay(agg: DayByDay, feature: PlannedFeature, table: Table): Register {
    switch (agg) {
      case 'streak':
        return this.streak(feature, table);
      case 'hours_since_last':
        return this.hours(feature, table);
    }
  }

  private streak(feature: PlannedFeature, table: Table): Register {
    const { code } = this;
    const [i0, i1] = table.range(feature.days!);
    const run = code.number(OP.STREAK, i0, i1, feature.span.lo, feature.span.hi);
    const count = this.counts.get(countKey(feature))!;
    return code.number(OP.AT_LEAST, run, count, code.constant(leastData(feature.feature)));
  }

  /** Counted to the end of what is known: when the whole metric has fallen silent, nobody's absence grows. */
  private hours(feature: PlannedFeature, table: Table): Register {
    const { code, space } = this;
    const { metric, days, exclude, pause, span, asOf, elapsedHours } = feature;
    const until = space.newestDay(metric.number, days!, [...exclude, ...pause]);
    if (until === undefined) return code.everywhere(NaN);
    const [i0, i1] = table.range({ from: days!.from, to: until });
    const lastHours = code.constant(until === asOf ? elapsedHours : 24);
    return code.number(OP.HOURS, i0, i1, span.lo, span.hi, lastHours);
  }

  /** Sums of every window of a group in one pass from the newest day back: a window is the difference of two such sums. */
  private windows(table: Table, features: readonly PlannedFeature[]): Map<string, Window> {
    const { code } = this;
    const wanted = new Map<string, { range: [number, number]; squares: boolean }>();
    const want = (days: Days, squares: boolean): void => {
      if (!days) return;
      const known = wanted.get(keyOf(days));
      wanted.set(keyOf(days), { range: table.range(days), squares: squares || (known?.squares ?? false) });
    };
    for (const { days, baseline, feature } of features) {
      want(days, false);
      want(baseline, IN_DEVIATIONS.has(feature.agg));
    }
    const end = table.days.length;
    const ranges = [...wanted.values()].map(({ range }) => range).filter(([i0, i1]) => i0 <= i1);
    const cuts = [...new Set(ranges.flatMap(([i0, i1]) => [i0, i1 + 1]))].filter((cut) => cut < end);
    const from = this.runningSums(
      cuts.sort((a, b) => b - a),
      end,
      [...wanted.values()],
    );
    const windows = new Map<string, Window>();
    for (const [key, { range, squares }] of wanted) windows.set(key, this.difference(range, squares, from, end));
    // The running sums live on where a window is one; the others are free again.
    const kept = new Set([...windows.values()].flatMap((w) => [w.sum, w.count, w.squares]));
    for (const running of from.values())
      for (const register of [running.sum, running.count, running.squares])
        if (register !== undefined && !kept.has(register)) code.freeNumber(register);
    return windows;
  }

  /** From every cut on to the end, newest cut first. */
  private runningSums(
    cuts: readonly number[],
    end: number,
    wanted: readonly { range: [number, number]; squares: boolean }[],
  ): Map<number, Window> {
    const { code } = this;
    // Squares are summed between the cuts of the windows that ask for them only.
    const squareCuts = new Set(
      wanted.flatMap(({ range: [i0, i1], squares }) => (squares && i0 <= i1 ? [i0, i1 + 1] : [])),
    );
    const newestSquare = Math.max(-1, ...squareCuts);
    const running = new Map<number, Window>();
    let [above, before]: [number, Window | undefined] = [end, undefined];
    let [squareAbove, squareBefore] = [newestSquare, -1];
    for (const cut of cuts) {
      const sum = code.newNumber();
      const count = code.newNumber();
      code.emit(OP.SUMS, cut, above - 1, before?.sum ?? -1, before?.count ?? -1, sum, count);
      const window: Window = { sum, count };
      if (squareCuts.has(cut) && cut < newestSquare) {
        squareBefore = window.squares = code.number(OP.SQUARES, cut, squareAbove - 1, squareBefore);
        squareAbove = cut;
      }
      running.set(cut, window);
      [above, before] = [cut, window];
    }
    return running;
  }

  private difference(
    [i0, i1]: [number, number],
    squares: boolean,
    from: ReadonlyMap<number, Window>,
    end: number,
  ): Window {
    const { code } = this;
    const zero = (): Register => code.everywhere(0);
    if (i0 > i1) return { sum: zero(), count: zero(), ...(squares && { squares: zero() }) };
    const all = from.get(i0)!;
    const later = i1 + 1 < end ? from.get(i1 + 1) : undefined;
    const minus = (a: Register, b: Register | undefined): Register =>
      b === undefined ? a : code.number(OP.SUBTRACT, a, b);
    return {
      sum: minus(all.sum, later?.sum),
      count: minus(all.count, later?.count),
      ...(squares && { squares: minus(all.squares!, later?.squares) }),
    };
  }

  private over(value: Register, unit: number): Register {
    return unit === 1 ? value : this.code.number(OP.DIVIDE, value, this.code.everywhere(unit));
  }

  private times(value: Register, unit: number): Register {
    return unit === 1 ? value : this.code.number(OP.MULTIPLY, value, this.code.everywhere(unit));
  }
}

/** Days every group of features looks at, by metric. */
export function needsOf(features: Iterable<PlannedFeature>): { metric: number; from: number; to: number }[] {
  const needs = new Map<number, { metric: number; from: number; to: number }>();
  for (const { metric, days, baseline } of features) {
    for (const range of [days, baseline]) {
      if (!range) continue;
      const known = needs.get(metric.number) ?? { metric: metric.number, ...range };
      needs.set(metric.number, {
        metric: metric.number,
        from: Math.min(known.from, range.from),
        to: Math.max(known.to, range.to),
      });
    }
  }
  return [...needs.values()];
}

function groupsOf(features: readonly PlannedFeature[]): Group[] {
  const groups = new Map<string, Group>();
  const join = (feature: PlannedFeature, pause: MaskDay[], everyDay: boolean): void => {
    const { metric, exclude } = feature;
    const key = JSON.stringify([metric.number, exclude, pause, everyDay]);
    const group = groups.get(key) ?? { metric: metric.number, exclude, pause, everyDay, features: [] };
    group.features.push(feature);
    groups.set(key, group);
  };
  for (const feature of features) {
    const { agg } = feature.feature;
    // Those day by day ask a plain group how many days have data, where that matters to them.
    if (!isDayByDay(agg) || !WITHOUT_MIN_DATA.has(agg)) join(feature, [], false);
    if (isDayByDay(agg)) join(feature, feature.pause, true);
  }
  return [...groups.values()];
}

function union(days: readonly Days[]): { from: number; to: number } {
  const known = days.filter((one) => one !== undefined);
  return { from: Math.min(...known.map((one) => one.from)), to: Math.max(...known.map((one) => one.to)) };
}

function keyOf(days: Days): string {
  return days ? `${days.from} ${days.to}` : '';
}

function countKey({ metric, exclude, days }: PlannedFeature): string {
  return JSON.stringify([metric.number, exclude, keyOf(days)]);
}
