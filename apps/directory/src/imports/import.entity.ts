import { Column, Entity } from 'typeorm';
import { BaseEntity } from '#database';

export const IMPORT_KINDS = {
  roster: { zh: '名册（OneRoster CSV）', en: 'Roster (OneRoster CSV)' },
  'roster-sheet': { zh: '名册（单表）', en: 'Roster (one sheet)' },
  places: { zh: '场所与床位', en: 'Places and beds' },
} as const;

export const IMPORT_STATES = {
  requested: { zh: '已受理', en: 'requested' },
  succeeded: { zh: '已完成', en: 'succeeded' },
  failed: { zh: '未生效', en: 'failed' },
} as const;

export type ImportKind = keyof typeof IMPORT_KINDS;

/** A file set that was handed in, and what came of it. */
@Entity({ name: 'import', schema: 'directory' })
export class Import extends BaseEntity {
  /** Order in which imports were accepted and take effect. */
  @Column('int')
  number: number;

  @Column('text')
  kind: ImportKind;

  /** The system the files come from: an import replaces what the same source brought before. */
  @Column('text')
  source: string;

  @Column('boolean')
  dryRun: boolean;

  @Column('boolean')
  allowShrink: boolean;

  @Column('boolean')
  allowIdentityChanges: boolean;

  @Column('text')
  fileName: string;

  @Column('int')
  bytes: number;

  @Column('text')
  sha256: string;

  @Column('uuid')
  jobId: string;

  /** Client id of the app, and the person it acted for. */
  @Column('text')
  requestedBy: string;

  @Column('text')
  status: keyof typeof IMPORT_STATES = 'requested';

  /** Counts, and for a dry run samples; never personal data. */
  @Column('jsonb', { nullable: true })
  result: object | null = null;

  @Column('timestamptz', { nullable: true })
  finishedAt: Date | null = null;

  succeed(result: object, now: Date): void {
    this.status = 'succeeded';
    this.result = result;
    this.finishedAt = now;
  }

  fail(now: Date): void {
    this.status = 'failed';
    this.finishedAt = now;
  }
}
