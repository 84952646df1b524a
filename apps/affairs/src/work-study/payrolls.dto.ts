import { Flag, Instant, Int, ListOf, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, PersonRefDto, Sort, UpdatedSince } from '#http';
import { RefusalDto } from '#workflow';
import { PAYROLL_ACTIONS, PAYROLL_STATUSES, type PayrollAction } from './payroll.entity.js';
import { PostRefDto } from './posts.dto.js';

const MANY = 2_147_483_647;
const UNIT = '00000000-0000-7000-8000-000400000001';
const MONTH = /^(19|20|21)\d{2}-(0[1-9]|1[0-2])$/;

export class PayrollsQuery extends ListQuery {
  @AnyOf(PAYROLL_STATUSES, { zh: '状态', en: 'Statuses' }, ['closed'])
  status?: string[];

  @AnyOf('uuid', { zh: '用人单位', en: 'Units' }, [UNIT])
  unitId?: string[];

  @Text({ zh: '月份', en: 'Month', max: 7, pattern: MONTH, optional: true, example: '2027-03' })
  month?: string;

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['month', 'updatedAt'])
  sort?: string;
}

export class MakePayrollDto {
  @Uuid({ zh: '用人单位', en: 'Unit', example: UNIT })
  unitId: string;

  @Text({ zh: '月份', en: 'Month', max: 7, pattern: MONTH, example: '2026-11' })
  month: string;
}

export class PayrollActionDto {
  @OneOf(PAYROLL_ACTIONS, { zh: '办理', en: 'Action', example: 'close' })
  action: PayrollAction;

  @Flag({ zh: '能否办理', en: 'Can it be done now?', example: true })
  allowed: boolean;

  @Nested(() => RefusalDto, { zh: '不能办理的原因', en: 'Why not', nullable: true })
  reason: RefusalDto | null;
}

export class PayrollDto {
  @Uuid({ zh: '工资单', en: 'Payroll' })
  id: string;

  @Uuid({ zh: '用人单位', en: 'Unit', example: UNIT })
  unitId: string;

  @Text({ zh: '月份', en: 'Month', max: 7, example: '2027-03' })
  month: string;

  @Int({
    zh: '该单位该月的第几份；第二份起为更正',
    en: 'Which one of the unit and month; from the second on it corrects',
    min: 1,
    max: MANY,
    example: 1,
  })
  number: number;

  @OneOf(PAYROLL_STATUSES, { zh: '状态', en: 'Status', example: 'draft' })
  status: keyof typeof PAYROLL_STATUSES;

  @Int({ zh: '行数', en: 'Rows', min: 0, max: MANY, example: 12 })
  lines: number;

  @Int({
    zh: '合计（分）；更正可为负',
    en: 'Sum in fen; a correction may be below zero',
    min: -MANY,
    max: MANY,
    example: 216_000,
  })
  totalFen: number;

  @Instant({ zh: '锁定时间', en: 'Closed at', nullable: true, example: '2027-04-02T01:00:00.000Z' })
  closedAt: Date | null;

  @ListOf(() => PayrollActionDto, {
    zh: '可进行的办理，及不能的原因',
    en: 'What can be done with it, or why not',
    maxItems: 10,
  })
  actions: PayrollActionDto[];

  @Int({ zh: '版本', en: 'Version', min: 1, max: MANY, example: 1 })
  version: number;
}

export class PayrollLinesQuery extends ListQuery {
  @AnyOf('uuid', { zh: '工资单', en: 'Payrolls' })
  payrollId?: string[];

  @AnyOf('uuid', { zh: '学生', en: 'Students' }, ['00000000-0000-7000-8000-003000000001'])
  studentId?: string[];

  @Text({ zh: '月份', en: 'Month', max: 7, pattern: MONTH, optional: true, example: '2027-03' })
  month?: string;

  @Sort(['month'])
  sort?: string;
}

export class PayrollLineDto {
  @Uuid({ zh: '行', en: 'Row' })
  id: string;

  @Uuid({ zh: '工资单', en: 'Payroll' })
  payrollId: string;

  @Text({ zh: '月份', en: 'Month', max: 7, example: '2027-03' })
  month: string;

  @Nested(() => PersonRefDto, { zh: '学生', en: 'Student' })
  student: PersonRefDto;

  @Nested(() => PostRefDto, { zh: '岗位', en: 'Post' })
  post: PostRefDto;

  @Int({ zh: '分钟；冲正为负', en: 'Minutes; of a reversal below zero', min: -MANY, max: MANY, example: 720 })
  minutes: number;

  @Int({ zh: '每小时报酬（分）', en: 'Pay of an hour, in fen', min: 1, max: MANY, example: 1_800 })
  hourlyFen: number;

  @Int({
    zh: '金额（分）；冲正为负',
    en: 'Amount in fen; of a reversal below zero',
    min: -MANY,
    max: MANY,
    example: 21_600,
  })
  amountFen: number;

  @Uuid({ zh: '冲正的行', en: 'The row that it takes back', nullable: true })
  reverses: string | null;

  static from(this: void, row: PayrollLineDto): PayrollLineDto {
    return Object.assign(new PayrollLineDto(), row);
  }
}
