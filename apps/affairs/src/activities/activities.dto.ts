import { Decimal, Flag, Instant, Int, ListOf, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, Sort, UpdatedSince } from '#http';
import { NameDto, RefusalDto } from '#workflow';
import { ACTIVITY_ACTIONS, ACTIVITY_STATUSES, type ActivityAction, type ActivityStatus } from './activity.entity.js';
import { ENROLMENT_STATUSES, type EnrolmentStatus } from './enrolment.entity.js';

const MANY = 2_147_483_647;
const STATUSES = {
  ...ACTIVITY_STATUSES,
  running: { zh: '进行中或待核定', en: 'has begun, not confirmed yet' },
} as const;
type ShownStatus = ActivityStatus | 'running';

export class TitleDto extends NameDto {
  @Text({ zh: '中文', en: 'In Chinese', max: 100, example: '人工智能前沿讲座' })
  declare zh: string;

  @Text({ zh: '英文', en: 'In English', max: 200, example: 'Frontiers of AI' })
  declare en: string;
}

export class ActivitiesQuery extends ListQuery {
  @AnyOf(STATUSES, { zh: '状态', en: 'Statuses' }, ['published'])
  status?: ShownStatus[];

  @AnyOf('text', { zh: '种类', en: 'Kinds' }, ['lecture'])
  kind?: string[];

  @AnyOf('uuid', { zh: '主办单位（含其下级）', en: 'Units that hold it, those below included' }, [
    '00000000-0000-7000-8000-000200000001',
  ])
  unitId?: string[];

  @Instant({
    zh: '在该时间之后结束',
    en: 'That end after this instant',
    optional: true,
    example: '2027-03-01T00:00:00+08:00',
  })
  from?: string;

  @Instant({
    zh: '在该时间之前开始',
    en: 'That begin before this instant',
    optional: true,
    example: '2027-04-01T00:00:00+08:00',
  })
  to?: string;

  @AnyOf('uuid', { zh: '主办的学生组织', en: 'Organisations of students that hold it' })
  organisationId?: string[];

  @Flag({ zh: '只列出由本人举办的', en: 'Only those one holds', optional: true, example: true })
  held?: boolean;

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['startsAt', 'updatedAt'])
  sort?: string;
}

export class ActivityFormDto {
  @Text({
    zh: '种类，代码见政策 affairs.activities',
    en: 'Kind: a code of the policy affairs.activities',
    max: 40,
    example: 'lecture',
  })
  kind: string;

  @Nested(() => TitleDto, { zh: '名称', en: 'Title', example: { zh: '人工智能前沿讲座', en: 'Frontiers of AI' } })
  title: TitleDto;

  @Text({ zh: '地点', en: 'Where', max: 200, example: '主楼 B 座 101' })
  place: string;

  @Instant({ zh: '开始', en: 'From', example: '2027-03-10T19:00:00+08:00' })
  startsAt: string;

  @Instant({ zh: '结束（不含）', en: 'To, exclusive', example: '2027-03-10T21:00:00+08:00' })
  endsAt: string;

  @Instant({ zh: '报名开始', en: 'Enrolment opens', example: '2027-03-01T08:00:00+08:00' })
  enrolFrom: string;

  @Instant({ zh: '报名截止（不含）', en: 'Enrolment ends, exclusive', example: '2027-03-10T18:00:00+08:00' })
  enrolUntil: string;

  @Instant({
    zh: '可取消至（不含）；缺省为开始时间',
    en: 'A student may cancel until then, exclusive; its beginning when left out',
    optional: true,
    example: '2027-03-10T12:00:00+08:00',
  })
  cancelUntil?: string;

  @Int({ zh: '名额', en: 'Places', min: 1, max: 100_000, example: 200 })
  capacity: number;

  @ListOf('uuid', {
    zh: '可报名的学生所属单位或场所；空为全体学生',
    en: 'Units or places whose students may enrol; none: all students',
    optional: true,
    unique: true,
    maxItems: 100,
    example: [],
  })
  audienceUnitIds: string[] = [];

  @ListOf('text', {
    zh: '可报名的年级；空为全部',
    en: 'Grades that may enrol; none: all',
    optional: true,
    unique: true,
    maxItems: 20,
    example: [],
  })
  audienceGrades: string[] = [];

  @Decimal({ zh: '学分', en: 'Credits it is worth', min: 0, max: 100, optional: true, example: 0.1 })
  credits = 0;

  @Decimal({ zh: '时长（小时）', en: 'Hours it is worth', min: 0, max: 1_000, optional: true, example: 2 })
  hours = 0;
}

export class DraftActivityDto extends ActivityFormDto {
  @Uuid({
    zh: '主办的学生组织，由该单位指导；缺省为单位主办',
    en: 'The organisation of students that holds it, guided by that unit; the unit itself when left out',
    optional: true,
  })
  organisationId?: string;

