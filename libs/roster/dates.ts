import { DateTime } from 'luxon';

/** Today's calendar date (YYYY-MM-DD) in the campus time zone. */
export function today(timeZone: string, now: Date = new Date()): string {
  return dateOf(now, timeZone);
}

/** The calendar date an instant falls on in the campus time zone. */
export function dateOf(instant: Date | string, timeZone: string): string {
  const moment =
    typeof instant === 'string'
      ? DateTime.fromISO(instant, { zone: timeZone })
      : DateTime.fromJSDate(instant, { zone: timeZone });
  return moment.toISODate() as string;
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

/** `date` moved by days. */
export function addDays(date: string, days: number): string {
  const moved = new Date(`${date}T00:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
}

/** `date` moved by calendar months; the day clamps at the end of a shorter month. */
export function addMonths(date: string, months: number): string {
  return DateTime.fromISO(date, { zone: 'utc' }).plus({ months }).toISODate() as string;
}

/** Whole days from `a` to `b`. */
export function daysBetween(a: string, b: string): number {
  return DateTime.fromISO(b, { zone: 'utc' }).diff(DateTime.fromISO(a, { zone: 'utc' }), 'days').days;
}

/** 1 = Monday … 7 = Sunday (ISO 8601). */
export function weekdayOf(date: string): number {
  return DateTime.fromISO(date, { zone: 'utc' }).weekday;
}
