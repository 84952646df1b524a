import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { ValidateBy } from 'class-validator';
import { Flag, Instant, Int, ListOf, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, PersonRefDto, UpdatedSince } from '#http';
import { DIRECTIONS, type Direction, type Pass, PASS_STATUSES, type PassStatus } from './pass.entity.js';
import type { RejectedRow } from './pass-rows.js';

export const MOST_ROWS = 10_000;

/** One record of a gate. */
export class PassRecordDto {
  @Text({
    zh: '设备序列号；未登记的设备先待审批',
    en: 'Serial number of the device; an unknown one waits for approval',
    max: 64,
    example: 'GATE-B1',
  })
  deviceCode: string;

  @Text({
    zh: '设备内的记录编号；同一编号、另一时刻为另一条记录',
    en: "The device's own id of the record; with another instant it is another record",
    max: 64,
    example: '1502',
  })
  recordId: string;

  @Text({ zh: '学号', en: 'Student number', max: 64, example: '2024000001' })
  studentNumber: string;

  @OneOf(DIRECTIONS, {
    zh: '方向；单向设备可不填',
    en: 'Direction; not needed from a gate for one direction',
    optional: true,
    example: 'in',
  })
  direction?: Direction;

  @Text({
    zh: '时间：带时区（RFC 3339），或设备当地时间',
    en: 'When: an RFC 3339 instant with an offset, or the wall-clock time of the device',
    min: 19,
    max: 35,
    example: '2026-11-20T22:58:03+08:00',
  })
  at: string;

  @Flag({
    zh: '更正此前以同一编号上传的记录（有多条时取时间最近的）',
    en: 'Corrects what was sent under this record id before: of several, the one nearest in time',
    optional: true,
    example: false,
  })
  replaces?: boolean;
}

/** Rows that the use case checks one by one: a bad one is reported, the rest goes in. */
const Rows = (): PropertyDecorator =>
  applyDecorators(
    ValidateBy({
      name: 'rows',
      validator: {
        validate: (value: unknown) => Array.isArray(value) && value.length >= 1 && value.length <= MOST_ROWS,
        defaultMessage: () => `必须是 1 到 ${MOST_ROWS} 项的数组 / must be a list of 1 to ${MOST_ROWS} items`,
      },
    }),
    ApiProperty({
      type: () => PassRecordDto,
      isArray: true,
      minItems: 1,
      maxItems: MOST_ROWS,
      description: '通行记录，逐行判断 / Passes, each judged by itself',
    }),
  );

export class PassBatchDto {
  @Rows()
  passes: unknown[];
}

/** A row that was left out. */
export class RejectedPassDto {
  @Int({ zh: '行号，从 0 起', en: 'Row, from 0', min: 0, max: MOST_ROWS, example: 3 })
  index: number;

  @Text({ zh: '位置', en: 'Where in the request', example: '#/passes/3/studentNumber' })
  pointer: string;

  @Text({ zh: '中文说明', en: 'What is wrong, in Chinese', example: '没有此学号的学生' })
  zh: string;

  @Text({ zh: '英文说明', en: 'What is wrong, in English', example: 'no student has this number' })
  en: string;
}

/** What became of each row of a batch: the counts and `rejected` add up to the rows. */
export class PassBatchResultDto {
  @Int({ zh: '新计入的条数', en: 'Rows that count now', min: 0, max: MOST_ROWS, example: 9_990 })
  accepted: number;

  @Int({ zh: '此前已收到的条数', en: 'Rows that were here before', min: 0, max: MOST_ROWS, example: 7 })
  duplicates: number;

  @Int({
    zh: '因设备待审批而暂存的条数',
    en: 'Rows held until their device is approved',
    min: 0,
    max: MOST_ROWS,
    example: 2,
  })
  held: number;

  @Int({
    zh: '其中编号曾用于另一时刻的条数：设备重新编号（如记录被清空），均已计入或暂存；以设备在本批中最早、最晚的记录判断',
    en: 'Of the rows taken: under a number that another instant had before, as when the log of a device was emptied; all of them count or are held. Looked for where the first or last record of a device shows it',
    min: 0,
    max: MOST_ROWS,
    example: 0,
  })
  renumbered: number;

