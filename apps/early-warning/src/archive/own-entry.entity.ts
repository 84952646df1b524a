import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import type { Problem } from '#problems';
import { Sealed, type SealedText } from '#vault';
import { OwnEntryNotInState, OwnEntryNotOwn, OwnEntryNotYours } from './archive.problems.js';

export const OWN_ENTRY_STATUSES = {
  submitted: { zh: '待核实', en: 'waits to be verified' },
  verified: { zh: '已核实，在成长档案中', en: 'verified: it is in the archive' },
  refused: { zh: '不予核实，或核实后撤回', en: 'refused, or taken back after it was verified' },
  withdrawn: { zh: '本人撤回', en: 'withdrawn by the student' },
} as const satisfies Record<string, Bilingual>;
export type OwnEntryStatus = keyof typeof OWN_ENTRY_STATUSES;

export const OWN_ENTRY_ACTIONS = {
  change: { zh: '修改并重新提交', en: 'change it and submit it again' },
  withdraw: { zh: '撤回', en: 'withdraw it' },
  verify: { zh: '核实', en: 'verify it' },
  refuse: { zh: '不予核实，或撤回核实', en: 'refuse it, or take the verification back' },
} as const satisfies Record<string, Bilingual>;
export type OwnEntryAction = keyof typeof OWN_ENTRY_ACTIONS;

/** Who asks, as far as it matters. */
export interface Asker {
  own: boolean;
  verifies: boolean;
}

/** What the student says. */
export interface OwnEntryForm {
  area: string;
  track: string | null;
  happenedOn: string;
  title: string;
  text: string | null;
}

/** What a student records in the archive themselves; it is in it once somebody has verified it. */
@Entity({ schema: 'early_warning', name: 'own_entry' })
export class OwnEntry extends BaseEntity {
  @Column('uuid')
  studentId: string;

  @Column('text')
  area: string;

  @Column('text', { nullable: true })
  track: string | null;

  @Column('date')
  happenedOn: string;

  @Sealed()
  title: SealedText;

  @Sealed({ nullable: true })
  text: SealedText | null;

  @Column('text')
  status: OwnEntryStatus = 'submitted';

  /** Why it was refused, or taken back. */
  @Sealed({ nullable: true })
  answer: SealedText | null = null;

  /** Id of a person, or of an app. */
  @Column('text', { nullable: true })
  decidedBy: string | null = null;

  @Column('timestamptz', { nullable: true })
  decidedAt: Date | null = null;

  /** Why something cannot be done with it now by who asks; undefined: it can. The one place that says so. */
  refusal(action: OwnEntryAction, { own, verifies }: Asker): Problem | undefined {
    const status = (...allowed: OwnEntryStatus[]): Problem | undefined =>
      allowed.includes(this.status) ? undefined : new OwnEntryNotInState();
    switch (action) {
      case 'change':
        return (own ? undefined : new OwnEntryNotOwn()) ?? status('submitted', 'refused');
      case 'withdraw':
        return (own ? undefined : new OwnEntryNotOwn()) ?? status('submitted', 'verified', 'refused');
      case 'verify':
        return (verifies ? undefined : new OwnEntryNotYours()) ?? status('submitted');
      case 'refuse':
        return (verifies ? undefined : new OwnEntryNotYours()) ?? status('submitted', 'verified');
    }
  }

  change(form: OwnEntryForm): void {
    Object.assign(this, form, { decidedBy: null, decidedAt: null });
    this.status = 'submitted';
  }

  withdraw(): void {
    this.status = 'withdrawn';
    this.decidedBy = null;
    this.decidedAt = null;
  }

  decide(status: 'verified' | 'refused', by: string, answer: string | null, now: Date): void {
    this.status = status;
    this.decidedBy = by;
    this.decidedAt = now;
    this.answer = answer;
  }
}
