import { DateOnly, Flag, Int, ListOf, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, Sort, UpdatedSince } from '#http';
import { NameDto } from '#workflow';
import {
  CLEARANCE_KINDS,
  type ClearanceKind,
  type ClearanceList,
  EVIDENCE,
  type Evidence,
  LIST_STATUSES,
  type ListStatus,
} from './clearance-list.entity.js';
import type { Finding } from './list-check.js';

const MANY = 2_147_483_647;
const CODE = /^[a-z][a-z0-9-]*$/;
const TITLE = { zh: '2027 届毕业生离校', en: 'Departure of the class of 2027' };

export class ClearanceListsQuery extends ListQuery {
  @AnyOf(CLEARANCE_KINDS, { zh: '种类', en: 'Kinds' }, ['departure'])
  kind?: ClearanceKind[];

  @AnyOf(LIST_STATUSES, { zh: '状态', en: 'Statuses' }, ['open'])
  status?: ListStatus[];

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['from', 'updatedAt'])
  sort?: string;
}

export class ClearanceEntryDto {
  @Text({ zh: '代码', en: 'Code, once in the list', max: 50, pattern: CODE, example: 'library' })
  code: string;

  @Nested(() => NameDto, { zh: '名称', en: 'Title', example: { zh: '图书还清', en: 'Books returned' } })
  title: NameDto;

  @Uuid({
    zh: '办理部门；空为学生所在学院',
    en: 'The department that clears it; null: the student’s own college',
    ...{ nullable: true, example: '00000000-0000-7000-8000-000400000008' },
  })
  unitId: string | null;

  @Flag({ zh: '必须办结', en: 'The clearance is not complete while it is open', optional: true, example: true })
  blocking = true;

  @OneOf(EVIDENCE, { zh: '学生须交的材料', en: 'What the student hands in', optional: true, example: 'none' })
  evidence: Evidence = 'none';

  @Flag({ zh: '由系统自动反馈', en: 'A system answers it', optional: true, example: false })
  automatic = false;

  @Flag({ zh: '可缓办（绿色通道）', en: 'It may be deferred', optional: true, example: false })
  deferrable = false;

  @ListOf('text', {
    zh: '须先办结的事项代码',
    en: 'Codes of entries that come first',
    ...{ optional: true, unique: true, maxItems: 50, example: [] },
  })
  after: string[] = [];
}

export class ClearanceListContentDto {
  @OneOf(CLEARANCE_KINDS, { zh: '种类', en: 'Kind', example: 'departure' })
  kind: ClearanceKind;

  @Nested(() => NameDto, { zh: '名称', en: 'Title', example: TITLE })
  title: NameDto;

  @DateOnly({ zh: '首日', en: 'First day', example: '2027-06-01' })
  from: string;

  @DateOnly({ zh: '末日（含）', en: 'Last day, inclusive', example: '2027-06-30' })
  to: string;

  @ListOf('uuid', {
    zh: '适用的单位；空为全校',
    en: 'Units whose students it is for; none: the whole school',
    ...{ optional: true, unique: true, maxItems: 100, example: [] },
  })
  unitIds: string[] = [];

  @ListOf('text', {
    zh: '适用的年级；空为全部',
    en: 'Grades whose students it is for; none: all',
    ...{ optional: true, unique: true, maxItems: 20, example: ['2023'] },
  })
  grades: string[] = [];

  @ListOf(() => ClearanceEntryDto, { zh: '事项', en: 'Entries', minItems: 1, maxItems: 50 })
  entries: ClearanceEntryDto[];
}

export class ClearanceListDto extends ClearanceListContentDto {
  @Uuid({ zh: '清单', en: 'List' })
  id: string;

  @OneOf(LIST_STATUSES, { zh: '状态', en: 'Status', example: 'open' })
  status: ListStatus;

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 1 })
  version: number;

  static from(list: ClearanceList): ClearanceListDto {
    const { id, status, version } = list;
    return Object.assign(new ClearanceListDto(), { id, status, ...list.content, version });
  }
}

export class ClearanceFindingDto {
  @Text({ zh: '位置', en: 'JSON pointer into the list', max: 200, example: '#/entries/0/unitId' })
  pointer: string;

  @Text({ zh: '中文', en: 'In Chinese', example: '没有此单位' })
  zh: string;

  @Text({ zh: '英文', en: 'In English', example: 'is no active unit' })
  en: string;
}

export class ClearanceFindingsDto {
  @ListOf(() => ClearanceFindingDto, {
    zh: '须改正之处；空为可开放',
    en: 'What is wrong; none: it can be opened',
    maxItems: 5000,
  })
  findings: ClearanceFindingDto[];

  static of(findings: readonly Finding[]): ClearanceFindingsDto {
    return Object.assign(new ClearanceFindingsDto(), { findings });
  }
}

export class BoardEntryDto {
  @Text({ zh: '事项代码', en: 'Code of the entry', max: 50, example: 'library' })
  entry: string;

  @Int({ zh: '已办结或免办', en: 'Cleared or waived', min: 0, max: MANY, example: 120 })
  done: number;

  @Int({ zh: '缓办', en: 'Deferred', min: 0, max: MANY, example: 3 })
  deferred: number;

  @Int({ zh: '待办结', en: 'Open', min: 0, max: MANY, example: 27 })
  open: number;

  @Int({ zh: '其中未通过', en: 'Of these refused', min: 0, max: MANY, example: 2 })
  refused: number;
}

class BoardCountsDto {
  @Int({ zh: '学生数', en: 'Students', min: 0, max: MANY, example: 150 })
  total: number;

  @Int({ zh: '已办完', en: 'Complete', min: 0, max: MANY, example: 110 })
  complete: number;

  @Int({ zh: '有缓办事项', en: 'With an entry that is deferred', min: 0, max: MANY, example: 3 })
  deferred: number;

  @ListOf(() => BoardEntryDto, { zh: '各事项', en: 'By entry', maxItems: 50 })
  entries: BoardEntryDto[];
}

export class BoardCollegeDto extends BoardCountsDto {
  @Uuid({ zh: '学院；空为未知', en: 'College; null: not known', nullable: true })
  unitId: string | null;

  @Text({ zh: '名称', en: 'Name', nullable: true, max: 200, example: '计算机学院' })
  name: string | null;
}

/** How far the students within the caller's scope are. */
export class BoardDto extends BoardCountsDto {
  @Uuid({ zh: '清单', en: 'List' })
  id: string;

  @ListOf(() => BoardCollegeDto, { zh: '各学院', en: 'By college', maxItems: 1000 })
  colleges: BoardCollegeDto[];

  @Int({
    zh: '指纹：内容变化时改变，用于 ETag',
    en: 'Fingerprint: another one when anything has changed; for the ETag',
    ...{ min: 0, max: MANY, example: 184_467_440 },
  })
  version: number;
}
