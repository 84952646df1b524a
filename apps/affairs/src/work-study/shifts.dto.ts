import { DateOnly, Flag, Instant, Int, ListOf, Nested, OneOf, Uuid } from '#fields';
import { AnyOf, ListQuery, PersonRefDto, Sort, UpdatedSince } from '#http';
import { RefusalDto } from '#workflow';
import { PostRefDto } from './posts.dto.js';
import { SHIFT_ACTIONS, SHIFT_STATUSES, type ShiftAction, type ShiftStatus } from './shift.entity.js';

const MANY = 2_147_483_647;

export class ShiftsQuery extends ListQuery {
  @AnyOf(SHIFT_STATUSES, { zh: '状态', en: 'Statuses' }, ['booked'])
  status?: ShiftStatus[];

  @AnyOf('uuid', { zh: '岗位', en: 'Posts' })
  postId?: string[];

  @AnyOf('uuid', { zh: '学生', en: 'Students' }, ['00000000-0000-7000-8000-003000000001'])
  studentId?: string[];

  @DateOnly({ zh: '自该日起', en: 'On this day or later', optional: true, example: '2027-03-01' })
  from?: string;

  @DateOnly({ zh: '至该日止', en: 'On this day or earlier', optional: true, example: '2027-03-31' })
  to?: string;

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['startsAt', 'updatedAt'])
  sort?: string;
}

export class BookShiftDto {
  @Uuid({ zh: '岗位', en: 'Post' })
  postId: string;

  @Instant({ zh: '开始', en: 'From', example: '2027-03-02T14:00:00+08:00' })
  startsAt: string;

  @Instant({ zh: '结束（不含），同一天', en: 'To, exclusive; the same day', example: '2027-03-02T17:00:00+08:00' })
  endsAt: string;

  @Uuid({ zh: '学生；缺省为本人', en: 'Student; the caller when left out', optional: true })
  studentId?: string;
}

export class WorkedDto {
  @Int({
    zh: '实际工作分钟；0 为未到岗',
    en: 'Minutes that were worked; 0: nobody came',
    min: 0,
    max: 1_440,
    example: 180,
  })
  minutes: number;
}

export class ShiftActionDto {
  @OneOf(SHIFT_ACTIONS, { zh: '办理', en: 'Action', example: 'confirm' })
  action: ShiftAction;

  @Flag({ zh: '能否办理', en: 'Can it be done now?', example: true })
  allowed: boolean;

  @Nested(() => RefusalDto, { zh: '不能办理的原因', en: 'Why not', nullable: true })
  reason: RefusalDto | null;
}

export class ShiftDto {
  @Uuid({ zh: '班次', en: 'Shift' })
  id: string;

  @Nested(() => PostRefDto, { zh: '岗位', en: 'Post' })
  post: PostRefDto;

  @Nested(() => PersonRefDto, { zh: '学生', en: 'Student' })
  student: PersonRefDto;

  @DateOnly({ zh: '日期', en: 'Day', example: '2027-03-02' })
  day: string;

  @Instant({ zh: '开始', en: 'From', example: '2027-03-02T06:00:00.000Z' })
  startsAt: Date;

  @Instant({ zh: '结束（不含）', en: 'To, exclusive', example: '2027-03-02T09:00:00.000Z' })
  endsAt: Date;

  @Int({
    zh: '计入的分钟：核定前为排班的',
    en: 'Minutes that count: as booked until they are confirmed',
    min: 0,
    max: 1_440,
    example: 180,
  })
  minutes: number;

  @Int({ zh: '每小时报酬（分）', en: 'Pay of an hour, in fen', min: 1, max: MANY, example: 1_800 })
  hourlyFen: number;

  @OneOf(SHIFT_STATUSES, { zh: '状态', en: 'Status', example: 'booked' })
  status: ShiftStatus;

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 1 })
  version: number;

  static from(this: void, row: ShiftDto): ShiftDto {
    return Object.assign(new ShiftDto(), row);
  }
}

export class ShiftDetailDto extends ShiftDto {
  @ListOf(() => ShiftActionDto, {
    zh: '可进行的办理，及不能的原因',
    en: 'What can be done with it, or why not',
    maxItems: 10,
  })
  actions: ShiftActionDto[];
}
