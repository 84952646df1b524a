import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import type { Feature, Rule } from '#rule-language';
import type { ExplainedFairness } from './fairness-words.js';
import type { AdditiveModel } from './model/model.js';
import { RiskModelNotActive, RiskModelNotTrained, RiskSecondPersonNeeded } from './risk.problems.js';

export const RISK_MODEL_STATES = {
  training: { zh: '训练中', en: 'being trained' },
  failed: { zh: '未训练成功', en: 'not trained' },
  trained: { zh: '已训练，未启用', en: 'trained, not in use' },
  active: { zh: '在用', en: 'in use' },
  retired: { zh: '已停用', en: 'retired' },
} as const satisfies Record<string, Bilingual>;
export type RiskModelState = keyof typeof RISK_MODEL_STATES;

/** Students as they were known on a day, and the day on which their outcome was known. */
export interface Snapshot {
  /** YYYY-MM-DD, both. */
  asOf: string;
  outcomeAsOf: string;
}

/** What a model is trained on. */
export interface RiskDefinition {
  title: Bilingual;
  /** The outcome came to pass where this rule holds. */
  outcome: Rule;
  features: Record<string, Feature>;
  snapshots: Snapshot[];
}

/** What is told of a model before somebody puts it in use. All figures are of students the model did not learn from. */
export interface RiskCard {
  students: number;
  rows: number;
  outcomes: number;
  /** Area under the curve of all rows; mean squared distance of share and outcome. */
  auc: number;
  brier: number;
  snapshots: (Snapshot & { students: number; outcomes: number; auc: number | null })[];
  /** Ten parts of the list: the share that was foretold, and the share that was so. */
  calibration: { students: number; foretold: number; observed: number }[];
  /** By what students are declared as: sex (GB/T 2261.1), grade. */
  fairness: Record<string, ExplainedFairness>;
  /** Rows by fifth of the scores in training, and its borders: what drift is measured against. */
  scores: { borders: number[]; counts: number[] };
  policyVersion: number;
  note: Bilingual;
}

/** One version of the school's risk model. What it learned never changes. */
@Entity({ name: 'risk_model', schema: 'early_warning' })
export class RiskModel extends BaseEntity {
  @Column('text')
  state: RiskModelState = 'training';

  @Column('uuid')
  jobId: string;

  @Column('jsonb')
  definition: RiskDefinition;

  @Column('jsonb', { nullable: true })
  model: AdditiveModel | null = null;

  @Column('jsonb', { nullable: true })
  card: RiskCard | null = null;

  @Column('timestamptz', { nullable: true })
  trainedAt: Date | null = null;

  /** A person's id, or an app that acted by itself. */
  @Column('text')
  createdBy: string;

  @Column('timestamptz', { nullable: true })
  activatedAt: Date | null = null;

  /** A person's id. */
  @Column('text', { nullable: true })
  activatedBy: string | null = null;

  @Column('timestamptz', { nullable: true })
  retiredAt: Date | null = null;

  @Column('text', { nullable: true })
  retiredBy: string | null = null;

  learned(model: AdditiveModel, card: RiskCard, now: Date): void {
    Object.assign(this, { state: 'trained', model, card, trainedAt: now });
  }

  /** `by`: a person's id; one that is retired may be taken up again. */
  activate(by: string, now: Date): void {
    if (this.state !== 'trained' && this.state !== 'retired') throw new RiskModelNotTrained();
    if (by === this.createdBy) throw new RiskSecondPersonNeeded();
    Object.assign(this, { state: 'active', activatedAt: now, activatedBy: by, retiredAt: null, retiredBy: null });
  }

  retire(by: string, now: Date): void {
    if (this.state !== 'active') throw new RiskModelNotActive();
    Object.assign(this, { state: 'retired', retiredAt: now, retiredBy: by });
  }
}
