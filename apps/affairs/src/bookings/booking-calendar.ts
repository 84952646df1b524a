import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { query, sql, type Tx } from '#database';
import { CampusClock } from '#time';
import { type CalendarKind, type Entry, MOST_ENTRIES } from '../calendar-feeds/calendar-feeds.service.js';

interface Row {
  id: string;
  startsAt: Date;
  endsAt: Date;
  version: number;
  status: string;
  updatedAt: Date;
  name: string;
}

/** A person's bookings, their own and those of their hours. What they are for is left out. */
@Injectable()
export class BookingCalendar implements CalendarKind {
  readonly kind = 'bookings';
  readonly name = '预约';
  readonly path = '/affairs/v1/booking-calendars/';

  constructor(private readonly clock: CampusClock) {}

  async entries(tx: Tx, _feedId: string, { personId }: Actor & { personId: string }, from: string): Promise<Entry[]> {
    const rows = await query<Row>(
      tx,
      sql`SELECT b.id, b.starts_at AS "startsAt", b.ends_at AS "endsAt", b.version, b.status, b.updated_at AS "updatedAt", k.name
            FROM affairs.booking b JOIN affairs.bookable k ON k.id = b.bookable_id
           WHERE (b.student_id = ${personId} OR k.host_id = ${personId}) AND b.status IN ('booked', 'offered', 'attended', 'cancelled')
             AND b.starts_at >= ${this.clock.instantOf(from, '00:00')}
           ORDER BY b.starts_at, b.id LIMIT ${MOST_ENTRIES}`,
    );
    return rows.map(({ id, startsAt, endsAt, version, status, updatedAt, name }) => ({
      ...{ id, when: { startsAt, endsAt }, summary: name, sequence: version, changedAt: updatedAt },
      status: STATUSES[status] ?? 'confirmed',
    }));
  }
}

const STATUSES: Record<string, Entry['status']> = { offered: 'tentative', cancelled: 'cancelled' };
