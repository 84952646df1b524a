import { DateTime } from 'luxon';

const FIRST_DATE = '0001-01-01';
/** Dates are compared as text, which years of five digits would break: the calendar ends here. */
export const LAST_DATE = '9999-12-31';

function within(year: number, date: string): string {
  return year > 9999 ? LAST_DATE : year < 1 ? FIRST_DATE : date;
}

/** The day a zone was asked of last, in milliseconds: nearly every question is of now, several times a request. */
const lastDays = new Map<string, { from: number; to: number; date: string }>();

/** The calendar date an instant falls on in the campus time zone; the last date for all that lies beyond. */
export function dateOf(instant: Date | string, timeZone: string): string {
  const last = lastDays.get(timeZone);
  if (last && instant instanceof Date && instant.getTime() >= last.from && instant.getTime() < last.to)
    return last.date;
  const moment =
    typeof instant === 'string'
      ? DateTime.fromISO(instant, { zone: timeZone })
      : DateTime.fromJSDate(instant, { zone: timeZone });
  const date = within(moment.year, moment.toISODate() as string);
  if (instant instanceof Date && moment.isValid && moment.year < 9999) {
    const day = moment.startOf('day');
    lastDays.set(timeZone, { from: day.toMillis(), to: day.plus({ days: 1 }).toMillis(), date });
  }
  return date;
}

/** The instant of a wall-clock time (`HH:mm`, `24:00` = next midnight) on a date in the campus time zone. */
export function instantOf(date: string, time: string, timeZone: string): Date {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return DateTime.fromISO(date, { zone: timeZone })
    .startOf('day')
    .plus({ days: Math.floor(hour / 24) })
    .set({ hour: hour % 24, minute })
    .toJSDate();
}

/** `date` moved by days, within the calendar. */
export function addDays(date: string, days: number): string {
  const moved = new Date(`${date}T00:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return within(moved.getUTCFullYear(), moved.toISOString().slice(0, 10));
}

/** `date` moved by calendar months, within the calendar; the day clamps at the end of a shorter month. */
export function addMonths(date: string, months: number): string {
  const moved = DateTime.fromISO(date, { zone: 'utc' }).plus({ months });
  return within(moved.year, moved.toISODate() as string);
}

/** Whole days from `a` to `b`. */
export function daysBetween(a: string, b: string): number {
  return DateTime.fromISO(b, { zone: 'utc' }).diff(DateTime.fromISO(a, { zone: 'utc' }), 'days').days;
}

/** 1 = Monday … 7 = Sunday (ISO 8601). */
export function weekdayOf(date: string): number {
  return new Date(`${date}T00:00:00Z`).getUTCDay() || 7;
}
