import { Flag, DateOnly, Instant, Int, ListOf, LongText, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, PersonRefDto, Sort, UpdatedSince } from '#http';
import { RefusalDto } from '#workflow';
import { BOOKABLE_KINDS, type BookableKind } from './bookable.entity.js';
import { BOOKING_ACTIONS, BOOKING_STATUSES, type BookingAction, type BookingStatus } from './booking.entity.js';

const MANY = 2_147_483_647;

export class BookingsQuery extends ListQuery {
  @AnyOf(BOOKING_STATUSES, { zh: '状态', en: 'Statuses' }, ['booked'])
  status?: BookingStatus[];

  @AnyOf('uuid', { zh: '可预约资源', en: 'What is booked' })
  bookableId?: string[];

  @AnyOf('uuid', { zh: '学生', en: 'Students' }, ['00000000-0000-7000-8000-003000000001'])
  studentId?: string[];

  @Uuid({ zh: '每周预约', en: 'A weekly series', optional: true })
  seriesId?: string;

  @DateOnly({ zh: '自该日起', en: 'That end on this day or later', optional: true, example: '2027-03-01' })
  from?: string;

  @DateOnly({ zh: '至该日止', en: 'That begin on this day or earlier', optional: true, example: '2027-03-31' })
  to?: string;

  @Flag({ zh: '只列出本人的', en: 'One’s own only', optional: true, example: true })
  mine?: boolean;

  @Flag({ zh: '有待答复的爽约申诉', en: 'With an appeal that waits for an answer', optional: true, example: true })
  appealed?: boolean;

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['startsAt', 'createdAt', 'updatedAt'])
  sort?: string;
}

class BookingFormDto {
  @Uuid({ zh: '可预约资源', en: 'What is to be booked' })
  bookableId: string;

  @Instant({ zh: '开始', en: 'From', example: '2027-03-01T14:00:00+08:00' })
  startsAt: string;

  @Instant({ zh: '结束（不含）', en: 'To, exclusive', example: '2027-03-01T15:00:00+08:00' })
  endsAt: string;

  @Int({ zh: '人数', en: 'People who come', min: 1, max: 10_000, optional: true, example: 1 })
  attendees = 1;

  @LongText({
    zh: '用途或想谈的事；仅负责人员可见',
    en: 'What it is for; seen by whoever keeps it alone',
    max: 1000,
    optional: true,
    example: '班级读书会',
  })
  note?: string;

  @Uuid({ zh: '学生；缺省为本人', en: 'Student; the caller when left out', optional: true })
  studentId?: string;
}

export class BookDto extends BookingFormDto {
  @Flag({ zh: '约满时候补', en: 'Wait for a place where there is none', optional: true, example: true })
  waitIfFull = false;
}

export class BookSeriesDto extends BookingFormDto {
  @Int({
    zh: '连续几周，同一星期几、同一时间',
    en: 'Weeks in a row, the same day and time',
    min: 2,
    max: 30,
    example: 4,
  })
  weeks: number;
}

export class BookingTextDto {
  @LongText({ zh: '说明', en: 'In one’s words', max: 1000, example: '当天参加竞赛，未能提前取消' })
  text: string;
}

export class BookedRefDto {
  @Uuid({ zh: '可预约资源', en: 'What is booked' })
  id: string;

  @OneOf(BOOKABLE_KINDS, { zh: '种类', en: 'Kind', example: 'place' })
  kind: BookableKind;

  @Text({ zh: '名称', en: 'Name', max: 100, example: '竹园 1 栋活动室' })
  name: string;
}

export class BookingActionDto {
  @OneOf(BOOKING_ACTIONS, { zh: '办理', en: 'Action', example: 'cancel' })
  action: BookingAction;

  @Flag({ zh: '能否办理', en: 'Can it be done now?', example: true })
  allowed: boolean;

  @Nested(() => RefusalDto, { zh: '不能办理的原因', en: 'Why not', nullable: true })
  reason: RefusalDto | null;
}

export class BookingDto {
  @Uuid({ zh: '预约', en: 'Booking' })
  id: string;

  @Nested(() => BookedRefDto, { zh: '所约资源', en: 'What is booked' })
  bookable: BookedRefDto;

  @Nested(() => PersonRefDto, { zh: '学生', en: 'Student' })
  student: PersonRefDto;

  @Instant({ zh: '开始', en: 'From', example: '2027-03-01T06:00:00.000Z' })
  startsAt: Date;

  @Instant({ zh: '结束（不含）', en: 'To, exclusive', example: '2027-03-01T07:00:00.000Z' })
  endsAt: Date;

  @Int({ zh: '人数', en: 'People who come', min: 1, max: MANY, example: 1 })
  attendees: number;

  @OneOf(BOOKING_STATUSES, { zh: '状态', en: 'Status', example: 'booked' })
  status: BookingStatus;

  @Uuid({ zh: '每周预约', en: 'The weekly series', nullable: true })
  seriesId: string | null;

  @Instant({ zh: '递补保留至', en: 'The place is held until', nullable: true, example: '2027-02-28T06:00:00.000Z' })
  offeredUntil: Date | null;

  @Flag({ zh: '由负责人员取消', en: 'Cancelled by whoever keeps it', example: false })
  byStaff: boolean;

  @Instant({ zh: '申诉时间', en: 'Appealed at', nullable: true })
  appealedAt: Date | null;

  @Instant({ zh: '申诉答复时间', en: 'The appeal was answered at', nullable: true })
  answeredAt: Date | null;

  @Flag({ zh: '爽约已谅解，不计', en: 'The no-show is forgiven and does not count', example: false })
  forgiven: boolean;

  @Instant({ zh: '预约时间', en: 'Asked for at', example: '2027-02-20T06:00:00.000Z' })
  createdAt: Date;

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 1 })
  version: number;

  static from(this: void, row: BookingDto): BookingDto {
    return Object.assign(new BookingDto(), row);
  }
}

/** One booking with everything about it. */
export class BookingDetailDto extends BookingDto {
  @LongText({
    zh: '用途；学生个人信息已删除时为空',
    en: 'What it is for; null when the student’s data was erased',
    max: 1000,
    nullable: true,
    example: '班级读书会',
  })
  note: string | null;

  @LongText({ zh: '申诉理由', en: 'The appeal', max: 1000, nullable: true, example: '当天参加竞赛' })
  appeal: string | null;

  @Int({
    zh: '候补在前人数',
    en: 'How many wait before; null when it does not wait',
    min: 0,
    max: MANY,
    nullable: true,
    example: 2,
  })
  ahead: number | null;

  @ListOf(() => BookingActionDto, {
    zh: '可进行的办理，及不能的原因',
    en: 'What can be done with it, or why not',
    maxItems: 10,
  })
  actions: BookingActionDto[];
}

export class SkippedWeekDto {
  @DateOnly({ zh: '日期', en: 'Day', example: '2027-04-05' })
  date: string;

  @Text({ zh: '原因', en: 'Why, in Chinese', example: '2027-04-05 不开放' })
  zh: string;

  @Text({ zh: '英文', en: 'Why, in English', example: 'It is closed on 2027-04-05' })
  en: string;
}

export class BookingSeriesDto {
  @Uuid({ zh: '每周预约', en: 'The weekly series' })
  id: string;

  @ListOf(() => BookingDto, { zh: '各次预约', en: 'Its bookings', maxItems: 30 })
  bookings: BookingDto[];

  @ListOf(() => SkippedWeekDto, {
    zh: '因不开放而跳过的日期',
    en: 'Days that were passed over, as it is closed',
    maxItems: 30,
  })
  skipped: SkippedWeekDto[];
}
