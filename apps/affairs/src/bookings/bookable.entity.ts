import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import { BookableClosed, HostWrong, OpeningHoursWrong } from './bookings.problems.js';
import { areInOrder, type Opening, type OpeningHours } from './opening-hours.js';

export const BOOKABLE_KINDS = {
  place: { zh: '场地', en: 'A room, hall or other place' },
  hours: { zh: '接待时段', en: 'Hours of a member of staff' },
} as const satisfies Record<string, Bilingual>;
export type BookableKind = keyof typeof BOOKABLE_KINDS;

export const BOOKABLE_STATUSES = {
  open: { zh: '开放预约', en: 'open for booking' },
  closed: { zh: '停止预约', en: 'closed: takes no more bookings' },
} as const satisfies Record<string, Bilingual>;

/** What whoever keeps it says of it. */
export interface BookableRules extends Opening {
  name: string;
  capacity: number;
  exclusive: boolean;
  audienceUnitIds: readonly string[];
  daysAhead: number;
  cancelMinutes: number;
  perWeek: number;
}

/** A place, or a member of staff's hours, that students book. */
@Entity({ schema: 'affairs', name: 'bookable' })
export class Bookable extends BaseEntity implements BookableRules {
  @Column('text')
  kind: BookableKind;

  /** The unit or place (directory) it belongs to: whoever answers for that keeps it. Of a place the place itself. */
  @Column('uuid')
  unitId: string;

  /** Whose hours they are. */
  @Column('uuid', { nullable: true })
  hostId: string | null;

  @Column('text')
  status: keyof typeof BOOKABLE_STATUSES = 'open';

  @Column('text')
  name: string;

  /** People at a time. */
  @Column('int')
  capacity: number;

  /** One booking at a time, however many people come. */
  @Column('boolean')
  exclusive: boolean;

  @Column('jsonb')
  openingHours: OpeningHours[];

  @Column('boolean')
  closedOnHolidays: boolean;

  /** Dates. JSON, as the driver makes instants of an array of dates. */
  @Column('jsonb')
  closedOn: string[];

  @Column('int')
  slotMinutes: number;

  @Column('int')
  maxSlots: number;

  /** Units whose students may book; none: all students. */
  @Column('uuid', { array: true })
  audienceUnitIds: string[];

  @Column('int')
  daysAhead: number;

  /** Until so long before its beginning a student may cancel. */
  @Column('int')
  cancelMinutes: number;

  /** Bookings of one student that begin in one week, Monday to Sunday. */
  @Column('int')
  perWeek: number;

  static open(kind: BookableKind, unitId: string, hostId: string | null, rules: BookableRules): Bookable {
    if ((kind === 'hours') !== (hostId !== null)) throw new HostWrong({ pointer: '#/hostId' });
    const bookable = Object.assign(new Bookable(), { kind, unitId, hostId });
    bookable.change(rules);
    return bookable;
  }

  /** What is booked already stays booked. */
  change(rules: BookableRules): void {
    if (!areInOrder(rules.openingHours)) throw new OpeningHoursWrong({ pointer: '#/openingHours' });
    const { name, capacity, exclusive, openingHours, closedOnHolidays, closedOn, slotMinutes, maxSlots } = rules;
    const { audienceUnitIds, daysAhead, cancelMinutes, perWeek } = rules;
    Object.assign(this, { name, capacity, exclusive, openingHours, closedOnHolidays, closedOn, slotMinutes, maxSlots });
    Object.assign(this, { audienceUnitIds, daysAhead, cancelMinutes, perWeek });
  }

  close(): void {
    if (this.status === 'closed') throw new BookableClosed();
    this.status = 'closed';
  }

  reopen(): void {
    this.status = 'open';
  }
}
