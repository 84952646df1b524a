import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import type { Problem } from '#problems';
import { Sealed, type SealedText } from '#vault';
import type { CHANNELS } from '../catalogue/item-content.js';
import { ApplicationNotInState } from './applications.problems.js';

export const APPLICATION_STATUSES = {
  draft: { zh: '草稿', en: 'draft' },
  submitted: { zh: '办理中', en: 'awaiting decisions' },
  returned: { zh: '退回补正', en: 'returned for correction' },
  completed: { zh: '已办结', en: 'done' },
  rejected: { zh: '不予办理', en: 'refused' },
  withdrawn: { zh: '已撤回', en: 'withdrawn before it was decided' },
} as const satisfies Record<string, Bilingual>;
export type ApplicationStatus = keyof typeof APPLICATION_STATUSES;
export type Outcome = 'completed' | 'rejected' | 'withdrawn';

/** What can be done with an application beside its decisions. */
export const APPLICATION_OPERATIONS = {
  save: { zh: '保存草稿', en: 'saved' },
  submit: { zh: '提交', en: 'submitted' },
  discard: { zh: '删除草稿', en: 'discarded' },
} as const satisfies Record<string, Bilingual>;
export type ApplicationOperation = keyof typeof APPLICATION_OPERATIONS;

/** Ids of files, by the key of the material. */
export type Materials = Record<string, string[]>;

/** What is filled in and handed in. */
export interface Filled {
  data: Record<string, unknown>;
  materials: Materials;
}

/** A student's request for an item of the catalogue (办件), from the draft to the decision. What is filled in never leaves by event. */
@Entity({ name: 'application', schema: 'affairs' })
export class Application extends BaseEntity {
  @Column('uuid')
  studentId: string;

  /** Code of the item, and the version that it is made to: a draft follows the item, what is submitted keeps it. */
  @Column('text')
  item: string;

  @Column('int')
  itemVersion: number;

  @Column('text')
  status: ApplicationStatus = 'draft';

  /** What is filled in, as JSON. Of a draft without what is known already: that is looked up until it is submitted. */
  @Sealed()
  data: SealedText;

  @Column('jsonb')
  materials: Materials;

  /** A student may have no other open one of the item. */
  @Column('boolean')
  sole: boolean;

  /** `counter`: staff filled it in for the student. */
  @Column('text')
  channel: keyof typeof CHANNELS;

  /** The person who began it; null when an app did so by itself. */
  @Column('uuid', { nullable: true })
  createdBy: string | null;

  @Column('text')
  createdByApp: string;

  /** The case that decides on it; null where nobody does, and of a draft. */
  @Column('uuid', { nullable: true })
  workflowId: string | null = null;

  @Column('timestamptz', { nullable: true })
  submittedAt: Date | null = null;

  /** Promised by then, counted from the last submission; null: nothing is promised. */
  @Column('timestamptz', { nullable: true })
  dueAt: Date | null = null;

  /** When it was done, refused or withdrawn. */
  @Column('timestamptz', { nullable: true })
  endedAt: Date | null = null;

  /** How often it was returned for correction; 0 = done at the first go (一次办结). */
  @Column('int')
  returnedCount = 0;

  static draft(
    values: Pick<Application, 'studentId' | 'item' | 'itemVersion' | 'sole' | 'channel'>,
    by: By,
  ): Application {
    const application = Object.assign(new Application(), values);
    application.createdBy = by.personId ?? null;
    application.createdByApp = by.app;
    return application;
  }

  /** Takes what is filled in; the caller seals it. */
  fill({ data, materials }: Filled): void {
    this.data = JSON.stringify(data);
    this.materials = materials;
  }

  submit(itemVersion: number, dueAt: Date | null, now: Date): void {
    this.assertStatus('draft');
    Object.assign(this, { itemVersion, dueAt, submittedAt: now, status: 'submitted' });
  }

  returnForCorrection(): void {
    this.assertStatus('submitted');
    this.status = 'returned';
    this.returnedCount++;
  }

  /** The return was taken back before the student saw to it. */
  takeReturnBack(): void {
    this.assertStatus('returned');
    this.status = 'submitted';
    this.returnedCount--;
  }

  resubmit(dueAt: Date | null): void {
    this.assertStatus('returned');
    Object.assign(this, { dueAt, status: 'submitted' });
  }

  /** The correction was taken back before anybody decided. */
  takeCorrectionBack(): void {
    this.assertStatus('submitted');
    this.status = 'returned';
  }

  end(outcome: Outcome, now: Date): void {
    this.assertStatus('submitted', 'returned');
    this.status = outcome;
    this.endedAt = now;
  }

  /** Why something of its own cannot be done with it now; undefined: it can. */
  refusal(_what: ApplicationOperation): Problem | undefined {
    return this.status === 'draft' ? undefined : this.notInState();
  }

  notInState(): Problem {
    return new ApplicationNotInState({ params: { status: this.status } });
  }

  private assertStatus(...statuses: ApplicationStatus[]): void {
    if (!statuses.includes(this.status)) throw this.notInState();
  }
}

interface By {
  personId?: string | undefined;
  app: string;
}
