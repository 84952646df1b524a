import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import type { Problem } from '#problems';
import { NUMERIC } from '../numeric.js';
import type { Activity } from './activity.entity.js';
import {
  ActivityNotHeld,
  ActivityNotOver,
  CancelClosed,
  EnrolmentNotInState,
  EnrolmentNotOwn,
} from './activities.problems.js';

export const ENROLMENT_STATUSES = {
  waiting: { zh: '候补中', en: 'on the waiting list' },
  enrolled: { zh: '已报名', en: 'enrolled' },
  confirmed: { zh: '已核定参与', en: 'took part, as whoever held it has confirmed' },
  absent: { zh: '未参与', en: 'did not take part' },
  cancelled: { zh: '已取消', en: 'cancelled' },
  lapsed: { zh: '候补失效', en: 'the wait ended without a place' },
} as const satisfies Record<string, Bilingual>;
export type EnrolmentStatus = keyof typeof ENROLMENT_STATUSES;

/** Statuses in which an enrolment has its place. */
export const TAKING: readonly EnrolmentStatus[] = ['enrolled', 'confirmed', 'absent'];

export const EVIDENCE = {
  code: { zh: '动态码签到（弱证据）', en: 'signed in with the changing code: weak, as a code can be passed on' },
  roll: { zh: '组织方点名', en: 'called by whoever holds it' },
  gate: { zh: '闸机记录', en: 'recorded by a gate' },
} as const satisfies Record<string, Bilingual>;
export type Evidence = keyof typeof EVIDENCE;

export const ENROLMENT_ACTIONS = {
  cancel: { zh: '取消报名', en: 'cancel' },
  sign_in: { zh: '签到', en: 'sign in' },
  sign_out: { zh: '签退', en: 'sign out' },
  record: { zh: '登记或更正到场', en: 'record whether the student is there, or correct it' },
} as const satisfies Record<string, Bilingual>;
export type EnrolmentAction = keyof typeof ENROLMENT_ACTIONS;

/** Who asks, as far as it matters to an enrolment. */
export interface Asker {
  own: boolean;
  holds: boolean;
}

/** What is recorded of whether somebody was there. */
export interface Attendance {
  present: boolean;
  evidence: Evidence;
  /** Instead of those of the activity. */
  hours: number | null;
}

const HOUR = 3_600_000;

/** A student's place in an activity, or their wait for one. One for each student and activity. */
@Entity({ schema: 'affairs', name: 'enrolment' })
export class Enrolment extends BaseEntity {
  @Column('uuid')
  activityId: string;

  @Column('uuid')
  studentId: string;

  @Column('text')
  status: EnrolmentStatus;

  /** Since when it stands in the order of those who wait. */
  @Column('timestamptz')
  askedAt: Date;

  @Column('timestamptz', { nullable: true })
  signedInAt: Date | null = null;

  @Column('timestamptz', { nullable: true })
  signedOutAt: Date | null = null;

  /** Null: nobody has said that the student was there. */
  @Column('text', { nullable: true })
  evidence: Evidence | null = null;

  /** Hours that whoever holds it has recorded. */
  @Column({ ...NUMERIC, nullable: true })
  recordedHours: number | null = null;

  /** What it counts for, once it is confirmed. */
  @Column(NUMERIC)
  credits = 0;

  @Column(NUMERIC)
  hours = 0;

  @Column('timestamptz', { nullable: true })
  confirmedAt: Date | null = null;

  /** Codes tried in the minute that runs; counted apart from all else that is written of it. */
  @Column({ type: 'int', update: false })
  codeTries = 0;

  @Column({ type: 'timestamptz', nullable: true, update: false })
  codeTriesUntil: Date | null = null;

  static ask(activityId: string, studentId: string): Enrolment {
    return Object.assign(new Enrolment(), { activityId, studentId });
  }

  /** Asked for again after it was cancelled, it begins anew: what was said of whether the student was there was of the place given up. */
  take(status: 'enrolled' | 'waiting', now: Date): void {
    Object.assign(this, {
      status,
      askedAt: now,
      signedInAt: null,
      signedOutAt: null,
      evidence: null,
      recordedHours: null,
    });
  }

  /** Why something cannot be done with it now by who asks; undefined: it can. The one place that says so. */
  refusal(
    action: EnrolmentAction,
    activity: Activity,
    by: Asker,
    signInMinutes: number,
    now: Date,
  ): Problem | undefined {
    const status = (...allowed: EnrolmentStatus[]): Problem | undefined =>
      allowed.includes(this.status) ? undefined : new EnrolmentNotInState();
    const own = by.own ? undefined : new EnrolmentNotOwn();
    switch (action) {
      case 'cancel':
        if (!by.own && !by.holds) return own;
        return (
          status('waiting', 'enrolled') ??
          (by.holds || this.status === 'waiting' || now < activity.cancelUntil ? undefined : new CancelClosed())
        );
      case 'sign_in':
        return (
          own ??
          status('enrolled') ??
          (this.evidence ? new EnrolmentNotInState() : activity.signInRefusal(now, signInMinutes))
        );
      case 'sign_out':
        return (
          own ??
          status('enrolled') ??
          (!this.signedInAt || this.signedOutAt
            ? new EnrolmentNotInState()
            : activity.signInRefusal(now, signInMinutes))
        );
      case 'record':
        return (
          (by.holds ? undefined : new ActivityNotHeld()) ??
          status('enrolled', 'confirmed', 'absent') ??
          (now < activity.startsAt ? new ActivityNotOver() : undefined)
        );
    }
  }

  signIn(now: Date): void {
    this.signedInAt = now;
    this.evidence = 'code';
  }

  /** What is said of whether the student was there; before the roll is confirmed it counts for nothing yet. */
  record({ present, evidence, hours }: Attendance, activity: Activity, now: Date): void {
    this.evidence = present ? evidence : null;
    this.signedInAt = present ? (this.signedInAt ?? now) : null;
    if (!present) this.signedOutAt = null;
    this.recordedHours = present ? hours : null;
    if (activity.status === 'closed') this.confirm(activity, now);
  }

  /** What the evidence says counts from now on. */
  confirm(activity: Activity, now: Date): void {
    const there = this.evidence !== null;
    this.status = there ? 'confirmed' : 'absent';
    this.confirmedAt = now;
    this.credits = there ? activity.credits : 0;
    this.hours = there ? this.hoursThere(activity) : 0;
  }

  end(status: 'cancelled' | 'lapsed'): void {
    this.status = status;
  }

  /** As recorded by whoever holds it; else, where the student signed out, the time between within that of the activity, at most its hours. */
  private hoursThere({ startsAt, endsAt, hours }: Activity): number {
    if (this.recordedHours !== null) return this.recordedHours;
    if (!this.signedInAt || !this.signedOutAt) return hours;
    const from = Math.max(this.signedInAt.getTime(), startsAt.getTime());
    const there = Math.max(0, Math.min(this.signedOutAt.getTime(), endsAt.getTime()) - from) / HOUR;
    return Math.min(hours, Math.round(there * 10) / 10);
  }
}
