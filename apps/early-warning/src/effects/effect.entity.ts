import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import type { Feature } from '#rule-language';
import type { MatchedEffect } from './model/matched-effect.js';

/** What may have been done for a student; days of entries that only psychologists read, and discreet resources, are not among them. */
export const INTERVENTIONS = {
  talk: { zh: '个案中的谈话', en: 'a talk, in a care case' },
  visit: { zh: '个案中的走访', en: 'a visit, in a care case' },
  call: { zh: '个案中的电话或消息', en: 'a call or a message, in a care case' },
  action: { zh: '个案中的帮扶', en: 'something done to help, in a care case' },
  measure: { zh: '个案计划中完成的措施', en: 'a measure of a plan that was done' },
  care_case: { zh: '立案帮扶', en: 'a care case is opened' },
  resource: { zh: '使用资源', en: 'a resource is taken up' },
} as const satisfies Record<string, Bilingual>;
export type InterventionKind = keyof typeof INTERVENTIONS;

export const EFFECT_STATES = {
  asked: { zh: '计算中', en: 'being worked out' },
  failed: { zh: '未算成', en: 'not worked out' },
  found: { zh: '已得出', en: 'found' },
  withheld: {
    zh: '不给出差别：可比的学生太少，或不够相似',
    en: 'no difference is told: too few students, or not similar enough',
  },
} as const satisfies Record<string, Bilingual>;
export type EffectState = keyof typeof EFFECT_STATES;

export interface EffectDefinition {
  title: Bilingual;
  intervention: InterventionKind;
  /** Key of the kind of resource; of resources only, and there: any. */
  resourceKind: string | null;
  /** Days of the intervention, both inclusive, YYYY-MM-DD. */
  from: string;
  to: string;
  /** So long after the day before the intervention the outcome is looked at again. */
  weeks: number;
  /** What changes. */
  outcome: Feature;
  /** What students are compared by, as of the day before. */
  features: Record<string, Feature>;
}

export interface EffectResult extends MatchedEffect {
  /** Students who had the intervention in the time, and those without it who were drawn to compare with, once a day. */
  had: number;
  compared: number;
  days: number;
  minPairs: number;
  policyVersion: number;
  /** Of the order in which pairs were made. */
  seed: number;
}

/** What became of students after an intervention, compared with similar students without it. Worked out once; asked again it is another. */
@Entity({ schema: 'early_warning', name: 'effect' })
export class Effect extends BaseEntity {
  @Column('text')
  state: EffectState = 'asked';

  @Column('uuid')
  jobId: string;

  @Column('jsonb')
  definition: EffectDefinition;

  @Column('jsonb', { nullable: true })
  result: EffectResult | null = null;

  /** A person's id, or an app that acted by itself. */
  @Column('text')
  createdBy: string;

  @Column('timestamptz', { nullable: true })
  finishedAt: Date | null = null;

  found(result: EffectResult, now: Date): void {
    Object.assign(this, { state: result.withheld === null ? 'found' : 'withheld', result, finishedAt: now });
  }

  fail(now: Date): void {
    Object.assign(this, { state: 'failed', finishedAt: now });
  }
}
