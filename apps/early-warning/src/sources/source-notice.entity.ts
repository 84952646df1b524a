import { Column, Entity } from 'typeorm';
import { BaseEntity } from '#database';
import type { SilenceKind } from '../engine/silence.js';

/** What operators are told of a silence, once: from when on, and which rules say nothing meanwhile. */
@Entity({ name: 'source_notice', schema: 'early_warning' })
export class SourceNotice extends BaseEntity {
  @Column('text')
  source: string;

  @Column('text')
  kind: SilenceKind;

  @Column('timestamptz')
  since: Date;

  @Column('text', { array: true })
  metrics: string[];

  @Column('text', { array: true })
  rules: string[];

  @Column('timestamptz')
  openedAt: Date;

  @Column('timestamptz', { nullable: true })
  closedAt: Date | null = null;
}
