import { addDays, weekdayOf } from '#time';

export interface Worked {
  /** YYYY-MM-DD. */
  date: string;
  minutes: number;
}

export interface HourCaps {
  weeklyHours: number;
  monthlyHours: number;
  vacationWeeklyHours: number;
}

/** A week or month in which somebody works more than they may. */
export interface Over {
  period: 'week' | 'vacation_week' | 'month';
  /** Monday of the week, or first day of the month. */
  from: string;
  minutes: number;
  most: number;
}

export function mondayOf(date: string): string {
  return addDays(date, 1 - weekdayOf(date));
}

/**
 * Weeks and months in which one student's shifts are more than they may be. Days of vacations have a cap of their own for the week, and count
 * for neither of the others. Where the caps change within a week or month, the greatest counts of those that hold on its shifts' days.
 */
export function overCaps(
  shifts: readonly Worked[],
  isVacation: (date: string) => boolean,
  capsOn: (date: string) => HourCaps,
): Over[] {
  const sums = new Map<string, Over>();
  const add = (period: Over['period'], from: string, hours: number, minutes: number): void => {
    const key = `${period} ${from}`;
    const sum = sums.get(key) ?? { minutes: 0, most: 0 };
    sums.set(key, { period, from, minutes: sum.minutes + minutes, most: Math.max(sum.most, hours * 60) });
  };
  for (const { date, minutes } of shifts) {
    const caps = capsOn(date);
    if (isVacation(date)) {
      add('vacation_week', mondayOf(date), caps.vacationWeeklyHours, minutes);
      continue;
    }
    add('week', mondayOf(date), caps.weeklyHours, minutes);
    add('month', `${date.slice(0, 7)}-01`, caps.monthlyHours, minutes);
  }
  return [...sums.values()].filter(({ minutes, most }) => minutes > most);
}

/** `to` is exclusive. */
export interface Span {
  from: string;
  to: string;
}

/** A day is of a vacation when it lies between two terms that are both known: what nobody has entered is no vacation. */
export function vacationsOf(terms: readonly Span[]): (date: string) => boolean {
  return (date) =>
    !terms.some(({ from, to }) => from <= date && date < to) &&
    terms.some(({ to }) => to <= date) &&
    terms.some(({ from }) => from > date);
}
