import { Flag, Instant, Int, ListOf, LongText, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, PersonRefDto, Sort, UpdatedSince } from '#http';
import { RefusalDto } from '#workflow';
import {
  REFERRAL_ACTIONS,
  REFERRAL_STATUSES,
  type ReferralAction,
  type ReferralStatus,
  URGENCIES,
} from './referral.entity.js';

const STUDENT = '00000000-0000-7000-8000-003000000001';

export class ReferralsQuery extends ListQuery {
  @AnyOf(REFERRAL_STATUSES, { zh: '状态（本人所反映的按其可见状态）', en: 'Statuses, as one sees them' }, ['sent'])
  status?: ReferralStatus[];

  @AnyOf('uuid', { zh: '学生', en: 'Students' }, [STUDENT])
  studentId?: string[];

  @Flag({ zh: '只看本人反映的', en: 'Only what one sent oneself', optional: true, example: true })
  mine?: boolean;

  @Flag({
    zh: '只看表扬；不给则不列出表扬，本人反映的除外',
    en: 'Praise alone; left out: none, unless one asks for what one sent',
    ...{ optional: true, example: false },
  })
  praise?: boolean;

  @Flag({
    zh: '只看超过 / 未超过受理时限',
    en: 'Only those past / not past their time limit',
    optional: true,
    example: true,
  })
  overdue?: boolean;

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['raisedAt', 'updatedAt'])
  sort?: string;
}

export class SendReferralDto {
  @Uuid({ zh: '学生', en: 'Student', example: STUDENT })
  studentId: string;

  @Text({ zh: '种类（学校规则中的代码）', en: 'Kind, by its key in the school’s rules', max: 40, example: 'mood' })
  kind: string;

  @OneOf(URGENCIES, { zh: '紧急程度', en: 'How urgent it is', optional: true, example: 'soon' })
  urgency: keyof typeof URGENCIES = 'none';

  @LongText({ zh: '注意到了什么', en: 'What was noticed', example: '最近总是独自一人，晚上睡不着' })
  text: string;

  @LongText({ zh: '已经尝试过什么', en: 'What was tried already', max: 2000, optional: true, example: '陪他聊过两次' })
  tried?: string;
}

export class ReferralAnswerDto {
  @LongText({
    zh: '理由或结果；不给反映人看',
    en: 'Why, or what came of it; not for the sender',
    max: 2000,
    example: '已与本人核实',
  })
  answer: string;
}

export class MergeReferralDto {
  @Uuid({ zh: '该学生的个案', en: 'The care case of the student' })
  caseId: string;
}

export class ReferralActionDto {
  @OneOf(REFERRAL_ACTIONS, { zh: '办理', en: 'Action', example: 'take_up' })
  action: ReferralAction;

  @Flag({ zh: '能否办理', en: 'Can it be done now?', example: true })
  allowed: boolean;

  @Nested(() => RefusalDto, { zh: '不能办理的原因', en: 'Why not', nullable: true })
  reason: RefusalDto | null;
}

/** A referral: its sender sees what was sent and that it was taken up; who handles it sees the rest. */
export class ReferralDto {
  @Uuid({ zh: '反映', en: 'Referral' })
  id: string;

  @Nested(() => PersonRefDto, { zh: '学生', en: 'Student' })
  student: PersonRefDto;

  @Text({ zh: '种类', en: 'Kind', max: 40, example: 'mood' })
  kind: string;

  @OneOf(URGENCIES, { zh: '紧急程度', en: 'How urgent it is', example: 'soon' })
  urgency: keyof typeof URGENCIES;

  @OneOf(REFERRAL_STATUSES, {
    zh: '状态；反映人只见是否受理与办结',
    en: 'Status; senders see no more than taken up and closed',
    example: 'sent',
  })
  status: ReferralStatus;

  @Nested(() => PersonRefDto, {
    zh: '反映人；匿名或已删除时为空',
    en: 'Sender; null: anonymous, or erased',
    nullable: true,
  })
  raisedBy: PersonRefDto | null;

  @Instant({ zh: '反映时间', en: 'Sent at' })
  raisedAt: Date;

  @Flag({ zh: '表扬，无须办理', en: 'Praise: nothing to be done', example: false })
  praise: boolean;

  @Instant({
    zh: '受理时限；不限时、以及对反映人为空',
    en: 'To be taken up by; null: no limit, or you are the sender',
    nullable: true,
  })
  dueAt: Date | null;

  @LongText({ zh: '注意到了什么；已删除时为空', en: 'What was noticed; null: erased', nullable: true })
  text: string | null;

  @LongText({ zh: '已经尝试过什么', en: 'What was tried already', max: 2000, nullable: true })
  tried: string | null;

  @LongText({
    zh: '理由或结果；反映人不可见',
    en: 'Why, or what came of it; not for the sender',
    max: 2000,
    nullable: true,
  })
  answer: string | null;

  @Uuid({ zh: '并入的个案；反映人不可见', en: 'The care case that took it; not for the sender', nullable: true })
  caseId: string | null;

  @ListOf(() => ReferralActionDto, {
    zh: '可进行的办理，及不能的原因',
    en: 'What can be done with it, or why not',
    maxItems: 10,
  })
  actions: ReferralActionDto[];

  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_147_483_647, example: 1 })
  version: number;
}
