import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';

export const SILENCES = {
  dead: { zh: '中断：长时间没有数据', en: 'dead: nothing came for long' },
  thin: { zh: '稀少：有数据的学生远少于平时', en: 'thin: far fewer students with data than usual' },
} as const satisfies Record<string, Bilingual>;
export type SilenceKind = keyof typeof SILENCES;

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
