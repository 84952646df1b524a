import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import { Sealed, type SealedText } from '#vault';

export const TICKET_STATUSES = {
  open: { zh: '待受理', en: 'waits in the queue of its department' },
  assigned: { zh: '办理中', en: 'somebody deals with it' },
  waiting: { zh: '待补充', en: 'waits for a word of the sender; the time does not run' },
  merged: { zh: '已合并', en: 'follows another ticket about the same' },
  done: { zh: '已办结，待确认', en: 'done; the sender is asked whether it is' },
  closed: { zh: '已关闭', en: 'closed' },
} as const satisfies Record<string, Bilingual>;
export type TicketStatus = keyof typeof TICKET_STATUSES;

export const CLOSED_BY = {
  sender: { zh: '提交人确认', en: 'the sender says that it is done' },
  silence: { zh: '逾期未回应，自动关闭', en: 'by itself: no word of the sender' },
  withdrawn: { zh: '提交人撤回', en: 'the sender took it back' },
} as const satisfies Record<string, Bilingual>;
export type ClosedBy = keyof typeof CLOSED_BY;

/** In these somebody is to do something about it. */
export const UNDER_WAY: readonly TicketStatus[] = ['open', 'assigned', 'waiting'];

/** Of the policy under which a ticket was made, what its clock goes by. */
export interface TicketTerms {
  answerHours: number;
  doneHours: number;
  schoolAfterHours: number;
  closeAfterDays: number;
  reopenDays: number;
  urgeHours: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
export const after = (at: Date, ms: number): Date => new Date(at.getTime() + ms);

/** Something that a student reports, asks or complains about. What may be done with it says ticket-offers.ts. */
@Entity({ schema: 'affairs', name: 'ticket' })
export class Ticket extends BaseEntity {
  /** The sender. Of an anonymous ticket its own id, which is nobody's: its texts are sealed with a key of its own. */
  @Column('uuid')
  studentId: string;

  @Column('boolean')
  anonymous: boolean;

  /** Of an anonymous one, the hash of the code that opens it. */
  @Column('text', { nullable: true })
  codeHash: string | null = null;

  @Column('text')
  kind: string;

  @Column('text')
  kindGroup: string;

  /** Of the policy it was made under; 0 = the one that ships with the house. */
  @Column('int')
  policyVersion: number;

  @Column('uuid', { nullable: true })
  placeId: string | null;

  @Sealed()
  text: SealedText;

  /** How the sender is best reached, in their words. */
  @Sealed({ nullable: true })
  contact: SealedText | null;

  /** The department, or building, whose queue it is in. */
  @Column('uuid')
  unitId: string;

  @Column('uuid', { nullable: true })
  assigneeId: string | null = null;

  @Column('text')
  status: TicketStatus = 'open';

  /** The ticket that it follows: while it is merged, and after they were done together. */
  @Column('uuid', { nullable: true })
  mainId: string | null = null;

  /** Units that have refused it. */
  @Column('uuid', { array: true })
  refusedBy: string[] = [];

  @Column('timestamptz')
  reportedAt: Date;

  @Column('timestamptz')
  answerDueAt: Date;

  @Column('timestamptz', { nullable: true })
  answeredAt: Date | null = null;

  @Column('timestamptz')
  doneDueAt: Date;

  @Column('timestamptz', { nullable: true })
  doneAt: Date | null = null;

  /** Since when it waits for a word of the sender. */
  @Column('timestamptz', { nullable: true })
  waitingSince: Date | null = null;

  /** 0: in time; 1: the head of the department heard that it is late; 2: the school did. */
  @Column('int')
  escalation = 0;

  @Column('int')
  urged = 0;

  @Column('timestamptz', { nullable: true })
  urgedAt: Date | null = null;

  @Column('int')
  reopened = 0;

  @Column('timestamptz', { nullable: true })
  closedAt: Date | null = null;

  @Column('text', { nullable: true })
  closedBy: ClosedBy | null = null;

  /** 1 to 5, of the last handling: those before stand in the history. */
  @Column('int', { nullable: true })
  rating: number | null = null;

  @Sealed({ nullable: true })
  ratingComment: SealedText | null = null;

  @Column('timestamptz', { nullable: true })
  ratedAt: Date | null = null;

  /** `student` null: anonymous. */
  static report(
    student: string | null,
    values: Pick<Ticket, 'kind' | 'kindGroup' | 'policyVersion' | 'placeId' | 'text' | 'contact' | 'unitId'>,
    terms: TicketTerms,
    now: Date,
  ): Ticket {
    const ticket = Object.assign(new Ticket(), values);
    ticket.anonymous = student === null;
    ticket.studentId = student ?? ticket.id;
    ticket.reportedAt = now;
    ticket.startClock(terms, now);
    return ticket;
  }