  @Uuid({
    zh: '主办单位，须在本人负责范围内',
    en: 'The unit that holds it; in one’s charge',
    example: '00000000-0000-7000-8000-000200000001',
  })
  unitId: string;

  @Uuid({
    zh: '与该活动为同一作品或事迹（如同一竞赛的校赛与省赛），学分只按最高计一次',
    en: 'An activity of the same work (the same contest, of the school and of the province): it counts once, at its highest',
    optional: true,
  })
  sameWorkAs?: string;
}

export class ActivityActionDto {
  @OneOf({ enrol: { zh: '报名', en: 'enrol' }, ...ACTIVITY_ACTIONS }, { zh: '办理', en: 'Action', example: 'enrol' })
  action: ActivityAction | 'enrol';

  @Flag({ zh: '能否办理', en: 'Can it be done now?', example: true })
  allowed: boolean;

  @Nested(() => RefusalDto, { zh: '不能办理的原因', en: 'Why not', nullable: true })
  reason: RefusalDto | null;
}

export class OwnEnrolmentDto {
  @Uuid({ zh: '报名', en: 'Enrolment' })
  id: string;

  @OneOf(ENROLMENT_STATUSES, { zh: '状态', en: 'Status', example: 'enrolled' })
  status: EnrolmentStatus;
}

export class ActivityDto {
  @Uuid({ zh: '活动', en: 'Activity' })
  id: string;

  @Uuid({ zh: '主办单位', en: 'The unit that holds it', example: '00000000-0000-7000-8000-000200000001' })
  unitId: string;

  @Uuid({ zh: '主办的学生组织', en: 'The organisation of students that holds it', nullable: true })
  organisationId: string | null;

  @OneOf(STATUSES, { zh: '状态', en: 'Status', example: 'published' })
  status: ShownStatus;

  @Text({ zh: '种类', en: 'Kind', max: 40, example: 'lecture' })
  kind: string;

  @Nested(() => TitleDto, { zh: '名称', en: 'Title', example: { zh: '人工智能前沿讲座', en: 'Frontiers of AI' } })
  title: TitleDto;

  @Text({ zh: '地点', en: 'Where', max: 200, example: '主楼 B 座 101' })
  place: string;

  @Instant({ zh: '开始', en: 'From', example: '2027-03-10T11:00:00.000Z' })
  startsAt: Date;

  @Instant({ zh: '结束（不含）', en: 'To, exclusive', example: '2027-03-10T13:00:00.000Z' })
  endsAt: Date;

  @Instant({ zh: '报名开始', en: 'Enrolment opens', example: '2027-03-01T00:00:00.000Z' })
  enrolFrom: Date;

  @Instant({ zh: '报名截止（不含）', en: 'Enrolment ends, exclusive', example: '2027-03-10T10:00:00.000Z' })
  enrolUntil: Date;

  @Instant({
    zh: '可取消至（不含）',
    en: 'A student may cancel until then, exclusive',
    example: '2027-03-10T04:00:00.000Z',
  })
  cancelUntil: Date;

  @Int({ zh: '名额', en: 'Places', min: 1, max: MANY, example: 200 })
  capacity: number;

  @Int({ zh: '已报名', en: 'Enrolled', min: 0, max: MANY, example: 120 })
  taken: number;

  @Int({ zh: '候补', en: 'Waiting', min: 0, max: MANY, example: 0 })
  waiting: number;

  @ListOf('uuid', {
    zh: '可报名的学生所属单位或场所',
    en: 'Units or places whose students may enrol; none: all',
    maxItems: 100,
    example: [],
  })
  audienceUnitIds: string[];

  @ListOf('text', { zh: '可报名的年级', en: 'Grades that may enrol; none: all', maxItems: 20, example: [] })
  audienceGrades: string[];

  @Decimal({ zh: '学分', en: 'Credits it is worth', min: 0, max: 1_000, example: 0.1 })
  credits: number;

  @Decimal({ zh: '时长（小时）', en: 'Hours it is worth', min: 0, max: 10_000, example: 2 })
  hours: number;

  @Uuid({ zh: '同一作品或事迹的标识', en: 'What activities and claims of the same work share' })
  workId: string;

  @Instant({
    zh: '核定时间',
    en: 'Who took part was confirmed at',
    nullable: true,
    example: '2027-03-11T01:00:00.000Z',
  })
  closedAt: Date | null;

  @Nested(() => OwnEnrolmentDto, { zh: '本人的报名', en: 'The caller’s own enrolment', nullable: true })
  mine: OwnEnrolmentDto | null;

  @ListOf(() => ActivityActionDto, {
    zh: '可进行的办理，及不能的原因',
    en: 'What can be done with it, or why not',
    maxItems: 10,
  })
  actions: ActivityActionDto[];

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 1 })
  version: number;
}
