import type { Plan, PlannedPredicate } from './compile.js';
import type { MaskDay } from '../language/rule.js';

export type Ranges = readonly (readonly [from: number, to: number])[];

/** Days that do not count: for everybody (holidays, exam weeks), or for single students by lane (leave, internship). */
export class Calendar {
  private readonly lanesOn = new Map<string, number[]>();

  constructor(
    private readonly forAll: Partial<Record<MaskDay, ReadonlySet<number>>> = {},
    /** Days [from, to] by lane; they may overlap. */
    private readonly byLane: Partial<Record<MaskDay, ReadonlyMap<number, Ranges>>> = {},
  ) {}

  coversAll(masks: readonly MaskDay[], day: number): boolean {
    return masks.some((mask) => this.forAll[mask]?.has(day));
  }

  covers(masks: readonly MaskDay[], lane: number, day: number): boolean {
    return (
      this.coversAll(masks, day) ||
      masks.some((mask) => this.byLane[mask]?.get(lane)?.some(([from, to]) => from <= day && day <= to))
    );
  }

  /** Lanes for which a day is one of these while it is not for everybody, ascending. */
  lanes(masks: readonly MaskDay[], day: number): readonly number[] {
    if (masks.length === 0) return [];
    const key = `${masks.join('|')} ${day}`;
    let lanes = this.lanesOn.get(key);
    if (!lanes) {
      const found = new Set<number>();
      for (const mask of masks)
        for (const [lane, ranges] of this.byLane[mask] ?? [])
          if (ranges.some(([from, to]) => from <= day && day <= to)) found.add(lane);
      lanes = [...found].sort((a, b) => a - b);
      this.lanesOn.set(key, lanes);
    }
    return lanes;
  }
}

/** The earliest day of which plans ask whether it is of a kind, by kind; for features no earlier than their metric is kept. */
export function firstMaskDays(plans: readonly Plan[]): Map<MaskDay, number> {
  const first = new Map<MaskDay, number>();
  const ask = (masks: readonly MaskDay[], day: number): void => {
    for (const mask of masks) first.set(mask, Math.min(day, first.get(mask) ?? day));
  };
  const visit = (node: PlannedPredicate): void => {
    if ('masks' in node) ask(node.masks, node.day);
    else if ('not' in node) visit(node.not);
    else if ('all' in node) node.all.forEach(visit);
    else if ('any' in node) node.any.forEach(visit);
  };
  for (const { moment, features, rules } of plans) {
    for (const { days, baseline, exclude, pause, metric } of features.values())
      if (days) ask([...exclude, ...pause], Math.max((baseline ?? days).from, moment.asOf - metric.retentionDays));
    for (const { steps, clear } of rules) {
      for (const { when } of steps) visit(when);
      if (clear) visit(clear);
    }
  }
  return first;
}
