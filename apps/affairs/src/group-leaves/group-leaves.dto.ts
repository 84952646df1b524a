import { LEAVE_KINDS, type LeaveKind } from '#contracts';
import { Decimal, Flag, Instant, Int, ListOf, LongText, Nested, OneOf, Text, Uuid } from '#fields';
import { FileDto } from '#files';
import { AnyOf, ByDto, ListQuery, PersonRefDto, Sort, UpdatedSince } from '#http';
import { RefusalDto } from '#workflow';
import { LEAVE_STATUSES, type LeaveStatus } from '../leave/leave.entity.js';
import { GROUP_LEAVE_PROOF } from './group-leave.files.js';
import {
  GROUP_ACTIONS,
  GROUP_STATUSES,
  type GroupAction,
  type GroupRequest,
  type GroupStatus,
  MEMBER_STATES,
  type MemberState,
} from './group-leave.entity.js';

const MANY = 2_147_483_647;
export const MOST_MEMBERS = 500;

export class GroupLeavesQuery extends ListQuery {
  @AnyOf(GROUP_STATUSES, { zh: '状态', en: 'Statuses' }, ['submitted'])
  status?: GroupStatus[];

  @Flag({ zh: '只列出本人提出的', en: 'Only those one has asked for', optional: true, example: true })
  mine?: boolean;

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['startsAt', 'updatedAt'])
  sort?: string;
}

class GroupFieldsDto {
  @OneOf(LEAVE_KINDS, { zh: '类别', en: 'Kind', example: 'official' })
  kind: LeaveKind;

  @LongText({
    zh: '事由（不写个人情况）',
    en: 'The occasion; nothing about a student',
    max: 1000,
    example: '参加全国大学生程序设计竞赛',
  })
  reason: string;

  @Text({ zh: '去向', en: 'Destination', example: '陕西省西安市' })
  destination: string;
}

export class SubmitGroupLeaveDto extends GroupFieldsDto {
  @Instant({ zh: '开始', en: 'From (inclusive)', example: '2026-12-03T08:00:00+08:00' })
  startsAt: string;

  @Instant({ zh: '结束（不含）', en: 'To (exclusive)', example: '2026-12-05T22:00:00+08:00' })
  endsAt: string;

  @ListOf('uuid', {
    zh: '学生名单',
    en: 'The students',
    ...{ minItems: 1, maxItems: MOST_MEMBERS, unique: true, example: ['00000000-0000-7000-8000-003000000001'] },
  })
  studentIds: string[];

  @ListOf('uuid', {
    zh: '证明材料：以 group-leave-proof 上传的文件',
    en: 'Proofs: files that were handed in as group-leave-proof',
    ...{ optional: true, minItems: 0, maxItems: 10, unique: true, example: [] },
  })
  attachments: string[] = [];

  static toRequest({ kind, reason, destination, startsAt, endsAt }: SubmitGroupLeaveDto): GroupRequest {
    return { kind, reason, destination, startsAt: new Date(startsAt), endsAt: new Date(endsAt) };
  }
}

export class GroupAttachmentsDto {
  @ListOf('uuid', {
    zh: '证明材料：以 group-leave-proof 上传的文件',
    en: 'Proofs: files that were handed in as group-leave-proof',
    ...{ minItems: 1, maxItems: 10, unique: true, example: ['0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f'] },
  })
  attachments: string[];
}

export class EndGroupLeaveDto {
  @Instant({
    zh: '何时返校；不填为现在',
    en: 'Back at; left out: now',
    optional: true,
    example: '2026-12-04T18:00:00+08:00',
  })
  returnedAt?: string;
}

export class GroupMemberDto {
  @Uuid({ zh: '学生', en: 'Student', example: '00000000-0000-7000-8000-003000000001' })
  studentId: string;

  @Nested(() => PersonRefDto, {
    zh: '学生；不在职责范围的为空',
    en: 'Student; null for who is not within the scope',
    nullable: true,
  })
  student: PersonRefDto | null;

