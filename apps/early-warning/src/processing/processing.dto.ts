import { Flag, Instant, Int, ListOf, LongText, Nested, OneOf, Uuid } from '#fields';
import { AnyOf, ByDto, ListQuery, PersonRefDto, Sort } from '#http';
import { NameDto, RefusalDto } from '#workflow';
import { SentenceDto } from '../explanations/explanations.dto.js';
import { OBJECTION_ACTIONS, type ObjectionAction, PROCESSING_ACTIONS, type ProcessingAction } from './choices.js';
import { LEGAL_GROUNDS, type LegalGround, PROCESSING_CHOICES, type ProcessingChoices } from './processing.policy.js';
import { CHOSEN, type Chosen, PROCESSING_KINDS, type ProcessingKind } from './processing-choice.entity.js';

const MANY = 2_147_483_647;
const TEXT = { max: 2000, example: '我不希望被模型评分。' };
const STUDENT = { zh: '学生；缺省为本人', en: 'Student; the caller when left out', optional: true };
const EXAMPLE_STUDENT = '00000000-0000-7000-8000-003000000001';

export const OBJECTION_STATUSES = {
  weighing: { zh: '待答复', en: 'waits for an answer' },
  upheld: { zh: '成立', en: 'upheld' },
  refused: { zh: '不成立', en: 'refused' },
  withdrawn: { zh: '本人撤回', en: 'withdrawn by the student' },
} as const;
export type ObjectionStatus = keyof typeof OBJECTION_STATUSES;

export class OwnProcessingQuery {
  @Uuid({ ...STUDENT, example: EXAMPLE_STUDENT })
  studentId?: string;
}

export class ChooseProcessingDto {
  @Uuid(STUDENT)
  studentId?: string;

  @OneOf(PROCESSING_KINDS, { zh: '种类', en: 'Kind', example: 'risk' })
  kind: ProcessingKind;

  @OneOf(PROCESSING_ACTIONS, { zh: '选择', en: 'What is chosen', example: 'object' })
  action: ProcessingAction;

  @LongText({ zh: '理由', en: 'Why', ...TEXT, optional: true })
  reason?: string;
}

export class ProcessingChoiceDto {
  @Uuid({ zh: '选择', en: 'Choice' })
  id: string;

  @OneOf(PROCESSING_KINDS, { zh: '种类', en: 'Kind', example: 'risk' })
  kind: ProcessingKind;

  @OneOf(CHOSEN, { zh: '内容', en: 'What was chosen', example: 'objected' })
  what: Chosen;

  @LongText({ zh: '理由，或答复', en: 'Why, or the answer', ...TEXT, nullable: true })
  text: string | null;

  @Int({ zh: '当时的告知版本', en: 'Version of what was told then', min: 0, max: MANY, example: 1 })
  policyVersion: number;

  @Instant({ zh: '时间', en: 'When', example: '2026-11-21T02:00:00.000Z' })
  chosenAt: Date;
}

class ProcessingActionDto {
  @OneOf(PROCESSING_ACTIONS, { zh: '选择', en: 'Choice', example: 'object' })
  action: ProcessingAction;

  @Flag({ zh: '能否选择', en: 'Can it be chosen now?', example: true })
  allowed: boolean;

  @Nested(() => RefusalDto, { zh: '不能选择的原因', en: 'Why not', nullable: true })
  reason: RefusalDto | null;
}

/** A kind of processing, as the student is told of it, and how they stand to it. */
export class OwnProcessingDto {
  @OneOf(PROCESSING_KINDS, { zh: '种类', en: 'Kind', example: 'risk' })
  kind: ProcessingKind;

  @Nested(() => NameDto, { zh: '名称', en: 'Name', example: PROCESSING_KINDS.risk })
  name: NameDto;

  @OneOf(LEGAL_GROUNDS, { zh: '依据', en: 'What it rests on', example: 'statutory_duty' })
  ground: LegalGround;