  /** Somebody deals with it; null: it waits in the queue again. */
  assign(personId: string | null): void {
    this.assigneeId = personId;
    if (this.status !== 'waiting') this.status = personId ? 'assigned' : 'open';
  }

  /** Goes into another queue. The time runs on: the sender was promised it. */
  dispatch(unitId: string, now: Date): void {
    this.resume(now);
    this.unitId = unitId;
    this.assign(null);
  }

  refuse(deskId: string, now: Date): void {
    this.refusedBy = [...this.refusedBy, this.unitId];
    this.dispatch(deskId, now);
  }

  /** The department says something to the sender; `asks`: it goes on when they have answered. */
  answer(asks: boolean, terms: TicketTerms, now: Date): void {
    this.resume(now);
    this.answeredAt ??= now;
    if (asks) {
      this.status = 'waiting';
      this.waitingSince = now;
    }
    this.escalation = this.lateness(terms, now);
  }

  /** The sender says something. */
  hear(now: Date): void {
    if (this.status === 'waiting') this.resume(now);
  }

  finish(now: Date): void {
    this.resume(now);
    this.answeredAt ??= now;
    this.doneAt = now;
    this.status = 'done';
  }

  /** It is not done after all. */
  takeDoneBack(terms: TicketTerms, now: Date): void {
    this.doneAt = null;
    this.askRatingAnew();
    this.status = this.assigneeId ? 'assigned' : 'open';
    this.escalation = this.lateness(terms, now);
  }

  close(by: ClosedBy, now: Date): void {
    this.waitingSince = null;
    this.closedAt = now;
    this.closedBy = by;
    this.status = 'closed';
    if (by === 'withdrawn') this.mainId = null;
  }

  /** Begins again, with the time that a new one has, and by itself where it followed another. */
  reopen(terms: TicketTerms, now: Date): void {
    Object.assign(this, {
      mainId: null,
      doneAt: null,
      closedAt: null,
      closedBy: null,
      answeredAt: null,
      escalation: 0,
    });
    this.status = this.assigneeId ? 'assigned' : 'open';
    this.askRatingAnew();
    this.reopened++;
    this.startClock(terms, now);
  }

  urge(now: Date): void {
    this.urged++;
    this.urgedAt = now;
  }

  rate(rating: number, comment: string | null, now: Date): void {
    Object.assign(this, { rating, ratingComment: comment, ratedAt: now });
  }

  follow(main: Ticket, now: Date): void {
    this.resume(now);
    this.mainId = main.id;
    this.status = 'merged';
    this.assigneeId = null;
  }

  /** Stands by itself again, in the queue where the other one is. */
  leave(main: Ticket): void {
    this.mainId = null;
    this.unitId = main.unitId;
    this.status = 'open';
  }

  /** The deadline that runs: that of the first answer, afterwards that of the end. */
  get dueAt(): Date {
    return this.answeredAt || this.doneDueAt < this.answerDueAt ? this.doneDueAt : this.answerDueAt;
  }

  /** How far up it has come by being late; see `escalation`. */
  lateness({ schoolAfterHours }: TicketTerms, now: Date): number {
    if (this.status !== 'open' && this.status !== 'assigned') return 0;
    return now < this.dueAt ? 0 : now < after(this.dueAt, schoolAfterHours * HOUR) ? 1 : 2;
  }

  /** When it closes without a word of the sender. */
  closesAt({ closeAfterDays }: TicketTerms): Date | undefined {
    const since = this.status === 'done' ? this.doneAt : this.status === 'waiting' ? this.waitingSince : null;
    return since ? after(since, closeAfterDays * DAY) : undefined;
  }

  /** When something happens to it by the clock; undefined: nothing does. */
  wakesAt(terms: TicketTerms): Date | undefined {
    if (this.status !== 'open' && this.status !== 'assigned') return this.closesAt(terms);
    if (this.escalation === 0) return this.dueAt;
    return this.escalation === 1 ? after(this.dueAt, terms.schoolAfterHours * HOUR) : undefined;
  }

  /** Until when it can be reopened. */
  reopensUntil({ reopenDays }: TicketTerms): Date | undefined {
    const ended = this.closedAt ?? this.doneAt;
    return ended ? after(ended, reopenDays * DAY) : undefined;
  }

  private askRatingAnew(): void {
    Object.assign(this, { rating: null, ratingComment: null, ratedAt: null });
  }

  private startClock({ answerHours, doneHours }: TicketTerms, now: Date): void {
    this.answerDueAt = after(now, answerHours * HOUR);
    this.doneDueAt = after(now, doneHours * HOUR);
  }

  /** While it waited for the sender the time did not run. */
  private resume(now: Date): void {
    if (!this.waitingSince) return;
    this.doneDueAt = after(this.doneDueAt, now.getTime() - this.waitingSince.getTime());
    this.waitingSince = null;
    this.status = this.assigneeId ? 'assigned' : 'open';
  }
}
