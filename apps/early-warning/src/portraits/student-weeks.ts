import { addDays } from '#time';
import { quantile } from '../disclosure/release.js';
import { type DayValue, mondayOf, reachOf, together } from './weekly-values.js';

export interface Range {
  low: number;
  median: number;
  high: number;
}

/** Mondays from one to another, both included. */
export function mondays(first: string, last: string): string[] {
  const weeks: string[] = [];
  for (let week = first; week <= last; week = addDays(week, 7)) weeks.push(week);
  return weeks;
}

/** The value of each week, in the metric's unit; null where there is none. `days` of one metric, ascending. */
export function weeklyValues(
  days: readonly Omit<DayValue, 'metric'>[],
  { fold, decimals }: { fold: string; decimals: number },
  weeks: readonly string[],
): (number | null)[] {
  const unit = 10 ** decimals;
  if (fold !== 'last') {
    const byWeek = new Map<string, number>();
    for (const { day, value } of days) {
      const week = mondayOf(day);
      const before = byWeek.get(week);
      byWeek.set(week, before === undefined ? value : together(fold, before, value));
    }
    return weeks.map((week) => (byWeek.has(week) ? byWeek.get(week)! / unit : null));
  }
  return weeks.map((week) => {
    const { from, to } = reachOf(fold, week);
    const known = days.findLast(({ day }) => day >= from && day <= to);
    return known ? known.value / unit : null;
  });
}

/** What the weeks before the i-th were like; null when too few of them have data. */
export function usualBefore(
  values: readonly (number | null)[],
  i: number,
  { pastWeeks, leastPastWeeks }: { pastWeeks: number; leastPastWeeks: number },
): Range | null {
  const before = values.slice(Math.max(0, i - pastWeeks), i).filter((value) => value !== null);
  if (before.length < leastPastWeeks) return null;
  const sorted = before.sort((a, b) => a - b);
  return { low: quantile(sorted, 0.25), median: quantile(sorted, 0.5), high: quantile(sorted, 0.75) };
}
