import { Decimal, Flag, Instant, Int, ListOf, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, PersonRefDto, Sort, UpdatedSince } from '#http';
import { RefusalDto } from '#workflow';
import { TitleDto } from './activities.dto.js';
import {
  ENROLMENT_ACTIONS,
  ENROLMENT_STATUSES,
  type EnrolmentAction,
  type EnrolmentStatus,
  EVIDENCE,
  type Evidence,
} from './enrolment.entity.js';

const MANY = 2_147_483_647;

export class EnrolmentsQuery extends ListQuery {
  @AnyOf(ENROLMENT_STATUSES, { zh: '状态', en: 'Statuses' }, ['enrolled'])
  status?: EnrolmentStatus[];

  @AnyOf('uuid', { zh: '活动', en: 'Activities' })
  activityId?: string[];

  @AnyOf('uuid', { zh: '学生', en: 'Students' }, ['00000000-0000-7000-8000-003000000001'])
  studentId?: string[];

  @AnyOf('text', { zh: '活动种类', en: 'Kinds of activities' }, ['lecture'])
  kind?: string[];

  @Flag({ zh: '只列出本人的', en: 'One’s own only', optional: true, example: true })
  mine?: boolean;

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['askedAt', 'updatedAt'])
  sort?: string;
}

export class EnrolDto {
  @Uuid({ zh: '活动', en: 'Activity' })
  activityId: string;

  @Flag({ zh: '名额已满时候补', en: 'Wait for a place where there is none', optional: true, example: true })
  waitIfFull = false;

  @Uuid({ zh: '学生；缺省为本人', en: 'Student; the caller when left out', optional: true })
  studentId?: string;
}

export class EnrolledInDto {
  @Uuid({ zh: '活动', en: 'Activity' })
  id: string;

  @Text({ zh: '种类', en: 'Kind', max: 40, example: 'lecture' })
  kind: string;

  @Nested(() => TitleDto, { zh: '名称', en: 'Title', example: { zh: '人工智能前沿讲座', en: 'Frontiers of AI' } })
  title: TitleDto;

  @Instant({ zh: '开始', en: 'From', example: '2027-03-10T11:00:00Z' })
  startsAt: string;

  @Instant({ zh: '结束（不含）', en: 'To, exclusive', example: '2027-03-10T13:00:00Z' })
  endsAt: string;
}

export class EnrolmentDto {
  @Uuid({ zh: '报名', en: 'Enrolment' })
  id: string;

  @Nested(() => EnrolledInDto, { zh: '活动', en: 'Activity' })
  activity: EnrolledInDto;

  @Nested(() => PersonRefDto, { zh: '学生', en: 'Student' })
  student: PersonRefDto;

  @OneOf(ENROLMENT_STATUSES, { zh: '状态', en: 'Status', example: 'enrolled' })
  status: EnrolmentStatus;

  @Instant({ zh: '报名时间', en: 'Asked for at', example: '2027-03-02T01:00:00.000Z' })
  askedAt: Date;

  @Instant({ zh: '签到时间', en: 'Signed in at', nullable: true, example: '2027-03-10T11:00:05.000Z' })
  signedInAt: Date | null;

  @Instant({ zh: '签退时间', en: 'Signed out at', nullable: true, example: '2027-03-10T13:00:00.000Z' })
  signedOutAt: Date | null;

  @OneOf(EVIDENCE, { zh: '到场依据', en: 'What says that the student was there', nullable: true, example: 'code' })
  evidence: Evidence | null;

  @Decimal({ zh: '核定学分', en: 'Credits it counts for, once confirmed', min: 0, max: 1_000, example: 0 })
  credits: number;

  @Decimal({ zh: '核定时长（小时）', en: 'Hours it counts for, once confirmed', min: 0, max: 10_000, example: 0 })
  hours: number;

  @Instant({ zh: '核定时间', en: 'Confirmed at', nullable: true, example: '2027-03-11T01:00:00.000Z' })
  confirmedAt: Date | null;

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 1 })
  version: number;

  static from(this: void, row: EnrolmentDto): EnrolmentDto {
    return Object.assign(new EnrolmentDto(), row);
  }
}

export class EnrolmentActionDto {
  @OneOf(ENROLMENT_ACTIONS, { zh: '办理', en: 'Action', example: 'cancel' })
  action: EnrolmentAction;

  @Flag({ zh: '能否办理', en: 'Can it be done now?', example: true })
  allowed: boolean;

  @Nested(() => RefusalDto, { zh: '不能办理的原因', en: 'Why not', nullable: true })
  reason: RefusalDto | null;
}

/** One enrolment with everything about it. */
export class EnrolmentDetailDto extends EnrolmentDto {
  @Int({
    zh: '候补在前人数',
    en: 'How many wait before; null when it does not wait',
    min: 0,
    max: MANY,
    nullable: true,
    example: 2,
  })
  ahead: number | null;

  @ListOf(() => EnrolmentActionDto, {
    zh: '可进行的办理，及不能的原因',
    en: 'What can be done with it, or why not',
    maxItems: 10,
  })
  actions: EnrolmentActionDto[];
}
