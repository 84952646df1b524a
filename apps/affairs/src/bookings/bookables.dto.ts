import { DateOnly, Flag, Instant, Int, ListOf, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, PersonRefDto, Sort, UpdatedSince } from '#http';
import { RefusalDto } from '#workflow';
import { BOOKABLE_KINDS, BOOKABLE_STATUSES, type BookableKind } from './bookable.entity.js';

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;
const MANY = 2_147_483_647;

export class BookablesQuery extends ListQuery {
  @AnyOf(BOOKABLE_KINDS, { zh: '种类', en: 'Kinds' }, ['place'])
  kind?: BookableKind[];

  @AnyOf(BOOKABLE_STATUSES, { zh: '状态', en: 'Statuses' }, ['open'])
  status?: string[];

  @AnyOf('uuid', { zh: '所属单位或场所（含其下级）', en: 'Units or places it belongs to, those below included' }, [
    '00000000-0000-7000-8000-001100000001',
  ])
  unitId?: string[];

  @AnyOf('uuid', { zh: '接待人', en: 'Whose hours' }, ['00000000-0000-7000-8000-004000000001'])
  hostId?: string[];

  @Flag({ zh: '只列出由本人负责的', en: 'Only those one keeps', optional: true, example: true })
  kept?: boolean;

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['name', 'updatedAt'])
  sort?: string;
}

/** Days of which slots are listed at once. */
export const MOST_DAYS = 7;

export class SlotsQuery {
  @DateOnly({ zh: '首日', en: 'First day', example: '2027-03-01' })
  from: string;

  @DateOnly({
    zh: `末日（含），最多 ${MOST_DAYS} 天`,
    en: `Last day, inclusive; ${MOST_DAYS} days at most`,
    example: '2027-03-05',
  })
  to: string;
}

export class OpeningHoursDto {
  @Int({ zh: '星期几，1 为周一', en: 'Day of the week, 1 = Monday', min: 1, max: 7, example: 1 })
  weekday: number;

  @Text({ zh: '自', en: 'From, HH:mm', max: 5, pattern: TIME, example: '14:00' })
  from: string;

  @Text({
    zh: '至（不含），最晚 24:00',
    en: 'To, exclusive; 24:00 at the latest',
    max: 5,
    pattern: /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/,
    example: '18:00',
  })
  to: string;
}

/** How something is booked. */
export class BookableRulesDto {
  @Text({ zh: '名称', en: 'Name', max: 100, example: '竹园 1 栋活动室' })
  name: string;

  @Int({ zh: '同时可容纳人数', en: 'People at a time', min: 1, max: 10_000, example: 10 })
  capacity: number;

  @Flag({
    zh: '独占：同一时间只接受一个预约',
    en: 'Exclusive: one booking at a time, however many people come',
    optional: true,
    example: false,
  })
  exclusive = false;

  @ListOf(() => OpeningHoursDto, {
    zh: '每周开放时段',
    en: 'Opening hours of a week',
    minItems: 1,
    maxItems: 50,
    example: [{ weekday: 1, from: '14:00', to: '18:00' }],
  })
  openingHours: OpeningHoursDto[];

  @Flag({
    zh: '法定节假日与学校假日不开放',
    en: 'Closed on public holidays and those of the school',
    optional: true,
    example: true,
  })
  closedOnHolidays = true;

  @ListOf('date', {
    zh: '另外不开放的日期',
    en: 'Further days on which it is closed',
    optional: true,
    unique: true,
    maxItems: 200,
    example: [],
  })
  closedOn: string[] = [];

  @Int({ zh: '每段分钟数', en: 'Minutes of a slot', min: 10, max: 1_440, optional: true, example: 60 })
  slotMinutes = 60;

  @Int({ zh: '一次最多几段', en: 'Slots of one booking', min: 1, max: 48, optional: true, example: 2 })
  maxSlots = 2;

  @ListOf('uuid', {
    zh: '可预约的学生所属单位或场所；空为全体学生',
    en: 'Units or places whose students may book; none: all students',
    optional: true,
    unique: true,
    maxItems: 100,
    example: [],
  })
  audienceUnitIds: string[] = [];

  @Int({ zh: '最多提前几天预约', en: 'Days ahead it can be booked', min: 0, max: 366, optional: true, example: 14 })
  daysAhead = 14;

