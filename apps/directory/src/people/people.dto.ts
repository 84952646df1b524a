import { PLACE_KINDS, SEX, UNIT_KINDS, type UnitKind } from '#contracts';
import { DateOnly, Flag, Int, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, Sort, UpdatedSince } from '#http';
import type { Person, PersonKind } from './person.entity.js';

const PERSON_KINDS = {
  student: { zh: '学生', en: 'Student' },
  staff: { zh: '教职工', en: 'Member of staff' },
} as const;
const MEMBER_KINDS = { ...UNIT_KINDS, ...PLACE_KINDS };

export class PeopleQuery extends ListQuery {
  @AnyOf(PERSON_KINDS, { zh: '类别', en: 'Kinds' }, ['student'])
  kind?: PersonKind[];

  @AnyOf('text', { zh: '年级', en: 'Years of entry' }, ['2024'])
  grade?: string[];

  @AnyOf(
    'uuid',
    { zh: '今日所属的单位或场所（含其下级）', en: 'Units or places they belong to today, those below included' },
    ['00000000-0000-7000-8000-000600000001'],
  )
  unitId?: string[];

  @Flag({ zh: '是否在籍', en: 'Active', optional: true })
  active?: boolean;

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['number', 'name', 'updatedAt'])
  sort?: string;
}

/** The same, with what must not stand in an address. */
export class PeopleSearchDto extends PeopleQuery {
  @Text({ zh: '姓名中的文字', en: 'Part of the name', max: 50, optional: true, example: '学生' })
  name?: string;

  @AnyOf('text', { zh: '学号或工号（精确）', en: 'Student or staff numbers, exact' }, ['2024000001'])
  number?: string[];
}

/** One row of the list of people. */
export class PersonDto {
  @Uuid({ zh: '人员', en: 'Person' })
  id: string;

  @OneOf(PERSON_KINDS, { zh: '类别', en: 'Kind' })
  kind: PersonKind;

  @Text({ zh: '学号或工号', en: 'Student or staff number', example: '2024000001' })
  number: string;

  @Text({ zh: '姓名', en: 'Name', example: '张三' })
  name: string;

  @OneOf(SEX, { zh: '性别（GB/T 2261.1）', en: 'Sex (GB/T 2261.1)', example: '2' })
  sex: string;

  @Text({ zh: '年级（入学年份）', en: 'Year of entry', nullable: true, example: '2024' })
  grade: string | null;

  @Flag({ zh: '是否在籍', en: 'Active' })
  active: boolean;

  @Uuid({
    zh: '重复档案合并后保留的人员；不为 null 时请改用该标识',
    en: 'The person this second record was merged into: go on with that id; null = none',
    nullable: true,
    example: null as never,
  })
  mergedInto: string | null;

  static from(person: Person): PersonDto {
    const { id, kind, number, name, sex, grade, active, mergedInto } = person;
    return Object.assign(new PersonDto(), { id, kind, number, name, sex, grade, active, mergedInto });
  }
}

/** A person alone. */
export class PersonDetailDto extends PersonDto {
  @DateOnly({ zh: '出生日期', en: 'Date of birth', nullable: true, example: '2006-01-01' })
  birthDate: string | null;

  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_147_483_647 })
  version: number;

  static override from(person: Person): PersonDetailDto {
    const { birthDate, version } = person;
    return Object.assign(new PersonDetailDto(), PersonDto.from(person), { birthDate, version });
  }
}

export class MembershipsQuery extends ListQuery {
  @DateOnly({ zh: '日期；默认今日', en: 'On this date; default today', optional: true, example: '2026-11-21' })
  on?: string;
}

/** A unit or place somebody belongs to, directly or through one below it. */
export class MembershipDto {
  @Uuid({ zh: '单位或场所', en: 'Unit or place' })
  unitId: string;

  @OneOf(MEMBER_KINDS, { zh: '种类', en: 'Kind', example: 'class' })
  kind: UnitKind;

  @Text({ zh: '代码', en: 'Code', example: 'SE2401' })
  code: string;

  @Text({ zh: '名称', en: 'Name', example: '软工2401' })
  name: string;

  @DateOnly({ zh: '自（含）', en: 'From, inclusive', example: '2024-09-01' })
  validFrom: string;

  @DateOnly({
    zh: '至（不含）；null 为至今',
    en: 'Until, exclusive; null = open',
    nullable: true,
    example: null as never,
  })
  validTo: string | null;

  static from(row: MembershipDto): MembershipDto {
    const { unitId, kind, code, name, validFrom, validTo } = row;
    return Object.assign(new MembershipDto(), { unitId, kind, code, name, validFrom, validTo });
  }
}
