import { DateOnly, Flag, Instant, Int, ListOf, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ByDto, ListQuery, PersonRefDto, Sort, UpdatedSince } from '#http';
import { NameDto } from '#workflow';
import { CLEARANCE_KINDS, type ClearanceKind } from './clearance-list.entity.js';
import { SIGN_OFF_ACTIONS, SIGN_OFF_STATES, type SignOffState } from './sign-off.entity.js';
import { SignOffDetailDto } from './sign-offs.dto.js';

const MANY = 2_147_483_647;

export class ClearancesQuery extends ListQuery {
  @AnyOf('uuid', { zh: '清单', en: 'Lists' })
  listId?: string[];

  @AnyOf('uuid', { zh: '学生', en: 'Students' }, ['00000000-0000-7000-8000-003000000001'])
  studentId?: string[];

  @AnyOf('text', { zh: '学号', en: 'Student numbers' }, ['2024000001'])
  number?: string[];

  @AnyOf('uuid', { zh: '学生所属单位（含其下级）', en: 'Units of students, those below included' })
  unitId?: string[];

  @AnyOf('text', { zh: '有此事项（与 state 同用）', en: 'With one of these entries, in one of the states' }, [
    'library',
  ])
  entry?: string[];

  @AnyOf(SIGN_OFF_STATES, { zh: '有事项处于此状态', en: 'With an entry in one of these states' }, ['waiting'])
  state?: SignOffState[];

  @Flag({
    zh: '有事项待本人部门办理',
    en: 'With an entry that waits for the caller’s department',
    optional: true,
    example: true,
  })
  waiting?: boolean;

  @Flag({ zh: '有待答复的缓办申请', en: 'With a deferral that was asked for', optional: true, example: true })
  deferralAsked?: boolean;

  @Flag({ zh: '是否已办完', en: 'Complete, or not', optional: true, example: false })
  complete?: boolean;

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['createdAt', 'updatedAt'])
  sort?: string;
}

export class ClearanceListRefDto {
  @Uuid({ zh: '清单', en: 'List' })
  id: string;

  @OneOf(CLEARANCE_KINDS, { zh: '种类', en: 'Kind', example: 'departure' })
  kind: ClearanceKind;

  @Nested(() => NameDto, { zh: '名称', en: 'Title', example: { zh: '毕业生离校', en: 'Departure' } })
  title: NameDto;
}

export class ClearanceEntryStateDto {
  @Uuid({ zh: '学生的事项', en: 'The entry of the student' })
  id: string;

  @Text({ zh: '事项代码', en: 'Code of the entry', max: 50, example: 'library' })
  entry: string;

  @Flag({ zh: '必须办结', en: 'Blocks while it is open', example: true })
  blocking: boolean;

  @OneOf(SIGN_OFF_STATES, { zh: '状态', en: 'State', example: 'waiting' })
  state: SignOffState;

  @Int({ zh: '版本，用于 If-Match', en: 'Version, for If-Match', min: 1, max: MANY, example: 1 })
  version: number;
}

class ClearanceHeadDto {
  @Uuid({ zh: '学生的清单', en: 'Clearance' })
  id: string;

  @Nested(() => ClearanceListRefDto, { zh: '清单', en: 'List' })
  list: ClearanceListRefDto;

  @Nested(() => PersonRefDto, { zh: '学生', en: 'Student' })
  student: PersonRefDto;

  @Flag({ zh: '已办完：没有待办结的必办事项', en: 'Complete: no blocking entry is open', example: false })
  complete: boolean;

  @Int({ zh: '待办结的必办事项数', en: 'Blocking entries that are open', min: 0, max: MANY, example: 2 })
  openBlocking: number;

  @Instant({ zh: '办完时间', en: 'Complete since', nullable: true })
  completedAt: Date | null;

  @DateOnly({ zh: '自此不再属于该清单', en: 'The list is not for the student any more since', nullable: true })
  leftOn: string | null;

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 1 })
  version: number;
}

export class ClearanceDto extends ClearanceHeadDto {
  @ListOf(() => ClearanceEntryStateDto, { zh: '可见的事项', en: 'The entries that the caller sees', maxItems: 50 })
  entries: ClearanceEntryStateDto[];

  static from(this: void, row: ClearanceDto): ClearanceDto {
    return Object.assign(new ClearanceDto(), row);
  }
}

/** One clearance with what was said about each entry, and what can be done. */
export class ClearanceDetailDto extends ClearanceHeadDto {
  @ListOf(() => SignOffDetailDto, { zh: '可见的事项', en: 'The entries that the caller sees', maxItems: 50 })
  entries: SignOffDetailDto[];
}

const STEPS = { ...SIGN_OFF_ACTIONS, deferral_over: { zh: '缓办到期', en: 'the deferral is over' } } as const;

export class ClearanceStepDto {
  @Text({ zh: '事项代码', en: 'Code of the entry', max: 50, example: 'library' })
  entry: string;

  @OneOf(STEPS, { zh: '办理', en: 'What was done', example: 'clear' })
  action: keyof typeof STEPS;

  @OneOf(SIGN_OFF_STATES, { zh: '此后的状态', en: 'The state from then on', example: 'cleared' })
  state: SignOffState;

  @Nested(() => ByDto, { zh: '办理人', en: 'By whom' })
  by: ByDto;

  @Instant({ zh: '时间', en: 'When', example: '2027-06-03T02:00:00.000Z' })
  at: Date;
}
