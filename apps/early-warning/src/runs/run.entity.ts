import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';

export const TRIGGERS = {
  on_demand: { zh: '手动发起', en: 'asked for' },
  nightly: { zh: '每日定时', en: "at the school's hour, once a day" },
  midnight: { zh: '零点', en: 'at midnight' },
  new_data: { zh: '有新数据', en: 'new data' },
} as const satisfies Record<string, Bilingual>;
export type Trigger = keyof typeof TRIGGERS;

/** What a run came to; counts only. */
export interface RunResult {
  students: number;
  rules: number;
  /** Rules about which nothing was concluded, because a source is silent. */
  noData: number;
  raised: number;
  escalated: number;
  reopened: number;
  standing: number;
  corrected: number;
}

/** One run of the rules over the students. */
@Entity({ name: 'run', schema: 'early_warning' })
export class Run extends BaseEntity {
  @Column('text')
  trigger: Trigger;

  @Column('uuid', { nullable: true })
  jobId: string | null = null;

  /** The day all rules look at; null: today for rules judged on data, yesterday for those judged at the day's end. */
  @Column('date', { nullable: true })
  asOf: string | null = null;

  /** Only these rules; null = all in force. */
  @Column('text', { array: true, nullable: true })
  ruleCodes: string[] | null = null;

  @Column('uuid', { nullable: true })
  unitId: string | null = null;

  @Column('boolean')
  includeFuture = false;

  /** Units of whoever asked; null = the school. */
  @Column('uuid', { array: true, nullable: true })
  scopeUnitIds: string[] | null = null;

  @Column('timestamptz', { nullable: true })
  startedAt: Date | null = null;

  @Column('timestamptz', { nullable: true })
  finishedAt: Date | null = null;

  @Column('jsonb', { nullable: true })
  result: RunResult | null = null;
}
