import { Decimal, Flag, Instant, Int, ListOf, LongText, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, PageQuery, PersonRefDto, Sort, UpdatedSince } from '#http';
import { RefusalDto } from '#workflow';
import { STAR_ACTIONS, STAR_STATUSES, type StarAction, type StarStatus } from './star.entity.js';

const MANY = 2_147_483_647;

export class StarsQuery extends ListQuery {
  @AnyOf(STAR_STATUSES, { zh: '状态', en: 'Statuses' }, ['notice'])
  status?: StarStatus[];

  @AnyOf('uuid', { zh: '学生', en: 'Students' }, ['00000000-0000-7000-8000-003000000001'])
  studentId?: string[];

  @Flag({ zh: '有待答复的异议', en: 'With objections that wait for an answer', optional: true, example: true })
  objected?: boolean;

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['createdAt', 'updatedAt'])
  sort?: string;
}

export class ApplyForStarsDto {
  @Uuid({ zh: '学生；缺省为本人', en: 'Student; the caller when left out', optional: true })
  studentId?: string;
}

export class ObjectionTextDto {
  @LongText({ zh: '说明', en: 'In one’s words', max: 1000, example: '其中一次活动本人未到场' })
  text: string;
}

export class StarDto {
  @Uuid({ zh: '星级认定', en: 'Stars' })
  id: string;

  @Nested(() => PersonRefDto, { zh: '学生', en: 'Student' })
  student: PersonRefDto;

  @Int({ zh: '星级', en: 'How many', min: 1, max: 10, example: 1 })
  stars: number;

  @Decimal({ zh: '申请时的时长', en: 'Hours when they were applied for', min: 0, max: 1_000_000, example: 102.5 })
  hours: number;

  @OneOf(STAR_STATUSES, { zh: '状态', en: 'Status', example: 'notice' })
  status: StarStatus;

  @Instant({ zh: '公示至（不含）', en: 'Public notice until, exclusive', example: '2027-03-08T16:00:00.000Z' })
  noticeUntil: Date;

  @Flag({
    zh: '公示期限跨越尚无日历的年份，可能变动',
    en: 'A year without a calendar was crossed: the day may move',
    example: false,
  })
  provisional: boolean;

  @Int({ zh: '待答复的异议', en: 'Objections that wait for an answer', min: 0, max: MANY, example: 0 })
  openObjections: number;

  @Instant({ zh: '认定或结束时间', en: 'Recognised or ended at', nullable: true, example: '2027-03-08T16:00:00.000Z' })
  decidedAt: Date | null;

  @Instant({ zh: '申请时间', en: 'Applied for at', example: '2027-03-01T01:00:00.000Z' })
  createdAt: Date;

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 1 })
  version: number;

  static from(this: void, row: StarDto): StarDto {
    return Object.assign(new StarDto(), row);
  }
}

export class StarObjectionDto {
  @LongText({
    zh: '异议；学生个人信息已删除时为空',
    en: 'What it says; null when the student’s data was erased',
    max: 1000,
    nullable: true,
    example: '其中一次活动未到场',
  })
  text: string | null;

  @OneOf(
    { upheld: { zh: '成立', en: 'upheld' }, dismissed: { zh: '不成立', en: 'not upheld' } },
    { zh: '结果', en: 'Outcome', nullable: true, example: 'dismissed' },
  )
  outcome: 'upheld' | 'dismissed' | null;

  @LongText({ zh: '答复', en: 'Answer', max: 1000, nullable: true, example: '经核对签到记录，异议不成立' })
  answer: string | null;
}

export class StarActionDto {
  @OneOf(STAR_ACTIONS, { zh: '办理', en: 'Action', example: 'withdraw' })
  action: StarAction;

  @Flag({ zh: '能否办理', en: 'Can it be done now?', example: true })
  allowed: boolean;

  @Nested(() => RefusalDto, { zh: '不能办理的原因', en: 'Why not', nullable: true })
  reason: RefusalDto | null;
}

export class StarDetailDto extends StarDto {
  @ListOf(() => StarObjectionDto, {
    zh: '异议及答复；提出人不予显示',
    en: 'Objections and their answers; never who made them',
    maxItems: 1000,
  })
  objections: StarObjectionDto[];

  @ListOf(() => StarActionDto, {
    zh: '可进行的办理，及不能的原因',
    en: 'What can be done with it, or why not',
    maxItems: 10,
  })
  actions: StarActionDto[];
}

export class ObjectedDto {
  @Flag({ zh: '已收到', en: 'It was received', example: true })
  received: boolean;
}

export class StarNoticesQuery extends PageQuery {
  @Sort(['noticeUntil'])
  sort?: string;
}

/** What everybody may read: no number, no hours of single days. */
export class StarNoticeDto {
  @Uuid({ zh: '星级认定', en: 'Stars' })
  id: string;

  @Text({ zh: '姓名', en: 'Name', example: '王同学' })
  name: string;

  @Text({ zh: '学院', en: 'College', nullable: true, example: '计算机学院' })
  college: string | null;

  @Int({ zh: '星级', en: 'How many', min: 1, max: 10, example: 1 })
  stars: number;

  @Instant({ zh: '公示至（不含）', en: 'Public notice until, exclusive', example: '2027-03-08T16:00:00.000Z' })
  noticeUntil: Date;

  static from(this: void, row: StarNoticeDto): StarNoticeDto {
    return Object.assign(new StarNoticeDto(), row);
  }
}

export class NextStarDto {
  @Int({ zh: '星级', en: 'How many', min: 1, max: 10, example: 2 })
  stars: number;

  @Int({ zh: '所需小时', en: 'Hours it needs', min: 1, max: MANY, example: 300 })
  hours: number;
}

/** A student's volunteering. */
export class VolunteeringDto {
  @Uuid({ zh: '学生', en: 'Student', example: '00000000-0000-7000-8000-003000000001' })
  studentId: string;

  @Decimal({ zh: '已核定的志愿时长', en: 'Hours that are confirmed', min: 0, max: 1_000_000, example: 102.5 })
  hours: number;

  @Int({ zh: '参与次数', en: 'How often', min: 0, max: MANY, example: 41 })
  times: number;

  @Int({ zh: '已认定的星级', en: 'Stars that are recognised', min: 0, max: 10, example: 1 })
  stars: number;

  @Nested(() => NextStarDto, { zh: '下一星级', en: 'The next star', nullable: true })
  next: NextStarDto | null;
}