  @OneOf(MEMBER_STATES, { zh: '状态', en: 'State', example: 'listed' })
  state: MemberState;

  @Nested(() => RefusalDto, {
    zh: '不能请假的原因',
    en: 'Why not',
    nullable: true,
    example: { code: 'overlap', zh: '与其他请假重叠', en: 'overlaps another leave' },
  })
  problem: RefusalDto | null;

  @Uuid({ zh: '该生的请假', en: 'The leave of the student', nullable: true })
  leaveId: string | null;

  @OneOf(LEAVE_STATUSES, { zh: '该请假的状态', en: 'Status of that leave', nullable: true, example: 'approved' })
  leaveStatus: LeaveStatus | null;
}

/** A group leave as a list shows it. */
export class GroupLeaveDto extends GroupFieldsDto {
  @Uuid({ zh: '集体请假', en: 'Group leave' })
  id: string;

  @OneOf(GROUP_STATUSES, { zh: '状态', en: 'Status', example: 'approved' })
  status: GroupStatus;

  @Instant({ zh: '开始', en: 'From (inclusive)' })
  startsAt: Date;

  @Instant({ zh: '结束（不含）', en: 'To (exclusive)' })
  endsAt: Date;

  @Decimal({ zh: '天数', en: 'Days touched, or half days', min: 0, max: 1000, example: 3 })
  days: number;

  @Int({ zh: '所依政策版本', en: 'Version of the policy', min: 0, max: 1_000_000, example: 0 })
  policyVersion: number;

  @Nested(() => ByDto, { zh: '提出者', en: 'Asked for by' })
  organiser: ByDto;

  @Nested(() => ByDto, { zh: '由谁决定', en: 'Decided by', nullable: true })
  decidedBy: ByDto | null;

  @Instant({ zh: '决定时间', en: 'Decided at', nullable: true })
  decidedAt: Date | null;

  @LongText({ zh: '不同意的理由', en: 'Why it was rejected', max: 1000, nullable: true, example: '与期末考试冲突' })
  comment: string | null;

  @Int({ zh: '名单中的学生数', en: 'Students on the list', min: 0, max: MOST_MEMBERS, example: 12 })
  listed: number;

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 1 })
  version: number;

  static from<T extends GroupLeaveDto>(dto: T, row: GroupRow): T {
    const { organiser, decidedBy, ...rest } = row;
    return Object.assign(dto, rest, {
      organiser: ByDto.from(organiser),
      decidedBy: decidedBy === null ? null : ByDto.from(decidedBy),
    });
  }
}

export type GroupRow = Omit<GroupLeaveDto, 'organiser' | 'decidedBy'> & { organiser: string; decidedBy: string | null };

export class GroupActionDto {
  @OneOf(GROUP_ACTIONS, { zh: '办理', en: 'Action', example: 'approve' })
  action: GroupAction;

  @Flag({ zh: '能否办理', en: 'Can it be done now?', example: true })
  allowed: boolean;

  @Nested(() => RefusalDto, { zh: '不能办理的原因', en: 'Why not', nullable: true })
  reason: RefusalDto | null;
}

/** One group leave with those of its students whom the caller may see; whoever asked for it sees all. */
export class GroupLeaveDetailDto extends GroupLeaveDto {
  @ListOf(() => PersonRefDto, { zh: '可审批的人员', en: 'Who may decide on it', maxItems: 1000, example: [] })
  deciders: PersonRefDto[];

  @ListOf(() => GroupMemberDto, {
    zh: '学生及其结果',
    en: 'The students, and what comes of each',
    maxItems: MOST_MEMBERS,
  })
  members: GroupMemberDto[];

  @ListOf(() => FileDto, { zh: '证明材料', en: 'Proofs', maxItems: GROUP_LEAVE_PROOF.maxFiles })
  attachments: FileDto[];

  @ListOf(() => GroupActionDto, { zh: '可进行的办理，及不能的原因', en: 'What can be done, or why not', maxItems: 10 })
  actions: GroupActionDto[];
}
