import { DateTime } from 'luxon';
import { type DayOfCalendar, instantOf, weekdayOf } from '#time';

/** A time of a weekday (1 = Monday … 7) at which something is open: `HH:mm` on campus, `to` exclusive, at most 24:00. */
export interface OpeningHours {
  weekday: number;
  from: string;
  to: string;
}

/** When something can be booked. */
export interface Opening {
  openingHours: readonly OpeningHours[];
  /** Closed on days off that have a name: public holidays, and those of the school's own calendar. */
  closedOnHolidays: boolean;
  closedOn: readonly string[];
  slotMinutes: number;
  /** Slots of one booking. */
  maxSlots: number;
}

export interface Span {
  startsAt: Date;
  endsAt: Date;
}

const MINUTE = 60_000;

/** False where two times of one weekday overlap, or one ends before it begins. */
export function areInOrder(hours: readonly OpeningHours[]): boolean {
  const sorted = [...hours].sort((a, b) => a.weekday - b.weekday || (a.from < b.from ? -1 : 1));
  return sorted.every(({ weekday, from, to }, i) => {
    const before = sorted[i - 1];
    return from < to && (before?.weekday !== weekday || before.to <= from);
  });
}

/** Is it open on the day at all, whatever the weekday says? */
export function isClosed(opening: Opening, day: DayOfCalendar): boolean {
  const holiday = !day.workday && day.name !== undefined;
  return (opening.closedOnHolidays && holiday) || opening.closedOn.includes(day.date);
}

/** The slots of a day, in order; none where it is closed. What of a time is no whole slot is left out. */
export function slotsOf(opening: Opening, day: DayOfCalendar, timeZone: string): Span[] {
  if (isClosed(opening, day)) return [];
  const ms = opening.slotMinutes * MINUTE;
  return windowsOf(opening, day.date, timeZone).flatMap(({ startsAt, endsAt }) =>
    Array.from({ length: Math.floor((endsAt.getTime() - startsAt.getTime()) / ms) }, (_, i) => ({
      startsAt: new Date(startsAt.getTime() + i * ms),
      endsAt: new Date(startsAt.getTime() + (i + 1) * ms),
    })),
  );
}

/** Does a time consist of whole slots of one opening of the day, and of no more than may be? */
export function fits(opening: Opening, date: string, { startsAt, endsAt }: Span, timeZone: string): boolean {
  const ms = opening.slotMinutes * MINUTE;
  const slots = (endsAt.getTime() - startsAt.getTime()) / ms;
  if (!Number.isInteger(slots) || slots < 1 || slots > opening.maxSlots) return false;
  return windowsOf(opening, date, timeZone).some(
    (window) =>
      window.startsAt <= startsAt &&
      endsAt <= window.endsAt &&
      (startsAt.getTime() - window.startsAt.getTime()) % ms === 0,
  );
}

function windowsOf({ openingHours }: Opening, date: string, timeZone: string): Span[] {
  return openingHours
    .filter(({ weekday }) => weekday === weekdayOf(date))
    .sort((a, b) => (a.from < b.from ? -1 : 1))
    .map(({ from, to }) => ({ startsAt: instantOf(date, from, timeZone), endsAt: instantOf(date, to, timeZone) }));
}

/** The same time of day so many weeks later, whatever the clocks of the zone do meanwhile. */
export function inWeeks({ startsAt, endsAt }: Span, weeks: number, zone: string): Span {
  const later = (at: Date): Date => DateTime.fromJSDate(at, { zone }).plus({ weeks }).toJSDate();
  return { startsAt: later(startsAt), endsAt: later(endsAt) };
}
