import { Flag, Instant, Int, ListOf, LongText, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ByDto, ListQuery, PersonRefDto, RowResultDto, Sort, UpdatedSince } from '#http';
import { NameDto, RefusalDto } from '#workflow';
import {
  REGISTRATION_ACTIONS,
  REGISTRATION_STATUSES,
  type RegistrationAction,
  type RegistrationStatus,
  RETURN_SOURCES,
  type ReturnSource,
} from './registration.entity.js';

const MANY = 2_147_483_647;
const STUDENT = '00000000-0000-7000-8000-003000000001';

export class HolidayRegistrationsQuery extends ListQuery {
  @AnyOf('uuid', { zh: '登记活动', en: 'Campaigns' })
  campaignId?: string[];

  @AnyOf('uuid', { zh: '学生', en: 'Students' }, [STUDENT])
  studentId?: string[];

  @AnyOf('uuid', { zh: '学生所属单位（含其下级）', en: 'Units of students, those below included' })
  unitId?: string[];

  @AnyOf(REGISTRATION_STATUSES, { zh: '状态', en: 'Statuses' }, ['submitted'])
  status?: RegistrationStatus[];

  @AnyOf('text', { zh: '去向代码', en: 'Codes of destinations' }, ['home'])
  destination?: string[];

  @Flag({ zh: '已报告返校', en: 'With a return that was reported, or without', optional: true, example: false })
  returned?: boolean;

  @Flag({ zh: '逾期未返校', en: 'Overdue: the holiday is over and no return known', optional: true, example: true })
  overdue?: boolean;

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['createdAt', 'updatedAt'])
  sort?: string;
}

/** What is registered; what must be given, the destination says. */
export class HolidayRegistrationFormDto {
  @Text({ zh: '去向代码', en: 'Code of the destination', max: 50, example: 'home' })
  destination: string;

  @Text({ zh: '去往地区', en: 'Region', max: 100, optional: true, example: '陕西省宝鸡市' })
  region?: string;

  @Text({ zh: '详细地址', en: 'Address', max: 200, optional: true, example: '渭滨区某路 1 号' })
  address?: string;

  @Text({ zh: '紧急联系方式', en: 'How to be reached', max: 100, optional: true, example: '家长电话 139…' })
  contact?: string;

  @Instant({
    zh: '离校时间；不填为可离校的最早时间',
    en: 'Leaves at; left out: when the holiday begins',
    optional: true,
    example: '2026-09-30T18:00:00+08:00',
  })
  leavesAt?: string;

  @Instant({
    zh: '返校时间；不填为最迟返校时间',
    en: 'Back at; left out: when the holiday ends',
    optional: true,
    example: '2026-10-07T20:00:00+08:00',
  })
  returnsAt?: string;

  @Flag({ zh: '家长是否知情', en: 'Does a guardian know?', optional: true, example: true })
  guardianTold?: boolean;

  @Flag({ zh: '是否保留床位', en: 'Is the bed kept?', optional: true, example: true })
  keepsBed?: boolean;

  @LongText({ zh: '说明', en: 'Note', max: 1000, optional: true, example: '与同班同学同行' })
  note?: string;
}

export class RegisterHolidayDto extends HolidayRegistrationFormDto {
  @Uuid({ zh: '登记活动', en: 'Campaign' })
  campaignId: string;

  @Uuid({ zh: '学生；仅应用须填', en: 'The student; for apps by themselves', optional: true, example: STUDENT })
  studentId?: string;
}

export class RegisterHolidayOnBehalfDto extends HolidayRegistrationFormDto {
  @Uuid({ zh: '登记活动', en: 'Campaign' })
  campaignId: string;

  @Uuid({ zh: '学生', en: 'The student', example: STUDENT })
  studentId: string;
}

export class RejectRegistrationDto {
  @LongText({ zh: '理由，学生可见', en: 'Why; the student reads it', max: 1000, example: '假期本楼停水停电，请改登记' })
  reason: string;
}

export class HolidayReturnDto {
  @Instant({
    zh: '返校时间；不填为现在。仅工作人员可填',
    en: 'Back at; left out: now. For staff only',
    optional: true,
    example: '2026-10-07T19:00:00+08:00',
  })
  returnedAt?: string;
}

export class HolidayCampaignRefDto {
  @Uuid({ zh: '登记活动', en: 'Campaign' })
  id: string;

  @Nested(() => NameDto, { zh: '名称', en: 'Title', example: { zh: '国庆节去向登记', en: 'National Day' } })
  title: NameDto;
}

/** A registration as a list shows it: without places, contact and notes. */
export class HolidayRegistrationDto {
  @Uuid({ zh: '登记', en: 'Registration' })
  id: string;

  @Nested(() => HolidayCampaignRefDto, { zh: '登记活动', en: 'Campaign' })
  campaign: HolidayCampaignRefDto;

  @Nested(() => PersonRefDto, { zh: '学生', en: 'Student' })
  student: PersonRefDto;

  @Text({ zh: '去向代码', en: 'Code of the destination', max: 50, example: 'home' })
  destination: string;

  @Flag({ zh: '夜间不在校', en: 'Away at night', example: true })
  away: boolean;

  @OneOf(REGISTRATION_STATUSES, { zh: '状态', en: 'Status', example: 'approved' })
  status: RegistrationStatus;

