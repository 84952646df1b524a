import type { MaskDay } from './language.js';

/** Days that do not count: holidays for everybody, leave for one student. */
export class Calendar {
  private readonly leaveByDay = new Map<number, number[]>();

  /** `leave`: days [from, to] by lane; they may overlap. */
  constructor(
    private readonly holidays: ReadonlySet<number> = new Set(),
    private readonly leave: ReadonlyMap<number, readonly (readonly [number, number])[]> = new Map(),
  ) {}

  isHoliday(day: number): boolean {
    return this.holidays.has(day);
  }

  isOnLeave(lane: number, day: number): boolean {
    return this.leave.get(lane)?.some(([from, to]) => from <= day && day <= to) ?? false;
  }

  covers(masks: readonly MaskDay[], lane: number, day: number): boolean {
    return (masks.includes('holiday') && this.isHoliday(day)) || (masks.includes('leave') && this.isOnLeave(lane, day));
  }

  /** Masked days strictly between two days. */
  daysBetween(masks: readonly MaskDay[], lane: number, a: number, b: number): number {
    if (masks.length === 0) return 0;
    let n = 0;
    for (let day = a + 1; day < b; day++) if (this.covers(masks, lane, day)) n++;
    return n;
  }

  /** The vector without the data of students on leave; itself when nobody is. */
  withoutLeave(day: number, first: number, values: Int32Array): Int32Array {
    let copy: Int32Array | undefined;
    for (const lane of this.lanesOnLeave(day)) {
      const i = lane - first;
      if (i < 0 || i >= values.length) continue;
      copy ??= values.slice();
      copy[i] = -1;
    }
    return copy ?? values;
  }

  private lanesOnLeave(day: number): number[] {
    let lanes = this.leaveByDay.get(day);
    if (!lanes) {
      lanes = [...this.leave.keys()].filter((lane) => this.isOnLeave(lane, day));
      this.leaveByDay.set(day, lanes);
    }
    return lanes;
  }
}
