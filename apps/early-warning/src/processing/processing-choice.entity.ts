import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import { Sealed, type SealedText } from '#vault';

/** Kinds of processing that students are told of; what each rests on, and what they may choose, the policy says. */
export const PROCESSING_KINDS = {
  rules: { zh: '规则预警', en: 'warnings by rules' },
  risk: { zh: '风险评分', en: 'risk scores' },
  portraits: { zh: '群体画像', en: 'portraits of groups' },
  resources: { zh: '资源推送', en: 'resources that are offered' },
  publication: { zh: '在纪念册等公开展示', en: 'publication, as in books' },
} as const satisfies Record<string, Bilingual>;
export type ProcessingKind = keyof typeof PROCESSING_KINDS;

/** What was chosen, or answered. */
export const CHOSEN = {
  consented: { zh: '同意', en: 'consented' },
  consent_withdrawn: { zh: '撤回同意', en: 'withdrew the consent' },
  objected: { zh: '反对', en: 'objected' },
  objection_withdrawn: { zh: '撤回反对', en: 'withdrew the objection' },
  objection_upheld: { zh: '反对成立，停止处理', en: 'the objection was upheld' },
  objection_refused: { zh: '反对不成立，继续处理', en: 'the objection was refused' },
} as const satisfies Record<string, Bilingual>;
export type Chosen = keyof typeof CHOSEN;

/** One choice of a student about a kind of processing, or the answer to an objection. Never changed; the latest of a kind counts. */
@Entity({ schema: 'early_warning', name: 'processing_choice' })
export class ProcessingChoice extends BaseEntity {
  @Column('uuid')
  studentId: string;

  @Column('text')
  kind: ProcessingKind;

  /** Of the student and kind, from 1. */
  @Column('int')
  number: number;

  @Column('text')
  what: Chosen;

  /** The student's reason, or the answer to an objection. */
  @Sealed({ nullable: true })
  text: SealedText | null;

  /** Version of the rules, and so of the text that was shown. */
  @Column('int')
  policyNumber: number;

  @Column('uuid', { nullable: true })
  chosenBy: string | null;

  @Column('text')
  chosenByApp: string;

  @Column('timestamptz')
  chosenAt: Date;
}