  @Instant({ zh: '离校时间；留校为空', en: 'Leaves at; null for who stays', nullable: true })
  leavesAt: Date | null;

  @Instant({ zh: '拟返校时间；留校为空', en: 'Means to be back at; null for who stays', nullable: true })
  returnsAt: Date | null;

  @Instant({ zh: '实际返校时间', en: 'Was back at', nullable: true })
  returnedAt: Date | null;

  @OneOf(RETURN_SOURCES, { zh: '返校由何得知', en: 'By whose word', nullable: true, example: 'gate' })
  returnedHow: ReturnSource | null;

  @Flag({ zh: '逾期未返校', en: 'Overdue: the holiday is over and no return known', example: false })
  overdue: boolean;

  @Flag({ zh: '由工作人员代为登记', en: 'Staff registered what the student told them', example: false })
  onBehalf: boolean;

  @Instant({ zh: '登记时间', en: 'Registered at' })
  createdAt: Date;

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 1 })
  version: number;

  static from(this: void, row: HolidayRegistrationDto): HolidayRegistrationDto {
    return Object.assign(new HolidayRegistrationDto(), row);
  }
}

export class RegistrationActionDto {
  @OneOf(REGISTRATION_ACTIONS, { zh: '办理', en: 'Action', example: 'change' })
  action: RegistrationAction;

  @Flag({ zh: '能否办理', en: 'Can it be done now?', example: true })
  allowed: boolean;

  @Nested(() => RefusalDto, { zh: '不能办理的原因', en: 'Why not', nullable: true })
  reason: RefusalDto | null;
}

/** A leave of the same time. The night check and the rules count a night once, whichever excuses it. */
export class OverlappingLeaveDto {
  @Uuid({ zh: '请假', en: 'Leave' })
  id: string;

  @Instant({ zh: '开始', en: 'From (inclusive)' })
  startsAt: Date;

  @Instant({ zh: '结束（不含）', en: 'To (exclusive)' })
  endsAt: Date;
}

/** One registration with everything about it. */
export class HolidayRegistrationDetailDto extends HolidayRegistrationDto {
  @Text({
    zh: '去往地区；学生个人信息已删除时为空',
    en: 'Region; null when the student’s data was erased',
    max: 100,
    nullable: true,
    example: '陕西省宝鸡市',
  })
  region: string | null;

  @Text({ zh: '详细地址', en: 'Address', max: 200, nullable: true, example: '渭滨区某路 1 号' })
  address: string | null;

  @Text({ zh: '紧急联系方式', en: 'How to be reached', max: 100, nullable: true, example: '家长电话 139…' })
  contact: string | null;

  @LongText({ zh: '说明', en: 'Note', max: 1000, nullable: true, example: '与同班同学同行' })
  note: string | null;

  @Flag({ zh: '家长是否知情', en: 'Does a guardian know?', nullable: true, example: true })
  guardianTold: boolean | null;

  @Flag({ zh: '是否保留床位', en: 'Is the bed kept?', nullable: true, example: true })
  keepsBed: boolean | null;

  @LongText({ zh: '未同意的理由', en: 'Why it was refused', max: 1000, nullable: true, example: '请改登记' })
  reason: string | null;

  @Nested(() => ByDto, { zh: '由谁决定', en: 'Decided by', nullable: true })
  decidedBy: ByDto | null;

  @Instant({ zh: '决定时间', en: 'Decided at', nullable: true })
  decidedAt: Date | null;

  @Uuid({ zh: '显示返校的门禁记录', en: 'The pass that showed the return', nullable: true })
  returnPassId: string | null;

  @ListOf(() => OverlappingLeaveDto, {
    zh: '同一时间的已批准请假',
    en: 'Approved leaves of the same time',
    maxItems: 100,
  })
  leaves: OverlappingLeaveDto[];

  @ListOf(() => RegistrationActionDto, {
    zh: '可进行的办理，及不能的原因',
    en: 'What can be done, or why not',
    maxItems: 10,
  })
  actions: RegistrationActionDto[];
}

const DECISIONS = { approve: REGISTRATION_ACTIONS.approve, reject: REGISTRATION_ACTIONS.reject } as const;

export class RegistrationDecisionDto {
  @Uuid({ zh: '登记', en: 'Registration' })
  id: string;

  @Int({ zh: '所见的版本', en: 'The version that was seen', min: 1, max: MANY, example: 1 })
  version: number;

  @OneOf(DECISIONS, { zh: '决定', en: 'Decision', example: 'approve' })
  decision: keyof typeof DECISIONS;

  @LongText({ zh: '理由（reject 必填）', en: 'Why; with reject', max: 1000, optional: true, example: '请改登记' })
  reason?: string;
}

export class RegistrationDecisionsDto {
  @ListOf(() => RegistrationDecisionDto, {
    zh: '逐条办理',
    en: 'Decisions, each by itself',
    minItems: 1,
    maxItems: 200,
  })
  rows: RegistrationDecisionDto[];
}

export class RegistrationResultDto extends RowResultDto {
  @OneOf(REGISTRATION_STATUSES, { zh: '状态；有问题时为 null', en: 'Status; null with a problem', nullable: true })
  status: RegistrationStatus | null;

  static from(row: RegistrationResultDto): RegistrationResultDto {
    return Object.assign(new RegistrationResultDto(), row);
  }
}
