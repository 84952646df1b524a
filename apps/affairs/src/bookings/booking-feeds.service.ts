import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import ical, { ICalEventStatus } from 'ical-generator';
import type { Actor } from '#auth';
import { Database, findInScope, insert, query, queryOne, sql, update } from '#database';
import { list, type Page } from '#http';
import { NotFound } from '#problems';
import { addDays, CampusClock } from '#time';
import { BookingFeed } from './booking-feed.entity.js';
import { FeedIsPersonal } from './bookings.problems.js';
import { BookingFeedDto, type BookingFeedsQuery, NewBookingFeedDto } from './bookings.dto.js';

/** 192 bits: not to be guessed, and the only thing that guards the calendar. */
const SECRET_BYTES = 24;
export const SECRET = /^[A-Za-z0-9_-]{32}$/;
/** Days back that a calendar shows. */
const PAST_DAYS = 30;
const MOST_EVENTS = 1_000;

/** Addresses at which calendar programs read one's bookings. Such a program has no token: the address is the secret. */
@Injectable()
export class BookingFeeds {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: BookingFeedsQuery): Promise<Page<BookingFeedDto>> {
    return this.database.read((tx) =>
      list(tx, request, {
        select: sql`f.id, f.created_at AS "createdAt", f.withdrawn_at AS "withdrawnAt", f.version`,
        from: sql`affairs.booking_feed f`,
        where: [sql`f.person_id = ${actor.personId ?? null}`],
        sorts: { createdAt: sql`f.created_at` },
        defaultSort: '-createdAt',
        id: sql`f.id`,
        to: (row: BookingFeedDto) => Object.assign(new BookingFeedDto(), row),
      }),
    );
  }

  /** Makes an address; its secret part is told this once. */
  make(actor: Actor): Promise<NewBookingFeedDto> {
    const { personId } = actor;
    if (!personId) throw new FeedIsPersonal();
    return this.database.transaction(actor, async (tx) => {
      const secret = randomBytes(SECRET_BYTES).toString('base64url');
      const feed = Object.assign(new BookingFeed(), { personId, digest: digestOf(secret) });
      await insert(tx, feed);
      const path = `/affairs/v1/booking-calendars/${secret}`;
      return Object.assign(new NewBookingFeedDto(), { ...answerOf(feed), path });
    });
  }

  /** From now on the address answers 404. */
  withdraw(actor: Actor, id: string, expected: number): Promise<BookingFeedDto> {
    return this.database.transaction(actor, async (tx) => {
      const where = sql`f.person_id = ${actor.personId ?? null}`;
      const feed = await findInScope(tx, BookingFeed, id, { alias: 'f', where });
      if (!feed) throw new NotFound({ what: 'booking-feed' });
      feed.withdraw(this.clock.now());
      await update(tx, feed, expected);
      return answerOf(feed);
    });
  }

  /** The bookings of the address's person, their own and those of their hours, as iCalendar (RFC 5545). What they are for is left out. */
  async calendar(secret: string): Promise<string> {
    const tx = this.database.connection;
    const feed = SECRET.test(secret)
      ? await queryOne<{ personId: string }>(
          tx,
          sql`SELECT person_id AS "personId" FROM affairs.booking_feed WHERE digest = ${digestOf(secret)} AND withdrawn_at IS NULL`,
        )
      : undefined;
    if (!feed) throw new NotFound({ what: 'booking-feed' });
    const rows = await query<{
      id: string;
      startsAt: Date;
      endsAt: Date;
      version: number;
      status: string;
      updatedAt: Date;
      name: string;
    }>(
      tx,
      sql`SELECT b.id, b.starts_at AS "startsAt", b.ends_at AS "endsAt", b.version, b.status, b.updated_at AS "updatedAt", k.name
            FROM affairs.booking b JOIN affairs.bookable k ON k.id = b.bookable_id
           WHERE (b.student_id = ${feed.personId} OR k.host_id = ${feed.personId}) AND b.status IN ('booked', 'offered', 'attended', 'cancelled')
             AND b.starts_at >= ${this.clock.instantOf(addDays(this.clock.today(), -PAST_DAYS), '00:00')}
           ORDER BY b.starts_at, b.id LIMIT ${MOST_EVENTS}`,
    );
    const calendar = ical({ name: '预约', prodId: { company: 'yizhan', product: 'bookings', language: 'ZH' } });
    for (const { id, startsAt, endsAt, version, status, updatedAt, name } of rows)
      calendar.createEvent({
        ...{ id, start: startsAt, end: endsAt, stamp: updatedAt, sequence: version, summary: name },
        status: STATUSES[status] ?? ICalEventStatus.CONFIRMED,
      });
    return calendar.toString();
  }
}

const STATUSES: Record<string, ICalEventStatus> = {
  offered: ICalEventStatus.TENTATIVE,
  cancelled: ICalEventStatus.CANCELLED,
};

function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

function answerOf({ id, createdAt, withdrawnAt, version }: BookingFeed): BookingFeedDto {
  return Object.assign(new BookingFeedDto(), { id, createdAt, withdrawnAt, version });
}
