import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';

/** How several observations of a student, metric and day become one value. */
export const FOLDS = {
  sum: { zh: '合计', en: 'sum' },
  max: { zh: '最大', en: 'largest' },
  min: { zh: '最小', en: 'smallest' },
  last: { zh: '最后一次', en: 'latest' },
  count: { zh: '次数', en: 'number of observations' },
} as const satisfies Record<string, Bilingual>;
export type Fold = keyof typeof FOLDS;

/** Areas of student life a metric belongs to. */
export const DOMAINS = {
  study: { zh: '学习', en: 'study' },
  consumption: { zh: '消费', en: 'consumption' },
  network: { zh: '上网', en: 'network' },
  sport: { zh: '运动', en: 'sport' },
  psychology: { zh: '心理', en: 'psychology' },
  aid: { zh: '资助', en: 'aid' },
  awards: { zh: '评奖评优', en: 'awards' },
  second_classroom: { zh: '第二课堂', en: 'second classroom' },
  gate: { zh: '门禁', en: 'gates' },
  attendance: { zh: '考勤', en: 'attendance' },
  library: { zh: '图书馆', en: 'library' },
} as const satisfies Record<string, Bilingual>;
export type Domain = keyof typeof DOMAINS;

/** What is measured of a student per day. Unit and fold never change: stored values would change their meaning. Other decimals rewrite them. */
@Entity({ name: 'metric', schema: 'early_warning' })
export class Metric extends BaseEntity {
  /** Short key in observations and vectors; given by the database. */
  @Column({
    type: 'smallint',
    generated: 'identity',
    generatedIdentity: 'ALWAYS',
    insert: false,
    update: false,
    unique: true,
  })
  number: number;

  @Column({ type: 'text', unique: true })
  code: string;

  @Column('text')
  zh: string;

  @Column('text')
  en: string;

  @Column('text')
  unit: string;

  @Column('int')
  decimals: number;

  @Column('text')
  fold: Fold;

  @Column('text')
  domain: Domain;

  /** 1 public … 3 sensitive; class 4 is not taken here. */
  @Column('int')
  sensitivity: number;

  @Column('int')
  retentionDays: number;
}
