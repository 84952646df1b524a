import { type DayOfCalendar, daysBetween, weekdayOf } from '#time';

/** Half days since 1970, both included. */
export interface Span {
  first: number;
  last: number;
}

/** Class hours of a weekday (1 = Monday); several of one weekday add up. */
export interface WeekdayHours {
  weekday: number;
  hours: number;
}

/** What of a term is missed, and all there is: in calendar days, or in class hours. */
export interface TermLoad {
  missed: number;
  whole: number;
}

/** Calendar days of a term that leaves touch. `endsOn` is the day after its last. */
export function daysMissed(term: { startsOn: string; endsOn: string }, spans: readonly Span[]): TermLoad {
  const [first, end] = [dayNumber(term.startsOn), dayNumber(term.endsOn)];
  const within = ({ first: from, last: to }: Span): number =>
    Math.max(0, Math.min(Math.floor(to / 2) + 1, end) - Math.max(Math.floor(from / 2), first));
  return { missed: spans.reduce((sum, one) => sum + within(one), 0), whole: end - first };
}

/**
 * Class hours of the working days of a term, and those that fall on half days which leaves touch; the hours of a day lie evenly in its
 * halves. A working day on a weekday without classes (调休) has as many as a weekday with classes has on average.
 */
export function hoursMissed(
  days: readonly DayOfCalendar[],
  weekdays: readonly WeekdayHours[],
  spans: readonly Span[],
): TermLoad {
  const byWeekday = new Map<number, number>();
  for (const { weekday, hours } of weekdays) byWeekday.set(weekday, (byWeekday.get(weekday) ?? 0) + hours);
  const total = [...byWeekday.values()].reduce((sum, hours) => sum + hours, 0);
  const mean = total / Math.max(1, [...byWeekday.values()].filter((hours) => hours > 0).length);
  const load = { missed: 0, whole: 0 };
  for (const { date, workday } of days) {
    if (!workday) continue;
    const hours = byWeekday.get(weekdayOf(date)) || mean;
    const half = dayNumber(date) * 2;
    const touched = [half, half + 1].filter((one) => spans.some(({ first, last }) => first <= one && one <= last));
    load.whole += hours;
    load.missed += (hours * touched.length) / 2;
  }
  return load;
}

function dayNumber(date: string): number {
  return daysBetween('1970-01-01', date);
}
