import type { MaskDay } from '../language/rule.js';
import { bitSetBytes } from '../machine/assembler.js';
import { ENTRY_WORDS } from '../machine/machine.js';
import type { Arena } from '../machine/memory.js';
import type { Calendar } from '../plan/masks.js';

/** A day's values of a metric in memory: of the lanes first … end - 1, -1 where there is no data. */
export interface Vector {
  day: number;
  address: number;
  first: number;
  end: number;
  /** int32; else int16. */
  wide: boolean;
}

/** The lanes a program runs over and where their data lies. */
export interface Lanes {
  /** First lane, a multiple of 512, and the one behind the last. */
  start: number;
  end: number;
  /** Vectors of a metric over these lanes, days ascending; at most one a day. */
  vectors(metric: number): readonly Vector[];
  /** Days on which anybody, in these lanes or not, has data of a metric; ascending. */
  knownDays(metric: number): readonly number[];
  /** Lane in this space of a student's ordinal; -1 = not among them. */
  laneOf(ordinal: number): number;
}

/** Days of a metric in memory as instructions see them. */
export class Table {
  constructor(
    readonly address: number,
    readonly days: readonly number[],
    /** Whether any day is int32. */
    readonly wide: boolean,
  ) {}

  /** Indexes of the first and last day within the range; first > last when there is none. */
  range({ from, to }: { from: number; to: number }): [first: number, last: number] {
    return [lowerBound(this.days, from), lowerBound(this.days, to + 1) - 1];
  }
}

/** What programs over the same lanes share: day tables and the bit sets of masks. */
export class Space {
  private readonly sets = new Map<string, number>();

  constructor(
    readonly arena: Arena,
    readonly lanes: Lanes,
    private readonly calendar: Calendar,
  ) {}

  /**
   * Lays out the days of a metric in a range: those with data, or (`everyDay`) all from the first with data on. Days that are
   * excluded for everybody are left out or empty, days paused for everybody are marked.
   */
  table(
    metric: number,
    exclude: readonly MaskDay[],
    pause: readonly MaskDay[],
    { from, to }: { from: number; to: number },
    everyDay: boolean,
  ): Table {
    const { calendar } = this;
    const vectors = this.lanes.vectors(metric).filter(({ day }) => day >= from && day <= to);
    const byDay = new Map(vectors.map((vector) => [vector.day, vector]));
    const days = everyDay ? everyDayFrom(vectors[0]?.day, to) : [...byDay.keys()];
    const kept = everyDay ? days : days.filter((day) => !calendar.coversAll(exclude, day));
    const entries = new Int32Array(kept.length * ENTRY_WORDS);
    kept.forEach((day, i) => {
      const vector = calendar.coversAll(exclude, day) ? undefined : byDay.get(day);
      entries.set(
        [
          vector?.address ?? 0,
          vector?.first ?? 0,
          vector?.end ?? 0,
          vector ? this.maskSet(exclude, day) : 0,
          this.maskSet(pause, day),
          calendar.coversAll(pause, day) ? 1 : 0,
          vector?.wide ? 1 : 0,
        ],
        i * ENTRY_WORDS,
      );
    });
    return new Table(
      this.arena.write(entries),
      kept,
      kept.some((day) => byDay.get(day)?.wide),
    );
  }

  /** Bit set of the lanes for which a day is one of these; 0 when there are none. Days that are so for everybody are not in it. */
  maskSet(masks: readonly MaskDay[], day: number): number {
    if (masks.length === 0) return 0;
    const key = `${masks.join('|')} ${day}`;
    let set = this.sets.get(key);
    if (set === undefined) this.sets.set(key, (set = this.bitSet(this.calendar.lanes(masks, day))));
    return set;
  }

  coversAll(masks: readonly MaskDay[], day: number): boolean {
    return this.calendar.coversAll(masks, day);
  }

  /** Bit set of students' ordinals; 0 when none of them is here. */
  bitSet(ordinals: readonly number[]): number {
    const { start, end } = this.lanes;
    const here = ordinals.map((ordinal) => this.lanes.laneOf(ordinal)).filter((lane) => lane >= start && lane < end);
    if (here.length === 0) return 0;
    const bytes = bitSetBytes(end - start);
    const address = this.arena.allocate(bytes);
    const set = new Uint8Array(this.arena.buffer, address, bytes).fill(0);
    for (const lane of here) set[(lane - start) >> 3]! |= 1 << ((lane - start) & 7);
    return address;
  }

  /** The newest day of a range with data of anybody, days masked for everybody aside. */
  newestDay(metric: number, { from, to }: { from: number; to: number }, masks: readonly MaskDay[]): number | undefined {
    return this.lanes
      .knownDays(metric)
      .findLast((day) => day >= from && day <= to && !this.calendar.coversAll(masks, day));
  }
}

function everyDayFrom(first: number | undefined, to: number): number[] {
  return first === undefined ? [] : Array.from({ length: to - first + 1 }, (_, i) => first + i);
}

export function lowerBound(sorted: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
