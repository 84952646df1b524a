import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { DateOnly, Decimal, Flag, Instant, Int, ListOf, OneOf, Text } from '#fields';
import { MAX_LINES, MAX_LISTED } from './formats.js';
import { MAX_REJECTED, type Rejected } from './rows.js';

export class ObservationDto {
  @Text({ zh: '学号', en: 'Student number', max: 50, example: '2024000001' })
  studentNumber: string;

  @Text({ zh: '指标代码', en: 'Code of the metric', max: 60, example: 'library_visits' })
  metric: string;

  @DateOnly({ zh: '日期（与 at 二选一）', en: 'Day (either this or at)', optional: true, example: '2026-11-20' })
  day?: string;

  @Instant({
    zh: '时间，按校区时区归日（与 day 二选一）',
    en: 'Instant; its campus day counts (either this or day)',
    optional: true,
  })
  at?: string;

  @Decimal({
    zh: '数值，以指标单位计，小数位数不超过指标规定；null 表示撤回该 key 的记录',
    en: "Value in the metric's unit, with no more decimals than it has; null withdraws the key's record",
    nullable: true,
    min: 0,
    max: 2_147_483_647,
    example: 1,
  })
  value: number | null;

  @Text({
    zh: '来源中的记录键：同一来源、学生、指标、日期、键的后一批取代前一批',
    en: "The record's key in its source: a later batch with the same source, student, metric, day and key replaces the value",
    max: 100,
    optional: true,
    example: 'visit-88123',
  })
  key?: string;
}

const SOURCE = { zh: '来源', en: 'Source', max: 60, pattern: /^[a-z0-9][a-z0-9._-]*$/, example: 'library' };
const BATCH_KEY = {
  zh: '批次键，重发时不变',
  en: 'Key of the batch; the same when it is sent again',
  max: 100,
  example: '2026-11-20',
};

/** Names a batch. */
export class BatchKeyDto {
  @Text(SOURCE)
  source: string;

  @Text(BATCH_KEY)
  batchKey: string;
}

/** The same in the address, for bodies of lines; and whether anything is to be kept, whatever the body is. */
export class BatchQuery {
  @Text({ ...SOURCE, optional: true })
  source?: string;

  @Text({ ...BATCH_KEY, optional: true })
  batchKey?: string;

  @Flag({ zh: '只检查，不收下', en: 'Only look at the rows, take none', optional: true, example: false })
  dryRun?: boolean;
}

/** Documents the JSON body: its rows are checked one by one in the use case, without an instance for each. */
@ApiExtraModels(ObservationDto)
export class ObservationBatchDto extends BatchKeyDto {
  @ApiProperty({
    type: 'array',
    items: { $ref: getSchemaPath(ObservationDto) },
    minItems: 1,
    maxItems: MAX_LISTED,
    description: '观测 / Observations',
    example: [{ studentNumber: '2024000001', metric: 'library_visits', day: '2026-11-20', value: 1 }],
  })
  observations: unknown;
}

const REJECTED_CODES = {
  malformed: { zh: '格式不正确', en: 'malformed' },
  unknown_student: { zh: '学生未知', en: 'unknown student' },
  unknown_metric: { zh: '指标未知', en: 'unknown metric' },
  bad_value: { zh: '数值不合要求', en: 'bad value' },
  bad_time: { zh: '时间不合要求', en: 'bad time' },
  day_closed: { zh: '该月不再接收', en: 'closed month' },
  day_expired: { zh: '日期早于保存期', en: 'day beyond retention' },
  key_missing: { zh: '缺少 key', en: 'key is missing' },
};

export class RejectedDto {
  @Text({
    zh: '位置（JSON 指针，行从 0 起；按行传送时为 #/行/字段）',
    en: 'Where (JSON pointer, rows from 0; of bodies in lines #/row/field)',
    example: '#/observations/17/studentNumber',
  })
  pointer: string;

  @Int({
    zh: '按行传送时：文件中的行号，从 1 起',
    en: 'Of bodies in lines: the line of the file, from 1',
    ...{ min: 1, max: 2_147_483_647, optional: true, example: 19 },
  })
  line?: number;

  @OneOf(REJECTED_CODES, { zh: '原因代码', en: 'Code of the reason', example: 'unknown_student' })
  code: string;

  @Text({ zh: '原因（中文）', en: 'Reason in Chinese', example: '没有这个学号的学生' })
  zh: string;

  @Text({ zh: '原因（英文）', en: 'Reason in English', example: 'is no student of the roster' })
  en: string;
}

export class BatchResultDto {
  @Int({ zh: '收下（或将收下）的条数', en: 'Rows that went in, or would', min: 0, max: MAX_LINES, example: 9_998 })
  accepted: number;

  @Flag({
    zh: '该批次此前已收下，本次无效果',
    en: 'The batch had been taken before; this time it had no effect',
    example: false,
  })
  duplicateBatch: boolean;

  @Int({ zh: '未收下的行数', en: 'How many rows were left out', min: 0, max: MAX_LINES, example: 2 })
  rejectedCount: number;

  @ListOf(() => RejectedDto, {
    zh: '未收下的行，最多说明 1000 行',
    en: 'Rows that were left out; the first thousand are described',
    maxItems: MAX_REJECTED,
  })
  rejected: RejectedDto[];

  static of(
    accepted: number,
    duplicateBatch: boolean,
    { rejected, rejectedCount }: { rejected: Rejected[]; rejectedCount: number },
  ): BatchResultDto {
    return Object.assign(new BatchResultDto(), { accepted, duplicateBatch, rejectedCount, rejected });
  }
}
