import { LEAVE_KINDS, type LeaveKind } from '#contracts';
import { DateOnly, Flag, Instant, ListOf, LongText, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, Sort, UpdatedSince } from '#http';
import { LEAVE_STATUSES, type LeaveRequest, type LeaveStatus } from './leave.entity.js';

const Attachments = (minItems: number): PropertyDecorator =>
  ListOf('uuid', {
    zh: '证明材料：以 leave-proof 上传的文件',
    en: 'Proofs: files that were handed in as leave-proof',
    optional: minItems === 0,
    minItems,
    maxItems: 10,
    unique: true,
    example: minItems === 0 ? [] : ['0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f'],
  });

/** The period and its kind: enough for the rules. */
class LeaveAskDto {
  @OneOf(LEAVE_KINDS, { zh: '类别', en: 'Kind', example: 'personal' })
  kind: LeaveKind;

  @Instant({ zh: '开始', en: 'From (inclusive)', example: '2026-12-03T08:00:00+08:00' })
  startsAt: string;

  @Instant({ zh: '结束（不含）', en: 'To (exclusive)', example: '2026-12-04T22:00:00+08:00' })
  endsAt: string;

  @Flag({ zh: '紧急：可事后补交材料', en: 'Urgent: papers may follow', optional: true, example: false })
  urgent = false;

  @Attachments(0)
  attachments: string[] = [];
}

export class PrecheckLeaveDto extends LeaveAskDto {
  @Uuid({ zh: '学生；缺省为本人', en: 'Student; the caller when left out', optional: true })
  studentId?: string;

  @Uuid({ zh: '所补正的请假', en: 'The leave that this corrects', optional: true })
  leaveId?: string;
}

/** The whole form; also the body of a correction. */
export class LeaveFormDto extends LeaveAskDto {
  @LongText({ zh: '事由', en: 'Reason', max: 2000, example: '回家探望祖父' })
  reason: string;

  @Text({ zh: '去向', en: 'Destination', example: '陕西省宝鸡市' })
  destination: string;

  @Text({ zh: '联系方式', en: 'How to be reached', max: 100, optional: true, nullable: true, example: '可电话联系' })
  contact?: string | null;

  static toRequest(form: LeaveFormDto): LeaveRequest {
    const { kind, reason, destination, contact = null, urgent } = form;
    const [startsAt, endsAt] = [new Date(form.startsAt), new Date(form.endsAt)];
    return { kind, startsAt, endsAt, reason, destination, contact, urgent };
  }
}

export class SubmitLeaveDto extends LeaveFormDto {
  @Uuid({ zh: '学生；缺省为本人', en: 'Student; the caller when left out', optional: true })
  studentId?: string;
}

export class SubmitLeaveOnBehalfDto extends LeaveFormDto {
  @Uuid({ zh: '学生', en: 'Student' })
  studentId: string;
}

export class CommentDto {
  @LongText({ zh: '意见', en: 'Comment', max: 1000, optional: true, example: '注意安全，按时返校' })
  comment?: string;
}

export class RequiredCommentDto {
  @LongText({ zh: '意见', en: 'Comment', max: 1000, example: '请补充家长联系方式' })
  comment: string;
}

export class ExtendLeaveDto {
  @Instant({ zh: '新的结束时间（不含）', en: 'New end (exclusive)', example: '2026-12-06T22:00:00+08:00' })
  endsAt: string;

  @LongText({ zh: '续假事由', en: 'Why longer', max: 2000, example: '返程车票改签' })
  reason: string;

  @Attachments(0)
  attachments: string[] = [];
}

export class CloseLeaveDto extends CommentDto {
  @Instant({
    zh: '返校时间；仅工作人员可填，缺省为现在',
    en: 'When the student was back; for staff only, now when left out',
    optional: true,
    example: '2026-12-04T20:10:00+08:00',
  })
  returnedAt?: string;

  @Attachments(0)
  attachments: string[] = [];
}

export class AttachmentsDto {
  @Attachments(1)
  attachments: string[];
}

export class LeavesQuery extends ListQuery {
  @UpdatedSince()
  updatedSince?: string;

  @Sort(['startsAt', 'createdAt', 'updatedAt'])
  sort?: string;

  @AnyOf(LEAVE_STATUSES, { zh: '状态', en: 'Statuses' }, ['submitted'])
  status?: LeaveStatus[];

  @AnyOf(LEAVE_KINDS, { zh: '类别', en: 'Kinds' }, ['sick'])
  kind?: LeaveKind[];

  @AnyOf('uuid', { zh: '学生', en: 'Students' }, ['00000000-0000-7000-8000-003000000001'])
  studentId?: string[];

  @AnyOf(
    'uuid',
    { zh: '学生所属的单位或场所（含其下级）', en: 'Units or places of the students, those below included' },
    ['00000000-0000-7000-8000-000600000001'],
  )
  unitId?: string[];

  @AnyOf('text', { zh: '学生的年级', en: 'Years of entry of the students' }, ['2024'])
  grade?: string[];

  @DateOnly({ zh: '当日及以后仍在请假', en: 'Absent on or after this day', optional: true, example: '2026-12-01' })
  from?: string;

  @DateOnly({ zh: '当日及以前开始请假', en: 'Absent on or before this day', optional: true, example: '2026-12-31' })
  to?: string;

  @Flag({ zh: '仅本人的', en: 'Only my own', optional: true, example: true })
  mine?: boolean;

  @Flag({
    zh: '仅待我办理的',
    en: 'Only those that wait for me: to decide, to answer, to correct',
    optional: true,
    example: true,
  })
  awaitingMe?: boolean;

  @Flag({ zh: '是否逾期未销假', en: 'Overdue or not', optional: true, example: true })
  overdue?: boolean;

  @Flag({ zh: '是否欠交材料', en: 'Do papers still have to come?', optional: true, example: true })
  proofPending?: boolean;
}

export class LeaveSummaryQuery {
  @DateOnly({
    zh: '自该日起；不给时为截止日（或今天）之前一年',
    en: 'Leaves that begin on or after; without it the year before the last day, or today',
    optional: true,
    example: '2026-09-01',
  })
  from?: string;

  @DateOnly({ zh: '至该日止', en: 'Leaves that begin on or before', optional: true, example: '2027-01-20' })
  to?: string;
}
