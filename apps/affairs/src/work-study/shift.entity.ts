import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import type { Problem } from '#problems';
import { PostNotYours, ShiftNotInState, ShiftNotOver, WorkStudyNotOwn } from './work-study.problems.js';

export const SHIFT_STATUSES = {
  booked: { zh: '已排班', en: 'booked' },
  confirmed: { zh: '工时已核定', en: 'its hours are confirmed' },
  cancelled: { zh: '已取消', en: 'cancelled' },
} as const satisfies Record<string, Bilingual>;
export type ShiftStatus = keyof typeof SHIFT_STATUSES;

export const SHIFT_ACTIONS = {
  cancel: { zh: '取消', en: 'cancel it' },
  confirm: { zh: '核定或更正工时', en: 'confirm or correct the time that was worked' },
} as const satisfies Record<string, Bilingual>;
export type ShiftAction = keyof typeof SHIFT_ACTIONS;

/** A time on one day at which a student works in a post. */
@Entity({ schema: 'affairs', name: 'work_study_shift' })
export class Shift extends BaseEntity {
  @Column('uuid')
  postId: string;

  @Column('uuid')
  studentId: string;

  /** The campus day it lies on. */
  @Column('date')
  day: string;

  @Column('timestamptz')
  startsAt: Date;

  /** Exclusive. */
  @Column('timestamptz')
  endsAt: Date;

  /** That count: as booked, from the confirmation on as worked. */
  @Column('int')
  minutes: number;

  /** As the post paid when it was booked; where that is less than the least of the day, as it paid when it was confirmed, if that is more. */
  @Column('int')
  hourlyFen: number;

  @Column('text')
  status: ShiftStatus = 'booked';

  /** Why something cannot be done with it now by who asks; undefined: it can. The one place that says so. */
  refusal(action: ShiftAction, by: { own: boolean; manages: boolean }, now: Date): Problem | undefined {
    if (action === 'cancel') {
      if (!by.own && !by.manages) return new WorkStudyNotOwn();
      const late = !by.manages && now >= this.startsAt;
      return this.status === 'booked' && !late ? undefined : new ShiftNotInState();
    }
    if (!by.manages) return new PostNotYours();
    if (this.status === 'cancelled') return new ShiftNotInState();
    return now < this.endsAt ? new ShiftNotOver() : undefined;
  }

  /** What was worked; zero: nobody came. After it was paid this is a correction, which the next payroll settles. */
  confirm(minutes: number): void {
    this.status = 'confirmed';
    this.minutes = minutes;
  }
}
