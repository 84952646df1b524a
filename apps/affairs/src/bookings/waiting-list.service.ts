import { Injectable } from '@nestjs/common';
import { BookingOfferedV1 } from '#contracts';
import { type Tx, update } from '#database';
import { Events, type TimerKey, Timers } from '#events';
import { Policies } from '#policy';
import { CampusClock } from '#time';
import type { Bookable } from './bookable.entity.js';
import { BookingDueV1 } from './booking-due.event.js';
import { Booking } from './booking.entity.js';
import { BookingPolicy } from './bookings.policy.js';
import { lockBookable, nextWaiting } from './bookings.queries.js';
import type { Span } from './opening-hours.js';

const MINUTE = 60_000;

/** Who waits gets what becomes free, in the order in which they asked, for a time to say so. */
@Injectable()
export class WaitingList {
  constructor(
    private readonly events: Events,
    private readonly timers: Timers,
    private readonly policies: Policies,
    private readonly clock: CampusClock,
  ) {}

  /** Offers places to those who wait for `freed`, none given: for any time. `tx` holds the bookable's lock. */
  async offer(tx: Tx, bookable: Bookable, freed?: Span): Promise<void> {
    if (bookable.status === 'closed') return;
    const now = this.clock.now();
    const next = (): Promise<string | undefined> => nextWaiting(tx, bookable, now, freed);
    const { value } = await this.policies.at(tx, BookingPolicy, this.clock.today());
    // Each offer takes its place before the next is sought: who could not be offered one before cannot be after it.
    for (let id = await next(); id; id = await next()) {
      const booking = await tx.findOneByOrFail(Booking, { id });
      const until = new Date(Math.min(now.getTime() + value.offerMinutes * MINUTE, booking.startsAt.getTime()));
      booking.exclusive = bookable.exclusive;
      booking.offer(until);
      await update(tx, booking);
      await this.wakeAt(tx, booking, until);
      const { id: bookingId, studentId } = booking;
      await this.events.publish(
        tx,
        new BookingOfferedV1({ bookingId, studentId, until: until.toISOString() }),
        booking,
      );
    }
  }

  /** Somebody begins to wait. */
  async enter(tx: Tx, booking: Booking): Promise<void> {
    await this.wakeAt(tx, booking, booking.startsAt);
  }

  /** Nobody waits, or is offered anything, by this booking any more. */
  async leave(tx: Tx, { id }: Booking): Promise<void> {
    await this.timers.cancel(tx, keyOf(id));
  }

  /** An offer's time has run out, or what was waited for begins: the next one's turn. */
  async expire(tx: Tx, bookingId: string): Promise<void> {
    const found = await tx.findOneBy(Booking, { id: bookingId });
    if (!found) return;
    const bookable = await lockBookable(tx, found.bookableId);
    const booking = await tx.findOneByOrFail(Booking, { id: bookingId });
    const now = this.clock.now();
    if (!booking.isOver(now)) return;
    booking.end('lapsed', false, now);
    await update(tx, booking);
    await this.offer(tx, bookable, booking);
  }

  private async wakeAt(tx: Tx, { id }: Booking, at: Date): Promise<void> {
    await this.timers.set(tx, { key: keyOf(id), at, event: new BookingDueV1(id) });
  }
}

function keyOf(bookingId: string): TimerKey {
  return `affairs.booking ${bookingId}`;
}
