import { DateTime } from 'luxon';

const FIRST_DATE = '0001-01-01';
/** Dates are compared as text, which years of five digits would break: the calendar ends here. */
export const LAST_DATE = '9999-12-31';

function within(year: number, date: string): string {
  return year > 9999 ? LAST_DATE : year < 1 ? FIRST_DATE : date;
}

const DAY = 86_400_000;
/** Days of a zone that are kept; a request asks for a few dozen, most of them the same as the one before. */
const MOST_DAYS = 2_000;

/** A calendar date in a zone: its first instant, and the first one after it, in milliseconds. */
interface Day {
  date: string;
  from: number;
  to: number;
}

interface Zone {
  byDate: Map<string, Day>;
  /** By the day of UTC in which an instant lies, which two or three days of a zone have a part of. */
  byInstant: Map<number, Day[]>;
}

const zones = new Map<string, Zone>();

function zoneOf(timeZone: string): Zone {
  let zone = zones.get(timeZone);
  if (!zone || zone.byDate.size > MOST_DAYS || zone.byInstant.size > MOST_DAYS)
    zones.set(timeZone, (zone = { byDate: new Map(), byInstant: new Map() }));
  return zone;
}

function dayOf(start: DateTime, date: string): Day {
  return { date, from: start.toMillis(), to: start.plus({ days: 1 }).startOf('day').toMillis() };
}

/** The calendar date an instant falls on in the campus time zone; the last date for all that lies beyond. */
export function dateOf(instant: Date | string, timeZone: string): string {
  const at = typeof instant === 'string' ? DateTime.fromISO(instant, { zone: timeZone }).toMillis() : instant.getTime();
  const { byInstant } = zoneOf(timeZone);
  const utcDay = Math.floor(at / DAY);
  const known = byInstant.get(utcDay)?.find(({ from, to }) => at >= from && at < to);
  if (known) return known.date;
  const moment = DateTime.fromMillis(at, { zone: timeZone });
  const date = within(moment.year, moment.toISODate() as string);
  if (moment.isValid && moment.year < 9999)
    byInstant.set(utcDay, [...(byInstant.get(utcDay) ?? []), dayOf(moment.startOf('day'), date)]);
  return date;
}

/** The instant of a wall-clock time (`HH:mm`, `24:00` = next midnight) on a date in the campus time zone. */
export function instantOf(date: string, time: string, timeZone: string): Date {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  const { byDate } = zoneOf(timeZone);
  let day = byDate.get(date);
  if (!day) byDate.set(date, (day = dayOf(DateTime.fromISO(date, { zone: timeZone }).startOf('day'), date)));
  if (day.to - day.from === DAY) return new Date(day.from + (hour * 60 + minute) * 60_000);
  // The clocks are changed on that day, or there is no such date.
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
  return (Date.parse(b) - Date.parse(a)) / DAY;
}

/** 1 = Monday … 7 = Sunday (ISO 8601). */
export function weekdayOf(date: string): number {
  return new Date(date).getUTCDay() || 7;
}
