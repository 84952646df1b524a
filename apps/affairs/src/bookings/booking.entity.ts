import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import type { Problem } from '#problems';
import { Sealed, type SealedText } from '#vault';
import type { Bookable } from './bookable.entity.js';
import {
  AfterwardsTooLate,
  BookingNotBegun,
  BookingNotInState,
  BookingNotKept,
  BookingNotOwn,
  CancelTooLate,
} from './bookings.problems.js';

export const BOOKING_STATUSES = {
  waiting: { zh: '候补中', en: 'on the waiting list' },
  offered: { zh: '已递补，待本人确认', en: 'offered a place that has become free' },
  booked: { zh: '已预约', en: 'booked' },
  attended: { zh: '已到场', en: 'came' },
  no_show: { zh: '爽约', en: 'did not come' },
  cancelled: { zh: '已取消', en: 'cancelled' },
  lapsed: { zh: '候补失效', en: 'the wait ended without a place' },
} as const satisfies Record<string, Bilingual>;
export type BookingStatus = keyof typeof BOOKING_STATUSES;

/** Statuses in which a booking has its place. */
export const TAKING: readonly BookingStatus[] = ['offered', 'booked', 'attended', 'no_show'];

export const BOOKING_ACTIONS = {
  accept: { zh: '接受递补', en: 'accept the place that is offered' },
  cancel: { zh: '取消', en: 'cancel' },
  attend: { zh: '登记到场', en: 'record that the student came' },
  no_show: { zh: '登记爽约', en: 'record that the student did not come' },
  appeal: { zh: '申诉爽约', en: 'appeal against the no-show' },
  forgive: { zh: '谅解爽约', en: 'forgive the no-show' },
  uphold: { zh: '维持爽约', en: 'answer the appeal: the no-show stands' },
} as const satisfies Record<string, Bilingual>;
export type BookingAction = keyof typeof BOOKING_ACTIONS;

/** Who asks, as far as it matters to a booking. */
export interface Asker {
  own: boolean;
  keeps: boolean;
}

export interface BookingTerms {
  /** Minutes before its beginning until which a student may cancel. */
  cancelMinutes: number;
  /** Days after its end in which something may still be said of it. */
  afterDays: number;
}

const MINUTE = 60_000;
const DAY = 86_400_000;

/** A student's booking of something bookable. */
@Entity({ schema: 'affairs', name: 'booking' })
export class Booking extends BaseEntity {
  @Column('uuid')
  bookableId: string;

  @Column('uuid')
  studentId: string;

  @Column('timestamptz')
  startsAt: Date;

  /** Exclusive. */
  @Column('timestamptz')
  endsAt: Date;

  @Column('int')
  attendees: number;

  /** As its bookable was when it was made; two of them never overlap. */
  @Column('boolean')
  exclusive: boolean;

  @Column('text')
  status: BookingStatus;

  /** Bookings that were made as one weekly series. */
  @Column('uuid', { nullable: true })
  seriesId: string | null = null;

  /** What it is for, in the student's words. */
  @Sealed({ nullable: true })
  note: SealedText | null = null;

  /** Whoever waits is served in this order. */
  @Column('timestamptz')
  askedAt: Date;

  @Column('timestamptz', { nullable: true })
  offeredUntil: Date | null = null;

  @Column('timestamptz', { nullable: true })
  endedAt: Date | null = null;

  /** Cancelled by whoever keeps it. */
  @Column('boolean')
  byStaff = false;

  /** Why the no-show should not count, in the student's words. */
  @Sealed({ nullable: true })
  appeal: SealedText | null = null;

  @Column('timestamptz', { nullable: true })
  appealedAt: Date | null = null;

  /** When the appeal was answered, or the no-show forgiven without one. */
  @Column('timestamptz', { nullable: true })
  answeredAt: Date | null = null;

  /** It does not count as a no-show. */
  @Column('boolean')
  forgiven = false;

  static make(
    bookable: Bookable,
    studentId: string,
    values: { startsAt: Date; endsAt: Date; attendees: number; note: string | null; seriesId: string | null },
    status: 'booked' | 'waiting',
    now: Date,
  ): Booking {
    const { id: bookableId, exclusive } = bookable;
    return Object.assign(new Booking(), { bookableId, exclusive, studentId, ...values, status, askedAt: now });
  }

  /** Why something cannot be done with it now by who asks; undefined: it can. The one place that says so. */
  refusal(action: BookingAction, by: Asker, terms: BookingTerms, now: Date): Problem | undefined {
    const within = now.getTime() <= this.endsAt.getTime() + terms.afterDays * DAY;
    const late = (): Problem => new AfterwardsTooLate({ params: { days: terms.afterDays } });
    const status = (...allowed: BookingStatus[]): Problem | undefined =>
      allowed.includes(this.status) ? undefined : new BookingNotInState();
    const own = by.own ? undefined : new BookingNotOwn();
    const kept = by.keeps ? undefined : new BookingNotKept();
    switch (action) {
      case 'accept':
        return own ?? status('offered') ?? (this.isOver(now) ? new BookingNotInState() : undefined);
      case 'cancel':
        return status('booked', 'waiting', 'offered') ?? (by.keeps ? undefined : this.cancelRefusal(own, terms, now));
      case 'attend':
        return kept ?? status('booked', 'no_show') ?? this.notBegun(now) ?? (within ? undefined : late());
      case 'no_show':
        return kept ?? status('booked', 'attended') ?? this.notBegun(now) ?? (within ? undefined : late());
      case 'appeal':
        return (
          own ??
          status('no_show') ??
          (this.appealedAt || this.forgiven ? new BookingNotInState() : within ? undefined : late())
        );
      case 'forgive':
        return kept ?? status('no_show') ?? (this.forgiven ? new BookingNotInState() : undefined);
      case 'uphold':
        return kept ?? status('no_show') ?? (this.appealedAt && !this.answeredAt ? undefined : new BookingNotInState());
    }
  }

  accept(): void {
    this.status = 'booked';
    this.offeredUntil = null;
  }

  offer(until: Date): void {
    this.status = 'offered';
    this.offeredUntil = until;
  }

  /** Ends without having taken place. */
  end(status: 'cancelled' | 'lapsed', byStaff: boolean, now: Date): void {
    this.status = status;
    this.byStaff = byStaff;
    this.offeredUntil = null;
    this.endedAt = now;
  }

  /** What was said before of whether the student came no longer holds, an appeal and its answer neither. */
  record(status: 'attended' | 'no_show'): void {
    this.status = status;
    this.appeal = null;
    this.appealedAt = null;
    this.answeredAt = null;
    this.forgiven = false;
  }

  takeAppeal(text: string, now: Date): void {
    this.appeal = text;
    this.appealedAt = now;
  }

  answerAppeal(forgiven: boolean, now: Date): void {
    this.forgiven = forgiven;
    this.answeredAt = now;
  }

  /** Has it begun without its student having a place, or has the offer's time run out? */
  isOver(now: Date): boolean {
    if (this.status === 'offered') return this.offeredUntil! <= now;
    return this.status === 'waiting' && this.startsAt <= now;
  }

  private cancelRefusal(own: Problem | undefined, { cancelMinutes }: BookingTerms, now: Date): Problem | undefined {
    if (own || this.status !== 'booked') return own;
    const inTime = now.getTime() <= this.startsAt.getTime() - cancelMinutes * MINUTE;
    return inTime ? undefined : new CancelTooLate({ params: { minutes: cancelMinutes } });
  }

  private notBegun(now: Date): Problem | undefined {
    return now < this.startsAt ? new BookingNotBegun() : undefined;
  }
}
