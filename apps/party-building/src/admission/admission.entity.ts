import { Column, Entity } from 'typeorm';
import { BaseEntity } from '#database';
import { AdmissionClosed } from './admissions.problems.js';
import type { Done, Verdict } from './engine.js';
import type { Evidence } from './evidence.js';
import type { Stage } from './rule-set.js';

/** A person's way into the Party. Where it stands follows from its entries. */
@Entity({ name: 'admission', schema: 'party_building' })
export class Admission extends BaseEntity {
  @Column('uuid')
  personId: string;

  /** The branch that carries it. */
  @Column('uuid')
  organizationId: string;

  @Column('date')
  appliedOn: string;

  /** As the applicant stated it. */
  @Column('date')
  birthDate: string;

  /** Text of the rules it runs under to its end, chosen by the date of application. */
  @Column('text')
  ruleVersion: string;

  /** Version of the school's additions, likewise; 0 = none. */
  @Column('int')
  policyNumber: number;

  /** `withdrawn`: the application itself was reversed. */
  @Column('text')
  status: 'open' | 'withdrawn' = 'open';

  @Column('text')
  stage: Stage = 'applicant';

  /** Highest step that is done; 0 = none. */
  @Column('int')
  step = 0;

  /** Nearest deadline and its step. */
  @Column('date', { nullable: true })
  dueOn: string | null = null;

  @Column('int', { nullable: true })
  dueStep: number | null = null;

  assertOpen(): void {
    if (this.status !== 'open') throw new AdmissionClosed();
  }

  /** Takes over what the entries amount to. */
  stand(at: { step: number; stage: Stage; due: { step: number; dueOn: string } | undefined }): void {
    this.step = at.step;
    this.stage = at.stage;
    if (at.step === 0) this.status = 'withdrawn';
    const due = this.status === 'open' ? at.due : undefined;
    this.dueOn = due?.dueOn ?? null;
    this.dueStep = due?.step ?? null;
  }
}

export const ENTRY_KINDS = {
  record: { zh: '办理', en: 'A step was taken' },
  reversal: { zh: '撤销', en: 'A record was reversed' },
  move: { zh: '转移', en: 'The admission moved to another branch' },
} as const;

/** Something that was entered about an admission. Entries are never changed or deleted. */
@Entity({ name: 'admission_entry', schema: 'party_building' })
export class AdmissionEntry extends BaseEntity {
  @Column('uuid')
  admissionId: string;

  /** Order within the admission, from 1. */
  @Column('int')
  number: number;

  @Column('text')
  kind: keyof typeof ENTRY_KINDS;

  /** The step that was taken or reversed. */
  @Column('int', { nullable: true })
  step: number | null = null;

  @Column('date')
  takenOn: string;

  @Column('jsonb')
  evidence: Evidence;

  /** As judged when it was entered. */
  @Column('jsonb')
  verdicts: Verdict[];

  @Column('text')
  ruleVersion: string;

  @Column('int')
  policyNumber: number;

  @Column('uuid', { nullable: true })
  reversesId: string | null = null;

  /** The branch it went to. */
  @Column('uuid', { nullable: true })
  organizationId: string | null = null;

  @Column('text', { nullable: true })
  reason: string | null = null;

  @Column('text')
  enteredByApp: string;

  @Column('uuid', { nullable: true })
  enteredByPerson: string | null = null;
}

/** The steps that still count: recorded and not reversed, in the order of recording. */
export function standing(entries: readonly AdmissionEntry[]): AdmissionEntry[] {
  const reversed = new Set(entries.map((entry) => entry.reversesId));
  return entries.filter((entry) => entry.kind === 'record' && !reversed.has(entry.id));
}

/** The same, as the engine knows them. */
export function doneOf(entries: readonly AdmissionEntry[]): Done[] {
  return standing(entries).map(({ step, takenOn, enteredByPerson, enteredByApp, verdicts }) => ({
    step: step ?? 0,
    takenOn,
    by: enteredByPerson ?? enteredByApp,
    verdicts,
  }));
}
