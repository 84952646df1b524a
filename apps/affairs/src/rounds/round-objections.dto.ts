import { Flag, Instant, Int, ListOf, LongText, Nested, OneOf, Uuid } from '#fields';
import { AnyOf, ListQuery, PersonRefDto, Sort } from '#http';
import { RefusalDto } from '#workflow';
import {
  OBJECTION_ACTIONS,
  OBJECTION_STATUSES,
  type ObjectionAction,
  type ObjectionStatus,
} from './round-objection.entity.js';

const MANY = 2_147_483_647;

export class RoundObjectionsQuery extends ListQuery {
  @AnyOf('uuid', { zh: '批次', en: 'Rounds' }, ['0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f'])
  roundId?: string[];

  @AnyOf('uuid', { zh: '参评', en: 'Entries' }, ['0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f'])
  entryId?: string[];

  @AnyOf(OBJECTION_STATUSES, { zh: '状态', en: 'Statuses' }, ['open'])
  status?: ObjectionStatus[];

  @Sort(['createdAt'])
  sort?: string;
}

export class ObjectDto {
  @Uuid({ zh: '参评：公示中的一条，或本人的', en: 'The entry: one of the notice, or one’s own' })
  entryId: string;

  @LongText({ zh: '异议内容', en: 'What is objected', max: 2000, example: '上学期有课程不及格' })
  text: string;

  @Flag({
    zh: '不向被异议人透露姓名',
    en: 'The student it is about is not told who objects',
    optional: true,
    example: true,
  })
  unnamed = true;
}

export class DecideObjectionDto {
  @OneOf(
    { uphold: OBJECTION_ACTIONS.uphold, dismiss: OBJECTION_ACTIONS.dismiss },
    { zh: '结论', en: 'Decision', example: 'dismiss' },
  )
  decision: 'uphold' | 'dismiss';

  @LongText({
    zh: '理由，提出人可见',
    en: 'The reasons; whoever raised it sees them',
    max: 2000,
    example: '经核实成绩无误',
  })
  reasons: string;
}

class ObjectionActionDto {
  @OneOf(OBJECTION_ACTIONS, { zh: '办理', en: 'Action', example: 'dismiss' })
  action: ObjectionAction;

  @Flag({ zh: '能否办理', en: 'Can it be done now?', example: true })
  allowed: boolean;

  @Nested(() => RefusalDto, { zh: '不能办理的原因', en: 'Why not', nullable: true })
  reason: RefusalDto | null;
}

/** An objection: to who decides on it, and who raised it. */
export class RoundObjectionDto {
  @Uuid({ zh: '异议', en: 'Objection' })
  id: string;

  @Uuid({ zh: '批次', en: 'Round' })
  roundId: string;

  @Uuid({ zh: '参评', en: 'Entry' })
  entryId: string;

  @Flag({ zh: '对本人结果的异议', en: 'It is to one’s own result', example: false })
  ofOwn: boolean;

  @Flag({ zh: '不向被异议人透露提出人', en: 'The student it is about is not told who raised it', example: true })
  unnamed: boolean;

  @OneOf(OBJECTION_STATUSES, { zh: '状态', en: 'Status', example: 'open' })
  status: ObjectionStatus;

  @Instant({ zh: '提出时间', en: 'Raised at', example: '2026-11-03T02:00:00.000Z' })
  createdAt: Date;

  @Instant({ zh: '处理时间', en: 'Decided at', nullable: true, example: '2026-11-04T02:00:00.000Z' })
  decidedAt: Date | null;

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 1 })
  version: number;

  static from(row: RoundObjectionDto): RoundObjectionDto {
    return Object.assign(new RoundObjectionDto(), row);
  }
}

export class RoundObjectionDetailDto extends RoundObjectionDto {
  @Nested(() => PersonRefDto, {
    zh: '提出人；仅处理人与本人可见',
    en: 'Who raised it, to who decides and to themselves',
    nullable: true,
  })
  raisedBy: PersonRefDto | null;

  @LongText({
    zh: '异议内容；已删除时为空',
    en: 'What is objected; null once erased',
    nullable: true,
    max: 2000,
    example: '上学期有课程不及格',
  })
  text: string | null;

  @LongText({ zh: '处理理由', en: 'The reasons of the decision', nullable: true, max: 2000, example: '经核实成绩无误' })
  reasons: string | null;

  @ListOf(() => ObjectionActionDto, {
    zh: '可进行的办理，及不能的原因',
    en: 'What can be done, or why not',
    maxItems: 10,
  })
  actions: ObjectionActionDto[];
}