  @Int({
    zh: '学生可取消的截止：开始前多少分钟',
    en: 'A student may cancel until so many minutes before it begins',
    min: 0,
    max: 43_200,
    optional: true,
    example: 60,
  })
  cancelMinutes = 60;

  @Int({
    zh: '每名学生每周最多几次',
    en: 'Bookings of one student in a week',
    min: 1,
    max: 100,
    optional: true,
    example: 3,
  })
  perWeek = 3;
}

export class OpenBookableDto extends BookableRulesDto {
  @OneOf(BOOKABLE_KINDS, { zh: '种类', en: 'Kind', example: 'place' })
  kind: BookableKind;

  @Uuid({
    zh: '所属场所（场地）或单位（接待时段），须在本人负责范围内',
    en: 'The place, or for hours the unit, that it belongs to; in one’s charge',
    example: '00000000-0000-7000-8000-001100000001',
  })
  unitId: string;

  @Uuid({ zh: '接待人，仅接待时段', en: 'Whose hours they are; for hours alone', optional: true })
  hostId?: string;
}

/** What the caller, a student, may still book. */
export class BookingLimitsDto {
  @Int({ zh: '未结束的预约', en: 'Bookings that are not over', min: 0, max: MANY, example: 1 })
  open: number;

  @Int({ zh: '未结束预约的上限', en: 'As many as may be', min: 1, max: MANY, example: 10 })
  mostOpen: number;

  @DateOnly({
    zh: '暂停预约至（不含）',
    en: 'Booking is paused until this day, exclusive',
    nullable: true,
    example: '2027-03-20',
  })
  pausedUntil: string | null;
}

const ACTIONS = {
  book: { zh: '预约', en: 'book it' },
  change: { zh: '修改', en: 'change it' },
  close: { zh: '停止预约', en: 'take no more bookings' },
  reopen: { zh: '重新开放', en: 'open it again' },
} as const;

export class BookableActionDto {
  @OneOf(ACTIONS, { zh: '办理', en: 'Action', example: 'book' })
  action: keyof typeof ACTIONS;

  @Flag({ zh: '能否办理', en: 'Can it be done now?', example: true })
  allowed: boolean;

  @Nested(() => RefusalDto, { zh: '不能办理的原因', en: 'Why not', nullable: true })
  reason: RefusalDto | null;
}

export class BookableDto extends BookableRulesDto {
  @Uuid({ zh: '可预约资源', en: 'What can be booked' })
  id: string;

  @OneOf(BOOKABLE_KINDS, { zh: '种类', en: 'Kind', example: 'place' })
  kind: BookableKind;

  @Uuid({
    zh: '所属单位或场所',
    en: 'The unit or place it belongs to',
    example: '00000000-0000-7000-8000-001100000001',
  })
  unitId: string;

  @Nested(() => PersonRefDto, { zh: '接待人', en: 'Whose hours they are', nullable: true })
  host: PersonRefDto | null;

  @OneOf(BOOKABLE_STATUSES, { zh: '状态', en: 'Status', example: 'open' })
  status: keyof typeof BOOKABLE_STATUSES;

  @Nested(() => BookingLimitsDto, {
    zh: '本人（学生）的预约额度',
    en: 'What the caller may still book; null for whoever is no student',
    nullable: true,
  })
  limits: BookingLimitsDto | null;

  @ListOf(() => BookableActionDto, {
    zh: '可进行的办理，及不能的原因',
    en: 'What can be done with it, or why not',
    maxItems: 10,
  })
  actions: BookableActionDto[];

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 1 })
  version: number;
}

/** A slot, and whether the caller may book it. */
export class SlotDto {
  @Instant({ zh: '开始', en: 'From', example: '2027-03-01T06:00:00.000Z' })
  startsAt: Date;

  @Instant({ zh: '结束（不含）', en: 'To, exclusive', example: '2027-03-01T07:00:00.000Z' })
  endsAt: Date;

  @Int({ zh: '余位', en: 'Places that are left', min: 0, max: MANY, example: 7 })
  free: number;

  @Int({ zh: '候补人数', en: 'How many wait for it', min: 0, max: MANY, example: 0 })
  waiting: number;

  @Nested(() => RefusalDto, { zh: '不能预约的原因', en: 'Why it cannot be booked by the caller', nullable: true })
  reason: RefusalDto | null;
}