  @OneOf(PROCESSING_CHOICES, { zh: '可作的选择', en: 'What can be chosen', example: 'objection' })
  choice: ProcessingChoices;

  @Nested(() => SentenceDto, {
    zh: '告知内容',
    en: 'What students are told',
    example: { zh: '由模型依本校往年情况给出分数。', en: 'A model gives a score from what was seen in past years.' },
  })
  text: SentenceDto;

  @Int({ zh: '告知版本', en: 'Version of what is told', min: 0, max: MANY, example: 1 })
  policyVersion: number;

  @Flag({ zh: '目前是否处理', en: 'Whether there is such processing now', example: true })
  processed: boolean;

  @Nested(() => ProcessingChoiceDto, { zh: '最近的选择或答复', en: 'The latest choice, or answer', nullable: true })
  latest: ProcessingChoiceDto | null;

  @ListOf(() => ProcessingActionDto, {
    zh: '可作的选择，及不能的原因',
    en: 'What can be chosen, or why not',
    maxItems: 10,
  })
  actions: ProcessingActionDto[];
}

export class ChoicesQuery extends ListQuery {
  @AnyOf(PROCESSING_KINDS, { zh: '种类', en: 'Kinds' }, ['risk'])
  kind?: ProcessingKind[];

  @Sort(['chosenAt'])
  sort?: string;
}

export class ObjectionsQuery extends ListQuery {
  @AnyOf(OBJECTION_STATUSES, { zh: '状态', en: 'Statuses' }, ['weighing'])
  status?: ObjectionStatus[];

  @AnyOf(PROCESSING_KINDS, { zh: '种类', en: 'Kinds' }, ['rules'])
  kind?: ProcessingKind[];

  @AnyOf('uuid', { zh: '学生', en: 'Students' }, [EXAMPLE_STUDENT])
  studentId?: string[];

  @Sort(['chosenAt'])
  sort?: string;
}

export class AnswerObjectionDto {
  @LongText({ zh: '给学生的答复', en: 'Answer to the student', ...TEXT, example: '已核实，予以停止。' })
  answer: string;
}

class ProcessingObjectionActionDto {
  @OneOf(OBJECTION_ACTIONS, { zh: '办理', en: 'Action', example: 'uphold' })
  action: ObjectionAction;

  @Flag({ zh: '能否办理', en: 'Can it be done now?', example: true })
  allowed: boolean;

  @Nested(() => RefusalDto, { zh: '不能办理的原因', en: 'Why not', nullable: true })
  reason: RefusalDto | null;
}

/** An objection to a kind of processing. */
export class ObjectionDto {
  @Uuid({ zh: '反对', en: 'Objection' })
  id: string;

  @Nested(() => PersonRefDto, { zh: '学生', en: 'Student', nullable: true })
  student: PersonRefDto | null;

  @OneOf(PROCESSING_KINDS, { zh: '种类', en: 'Kind', example: 'rules' })
  kind: ProcessingKind;

  @OneOf(OBJECTION_STATUSES, { zh: '状态', en: 'Status', example: 'weighing' })
  status: ObjectionStatus;

  @LongText({ zh: '理由', en: 'Why', ...TEXT, nullable: true })
  text: string | null;

  @LongText({ zh: '答复', en: 'Answer', ...TEXT, nullable: true })
  answer: string | null;

  @Nested(() => ByDto, { zh: '答复者', en: 'Who answered', nullable: true })
  answeredBy: ByDto | null;

  @Instant({ zh: '提出时间', en: 'When', example: '2026-11-21T02:00:00.000Z' })
  chosenAt: Date;

  @ListOf(() => ProcessingObjectionActionDto, {
    zh: '可进行的办理，及不能的原因',
    en: 'What can be done, or why not',
    maxItems: 5,
  })
  actions: ProcessingObjectionActionDto[];
}
