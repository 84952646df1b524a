import { queryOne, sql, type Tx } from '#database';
import { type PolicyAt } from '#policy';
import type { Problem } from '#problems';
import { addDays, type CampusClock, daysBetween, weekdayOf } from '#time';
import type { Bookable } from './bookable.entity.js';
import {
  BookableClosed,
  BookingInPast,
  BookingPaused,
  TooFarAhead,
  TooManyBookings,
  TooManyInWeek,
} from './bookings.problems.js';
import type { BookingPolicy } from './bookings.policy.js';
import type { Span } from './opening-hours.js';

/** What stands against any further booking of a student. */
export interface Standing {
  open: number;
  mostOpen: number;
  /** Exclusive. */
  pausedUntil: string | null;
}

export async function standingOf(
  tx: Tx,
  studentId: string,
  { value }: PolicyAt<BookingPolicy>,
  clock: CampusClock,
): Promise<Standing> {
  const now = clock.now();
  const since = clock.instantOf(addDays(clock.today(), -value.noShowDays), '00:00');
  const counted = sql`status = 'no_show' AND NOT forgiven AND (appealed_at IS NULL OR answered_at IS NOT NULL) AND starts_at >= ${since}`;
  const row = await queryOne<{ open: number; noShows: number; latest: Date | null }>(
    tx,
    sql`SELECT count(*) FILTER (WHERE status IN ('booked','offered','waiting') AND ends_at > ${now})::int AS open,
               count(*) FILTER (WHERE ${counted})::int AS "noShows", max(starts_at) FILTER (WHERE ${counted}) AS latest
          FROM affairs.booking WHERE student_id = ${studentId} AND starts_at >= ${since}`,
  );
  const { open, noShows, latest } = row!;
  const until = latest && noShows >= value.noShows ? addDays(clock.dateOf(latest), value.pauseDays) : null;
  return { open, mostOpen: value.openPerStudent, pausedUntil: until && until > clock.today() ? until : null };
}

/** Why a student can book nothing of it now; undefined: something. */
export function refusalOfAny(bookable: Bookable, { open, mostOpen, pausedUntil }: Standing): Problem | undefined {
  if (bookable.status === 'closed') return new BookableClosed();
  if (pausedUntil) return new BookingPaused({ params: { until: pausedUntil } });
  return open >= mostOpen ? new TooManyBookings({ params: { most: mostOpen } }) : undefined;
}

/** Why a student cannot book a time, places apart. `inWeek`: bookings of theirs that begin in its week. Lists and bookings both ask this. */
export function refusalOf(
  bookable: Bookable,
  standing: Standing,
  { startsAt }: Span,
  inWeek: number,
  clock: CampusClock,
): Problem | undefined {
  const { daysAhead, perWeek } = bookable;
  const refused = refusalOfAny(bookable, standing);
  if (refused) return refused;
  if (startsAt <= clock.now()) return new BookingInPast({ pointer: '#/startsAt' });
  if (daysBetween(clock.today(), clock.dateOf(startsAt)) > daysAhead)
    return new TooFarAhead({ pointer: '#/startsAt', params: { days: daysAhead } });
  return inWeek >= perWeek ? new TooManyInWeek({ params: { most: perWeek } }) : undefined;
}

/** The Monday of a date's week. */
export function mondayOf(date: string): string {
  return addDays(date, 1 - weekdayOf(date));
}
