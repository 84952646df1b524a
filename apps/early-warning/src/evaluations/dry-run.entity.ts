import { Column, Entity } from 'typeorm';
import { BaseEntity } from '#database';

/** A draft as it was tried over the past: what a second person looks at before publishing it. */
@Entity({ name: 'dry_run', schema: 'early_warning' })
export class DryRun extends BaseEntity {
  @Column('uuid')
  ruleId: string;

  /** SHA-256 of the definition's text as PostgreSQL writes jsonb. */
  @Column('bytea')
  definitionHash: Buffer;

  @Column('date')
  fromDay: string;

  @Column('date')
  toDay: string;

  /** null = everybody. */
  @Column('uuid', { nullable: true })
  unitId: string | null = null;

  /** Numbers that took the place of the school's; null = tried under the school's own. */
  @Column('jsonb', { nullable: true })
  parameters: Record<string, number> | null = null;

  /** Counts only: the sample is not kept. */
  @Column('jsonb')
  result: object;

  @Column('text')
  createdBy: string;
}
