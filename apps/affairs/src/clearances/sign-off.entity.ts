import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import type { Problem } from '#problems';
import { Sealed, type SealedText } from '#vault';
import type { ClearanceEntry, ClearanceList } from './clearance-list.entity.js';
import {
  ClearanceListNotOpen,
  DeferralDateWrong,
  DeferralNotKept,
  EvidenceMissing,
  NotDeferrable,
  OthersFirst,
  OutsideWindow,
  SignOffNotInState,
  SignOffNotKept,
  SignOffNotOwn,
} from './clearances.problems.js';

export const SIGN_OFF_STATES = {
  waiting: { zh: '待办', en: 'waits for the department, or for the student' },
  evidence_given: { zh: '材料已交', en: 'the student has handed in what is asked for' },
  cleared: { zh: '已办结', en: 'cleared' },
  refused: { zh: '未通过', en: 'refused' },
  deferred: { zh: '缓办', en: 'deferred: it does not block until then' },
  waived: { zh: '免办', en: 'waived' },
} as const satisfies Record<string, Bilingual>;
export type SignOffState = keyof typeof SIGN_OFF_STATES;

/** States in which a blocking entry blocks; the trigger of the table says the same. */
export const OPEN_STATES: readonly SignOffState[] = ['waiting', 'evidence_given', 'refused'];

export const SIGN_OFF_ACTIONS = {
  clear: { zh: '办结', en: 'clear it' },
  refuse: { zh: '不通过', en: 'refuse it' },
  waive: { zh: '免办', en: 'waive it' },
  take_back: { zh: '收回', en: 'take back what was decided' },
  give_evidence: { zh: '提交材料', en: 'hand in what is asked for' },
  ask_deferral: { zh: '申请缓办', en: 'ask for a deferral' },
  defer: { zh: '准予缓办', en: 'defer it' },
  decline_deferral: { zh: '不予缓办', en: 'decline the deferral that was asked for' },
} as const satisfies Record<string, Bilingual>;
export type SignOffAction = keyof typeof SIGN_OFF_ACTIONS;

/** Who asks, as far as it matters to an entry. */
export interface SignOffAsker {
  own: boolean;
  /** Of the department that clears it. */
  signs: boolean;
  /** Grants deferrals to the student. */
  defers: boolean;
}

/** What an entry of a student stands in. */
export interface SignOffContext {
  list: ClearanceList;
  entry: ClearanceEntry;
  /** The entries that come first and are open. */
  first: readonly ClearanceEntry[];
  today: string;
}

/** An entry of a list as it stands with one student: who clears it, and what came of it. */
@Entity({ schema: 'affairs', name: 'clearance_sign_off' })
export class SignOff extends BaseEntity {
  @Column('uuid')
  clearanceId: string;

  @Column('uuid')
  listId: string;

  @Column('uuid')
  studentId: string;

  /** Code of the entry. */
  @Column('text')
  entry: string;

  /** Place in the list. */
  @Column('int')
  position: number;

  /** The department; null: the student's college is not known. */
  @Column('uuid', { nullable: true })
  unitId: string | null;

  @Column('boolean')
  blocking: boolean;

  @Column('text')
  state: SignOffState;

  /** Why it was refused, waived or deferred; or why the student asks for a deferral. */
  @Sealed({ nullable: true })
  reason: SealedText | null = null;

  @Sealed({ nullable: true })
  evidence: SealedText | null = null;

  @Column('timestamptz', { nullable: true })
  evidenceAt: Date | null = null;

  /** When the student asked for a deferral that is not answered. */
  @Column('timestamptz', { nullable: true })
  deferralAskedAt: Date | null = null;

  /** The last day on which it is deferred. */
  @Column('date', { nullable: true })
  deferredUntil: string | null = null;

  /** Who has decided: a person's id, the client id of an app, or the system. */
  @Column('text', { nullable: true })
  decidedBy: string | null = null;