  @ListOf(() => RejectedPassDto, { zh: '未收下的行', en: 'Rows that were left out', maxItems: MOST_ROWS })
  rejected: RejectedRow[];
}

export const PURPOSES = {
  care: { zh: '关心帮扶', en: 'care for the student' },
  safety: { zh: '安全核实', en: 'a safety matter' },
  dispute: { zh: '学生申诉', en: 'the student disputes a finding' },
  correction: { zh: '核对与更正', en: 'checking and correcting data' },
} as const;

export class PassesQuery extends ListQuery {
  @AnyOf('uuid', { zh: '学生', en: 'Students' }, ['00000000-0000-7000-8000-003000000001'])
  studentId?: string[];

  @AnyOf(
    'uuid',
    { zh: '学生所属的单位或场所（含其下级）', en: 'Units or places of the students, those below included' },
    ['00000000-0000-7000-8000-000600000001'],
  )
  unitId?: string[];

  @AnyOf('uuid', { zh: '楼栋', en: 'Buildings' }, ['00000000-0000-7000-8000-001100000001'])
  buildingId?: string[];

  @AnyOf(PASS_STATUSES, { zh: '状态', en: 'Statuses' }, ['counted'])
  status?: PassStatus[];

  @UpdatedSince()
  updatedSince?: string;

  @Instant({ zh: '不早于', en: 'Not before', optional: true, example: '2026-11-20T00:00:00+08:00' })
  from?: string;

  @Instant({ zh: '早于', en: 'Before', optional: true, example: '2026-11-21T00:00:00+08:00' })
  to?: string;

  @OneOf(PURPOSES, {
    zh: '查看轨迹的用途，记入审计',
    en: 'What tracks are read for; goes into the audit',
    optional: true,
    example: 'safety',
  })
  purpose?: keyof typeof PURPOSES;
}

export class VoidPassDto {
  @Text({ zh: '作废原因', en: 'Why it is taken back', example: '他人代刷' })
  reason: string;
}

/** A pass through a gate. */
export class PassDto {
  @Uuid({ zh: '通行', en: 'Pass' })
  id: string;

  @Nested(() => PersonRefDto, { zh: '学生', en: 'Student' })
  student: PersonRefDto;

  @Uuid({ zh: '设备', en: 'Device' })
  deviceId: string;

  @Uuid({ zh: '楼栋', en: 'Building', nullable: true })
  buildingId: string | null;

  @OneOf(DIRECTIONS, { zh: '方向', en: 'Direction', nullable: true, example: 'in' })
  direction: Direction | null;

  @Instant({ zh: '通行时间', en: 'When it was', example: '2026-11-20T14:58:03.000Z' })
  at: Date;

  @Instant({
    zh: '设备时钟有偏差时推算的时间；通行时间仍为设备所报',
    en: 'When it was by our reckoning, where the clock of the device was off; `at` stays what the device said',
    nullable: true,
    example: '2026-11-20T14:48:03.000Z',
  })
  correctedAt: Date | null;

  @OneOf(PASS_STATUSES, { zh: '状态', en: 'Status', example: 'counted' })
  status: PassStatus;

  @Text({ zh: '作废原因', en: 'Why it was taken back', nullable: true, example: '他人代刷' })
  voidReason: string | null;

  @Instant({ zh: '收到时间', en: 'When it came in' })
  createdAt: Date;

  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_000_000_000, example: 1 })
  version: number;

  static from(this: void, pass: PassView): PassDto {
    const { id, student, deviceId, buildingId, direction, at, correctedAt, status, voidReason, createdAt, version } =
      pass;
    return Object.assign(new PassDto(), {
      id,
      student,
      deviceId,
      buildingId,
      direction,
      at,
      correctedAt,
      status,
      voidReason,
      createdAt,
      version,
    });
  }
}

/** A pass with its student, as SQL gives it. */
export type PassView = { student: PersonRefDto } & Pick<
  Pass,
  | 'id'
  | 'deviceId'
  | 'buildingId'
  | 'direction'
  | 'at'
  | 'correctedAt'
  | 'status'
  | 'voidReason'
  | 'createdAt'
  | 'version'
>;
