import { DateOnly, Decimal, Int, ListOf, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, Sort } from '#http';
import type { CaseloadRow, RatioRow } from './caseload.queries.js';
import { RatioPolicy } from './ratio.policy.js';

const MANY = 2_000_000_000;

/** Kinds of units the ratio is counted by. */
export const RATIO_UNITS = {
  college: { zh: '学院', en: 'College' },
  academy: { zh: '书院', en: 'Academy' },
  school: { zh: '学校', en: 'School' },
};

export class RatioQuery {
  @OneOf(RATIO_UNITS, { zh: '按哪类单位统计，默认学院', en: 'By which kind of unit; default college', optional: true })
  unitKind: keyof typeof RATIO_UNITS = 'college';

  @DateOnly({ zh: '日期，默认今天', en: 'Date; default today', optional: true, example: '2026-11-21' })
  on?: string;
}

export class UnitRatioDto {
  @Uuid({ zh: '单位', en: 'Unit', example: '00000000-0000-7000-8000-000200000001' })
  unitId: string;

  @Text({ zh: '代码', en: 'Code', example: 'CS' })
  code: string;

  @Text({ zh: '名称', en: 'Name', example: '计算机学院' })
  name: string;

  @Int({ zh: '计入的学生数', en: 'Students who count', min: 0, max: MANY, example: 412 })
  students: number;

  @Int({
    zh: '服务这些学生的辅导员人数',
    en: 'Counselors who serve at least one of them',
    min: 0,
    max: MANY,
    example: 2,
  })
  counselorHeads: number;

  @Decimal({
    zh: '折合辅导员数（跨单位的按学生数分摊，兼职按口径折算）',
    en: 'Counselors counted: split by students over several units, part-time by the rule',
    min: 0,
    max: MANY,
    example: 1.75,
  })
  counselors: number;

  @Decimal({
    zh: '每名辅导员的学生数；无辅导员为 null',
    en: 'Students per counselor; null without one',
    nullable: true,
    min: 0,
    max: MANY,
    example: 235.43,
  })
  studentsPerCounselor: number | null;

  @Int({ zh: '尚缺人数', en: 'Counselors still needed', min: 0, max: MANY, example: 1 })
  shortfall: number;

  static from(row: RatioRow): UnitRatioDto {
    const ratio = row.counselors > 0 ? Math.round((row.students / row.counselors) * 100) / 100 : null;
    return Object.assign(new UnitRatioDto(), { ...row, studentsPerCounselor: ratio });
  }
}

export class RatioDto {
  @DateOnly({ zh: '日期', en: 'Date', example: '2026-11-21' })
  on: string;

  @Nested(() => RatioPolicy, { zh: '口径', en: 'The head-count rule' })
  rule: RatioPolicy;

  @Int({
    zh: '口径版本；0 为出厂默认',
    en: 'Version of the rule; 0 = the shipped default',
    min: 0,
    max: 1_000_000,
    example: 0,
  })
  ruleNumber: number;

  @ListOf(() => UnitRatioDto, { zh: '各单位', en: 'The units', maxItems: 1000 })
  units: UnitRatioDto[];
}

export class CaseloadQuery extends ListQuery {
  @AnyOf('uuid', { zh: '只看服务这些单位的', en: 'Only those who serve one of these units' })
  unitId?: string[];

  @DateOnly({ zh: '日期，默认今天', en: 'Date; default today', optional: true, example: '2026-11-21' })
  on?: string;

  @Sort(['students', 'number'])
  sort?: string;
}

export class CaseloadDto {
  @Uuid({ zh: '辅导员', en: 'Counselor', example: '00000000-0000-7000-8000-004000000001' })
  personId: string;

  @Text({ zh: '工号', en: 'Staff number', example: 'T0001' })
  number: string;

  @Text({ zh: '姓名', en: 'Name', example: '王老师' })
  name: string;

  @Int({ zh: '负责的学生总数', en: 'Students they answer for in all', min: 0, max: MANY, example: 186 })
  students: number;

  @Int({ zh: '其中在所查范围内的', en: 'Of them, within what was asked for', min: 0, max: MANY, example: 120 })
  studentsHere: number;

  @Int({ zh: '涉及班级数', en: 'Classes the students are in', min: 0, max: MANY, example: 6 })
  classes: number;

  @Int({ zh: '涉及宿舍楼数', en: 'Buildings the students live in', min: 0, max: MANY, example: 3 })
  buildings: number;

  static from(this: void, row: CaseloadRow): CaseloadDto {
    return Object.assign(new CaseloadDto(), row);
  }
}