  @Column('timestamptz', { nullable: true })
  decidedAt: Date | null = null;

  isOpen(): boolean {
    return OPEN_STATES.includes(this.state);
  }

  /** Why something cannot be done with it now by who asks; undefined: it can. The one place that says so. */
  refusal(action: SignOffAction, by: SignOffAsker, context: SignOffContext): Problem | undefined {
    if (context.list.status !== 'open') return new ClearanceListNotOpen();
    switch (action) {
      case 'clear':
        return this.signRefusal(by, this.state !== 'cleared' && this.state !== 'waived') ?? this.clearRefusal(context);
      case 'refuse':
        return this.signRefusal(by, this.state === 'waiting' || this.state === 'evidence_given');
      case 'waive':
        return this.signRefusal(by, this.isOpen());
      case 'take_back':
        if (this.state === 'deferred') return by.defers ? undefined : new DeferralNotKept();
        return this.signRefusal(by, ['cleared', 'refused', 'waived'].includes(this.state));
      case 'give_evidence':
        return this.ownRefusal(by, this.isOpen() && context.entry.evidence !== 'none', context);
      case 'ask_deferral':
        if (by.own && !context.entry.deferrable) return new NotDeferrable();
        return this.ownRefusal(by, this.isOpen() && this.deferralAskedAt === null, context);
      case 'defer':
        if (!by.defers) return new DeferralNotKept();
        if (!context.entry.deferrable) return new NotDeferrable();
        return this.isOpen() || this.state === 'deferred' ? undefined : new SignOffNotInState();
      case 'decline_deferral':
        if (!by.defers) return new DeferralNotKept();
        return this.deferralAskedAt ? undefined : new SignOffNotInState();
    }
  }

  decide(state: 'cleared' | 'refused' | 'waived', reason: string | null, by: string, now: Date): void {
    this.to(state, by, now);
    this.reason = reason;
  }

  /** As it was before the department, or the office, has said anything. */
  takeBack(by: string, now: Date): void {
    this.to(this.evidenceAt ? 'evidence_given' : 'waiting', by, now);
    this.reason = null;
  }

  giveEvidence(text: string | null, now: Date): void {
    this.state = 'evidence_given';
    this.evidence = text;
    this.evidenceAt = now;
  }

  askDeferral(reason: string, now: Date): void {
    this.reason = reason;
    this.deferralAskedAt = now;
  }

  defer(until: string, reason: string, today: string, by: string, now: Date): void {
    if (until <= today) throw new DeferralDateWrong({ pointer: '#/until' });
    this.to('deferred', by, now);
    this.reason = reason;
    this.deferredUntil = until;
  }

  /** Its state stays; the student reads why. */
  declineDeferral(reason: string): void {
    this.deferralAskedAt = null;
    this.reason = reason;
  }

  private to(state: SignOffState, by: string, now: Date): void {
    this.state = state;
    this.deferredUntil = null;
    this.deferralAskedAt = null;
    this.decidedBy = by;
    this.decidedAt = now;
  }

  private signRefusal({ signs }: SignOffAsker, inState: boolean): Problem | undefined {
    if (!signs) return new SignOffNotKept();
    return inState ? undefined : new SignOffNotInState();
  }

  private clearRefusal({ entry, first }: SignOffContext): Problem | undefined {
    if (entry.evidence !== 'none' && !this.evidenceAt) return new EvidenceMissing();
    if (first.length === 0) return undefined;
    return new OthersFirst({ params: { entries: first.map(({ title, code }) => `${title.zh} (${code})`).join('、') } });
  }

  private ownRefusal({ own }: SignOffAsker, inState: boolean, { list, today }: SignOffContext): Problem | undefined {
    if (!own) return new SignOffNotOwn();
    const { fromDate: from, toDate: to } = list;
    if (today < from || today > to) return new OutsideWindow({ params: { from, to } });
    return inState ? undefined : new SignOffNotInState();
  }
}
