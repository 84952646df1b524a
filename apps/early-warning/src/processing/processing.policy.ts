import type { Bilingual } from '#contracts';
import { ListOf, Nested, OneOf } from '#fields';
import { Policy } from '#policy';
import { SentenceDto } from '../explanations/explanations.dto.js';
import { PROCESSING_KINDS, type ProcessingKind } from './processing-choice.entity.js';

/** What processing rests on (个人信息保护法 art. 13, and art. 4 for what is anonymous). */
export const LEGAL_GROUNDS = {
  statutory_duty: { zh: '履行法定职责', en: 'a duty by law' },
  consent: { zh: '本人同意', en: 'the consent of the person' },
  anonymous: { zh: '匿名化，不涉及个人', en: 'it is anonymous' },
} as const satisfies Record<string, Bilingual>;
export type LegalGround = keyof typeof LEGAL_GROUNDS;

export const PROCESSING_CHOICES = {
  none: { zh: '不需选择', en: 'nothing to choose' },
  consent: { zh: '同意后才处理，随时可撤回', en: 'only with consent, which can be withdrawn at any time' },
  objection: { zh: '反对即停止', en: 'an objection ends it at once' },
  weighed_objection: { zh: '可反对，由学校权衡后答复', en: 'an objection is weighed, and answered' },
} as const satisfies Record<string, Bilingual>;
export type ProcessingChoices = keyof typeof PROCESSING_CHOICES;

/** A kind of processing, as students are told of it. */
export class ProcessingRule {
  @OneOf(PROCESSING_KINDS, { zh: '种类', en: 'Kind', example: 'risk' })
  kind: ProcessingKind;

  @OneOf(LEGAL_GROUNDS, { zh: '依据', en: 'What it rests on', example: 'statutory_duty' })
  ground: LegalGround;

  @OneOf(PROCESSING_CHOICES, { zh: '可作的选择', en: 'What can be chosen', example: 'objection' })
  choice: ProcessingChoices;

  @Nested(() => SentenceDto, { zh: '告知内容', en: 'What students are told' })
  text: SentenceDto;
}

/**
 * Kinds of processing, what each rests on and what students may choose: a default that a school replaces with its own texts. Decisions made by
 * machines alone can be refused (个人信息保护法 art. 24), consent can be withdrawn (art. 15). A kind that a school leaves out is as below.
 */
@Policy({
  key: 'early-warning.processing',
  title: { zh: '个人信息处理的告知与选择', en: 'Kinds of processing, and choices' },
})
export class ProcessingPolicy {
  @ListOf(() => ProcessingRule, { zh: '各类处理', en: 'Kinds of processing', minItems: 1, maxItems: 20 })
  kinds: ProcessingRule[] = DEFAULTS.map((rule) => Object.assign(new ProcessingRule(), rule));

  ruleOf(kind: ProcessingKind): ProcessingRule {
    return this.kinds.find((rule) => rule.kind === kind) ?? DEFAULTS.find((rule) => rule.kind === kind)!;
  }
}

const DEFAULTS: readonly ProcessingRule[] = [
  {
    kind: 'rules',
    ground: 'statutory_duty',
    choice: 'weighed_objection',
    text: {
      zh: '学校依管理与关怀职责，按公开的规则从学业、考勤、门禁等记录中发现需要帮助的同学；由老师了解核实后才作处理。',
      en: 'Rules look for students who may need help in records of study, attendance and gates; a person looks before anything is done.',
    },
  },
  {
    kind: 'risk',
    ground: 'statutory_duty',
    choice: 'objection',
    text: {
      zh: '由模型依本校往年情况给出分数，供老师参考，不作任何决定；你可以反对，反对后不再计算。',
      en: 'A model gives a score from what was seen in past years; it decides nothing, and you can object: no score is worked out then.',
    },
  },
  {
    kind: 'portraits',
    ground: 'anonymous',
    choice: 'none',
    text: {
      zh: '仅作人数足够多的群体统计，不能识别个人。',
      en: 'Counts of groups that are large enough, from which nobody can be told.',
    },
  },
  {
    kind: 'resources',
    ground: 'statutory_duty',
    choice: 'objection',
    text: {
      zh: '按你的情况推送学业辅导、活动、资助等信息；你可以关闭。',
      en: 'Tutoring, activities and aid are offered that may fit you; you can turn it off.',
    },
  },
  {
    kind: 'publication',
    ground: 'consent',
    choice: 'consent',
    text: {
      zh: '学校在展示等公开材料中使用你的姓名与经历，须先经你同意，随时可撤回；本系统记录你的选择，供发布者查询。',
      en: 'Your name and what you did appear in shows and other publications with your consent alone, which you can withdraw at any time; the choice is kept here for whoever publishes.',
    },
  },
];
