import { query, sql, type Tx } from '#database';
import { eraseTexts, sealedTableOf } from '#vault';
import { Booking } from './booking.entity.js';

/** That there were bookings, and when, stays: what the student wrote goes, and their calendar. */
export async function eraseBookings(tx: Tx, studentId: string): Promise<void> {
  await eraseTexts(tx, sealedTableOf(tx, Booking), studentId);
  await query(tx, sql`DELETE FROM affairs.calendar_feed WHERE person_id = ${studentId}`);
}
