import type { Bilingual } from '#contracts';
import { DateOnly, Decimal, Instant, Int, ListOf, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, PersonRefDto, Sort, UpdatedSince } from '#http';
import { NameDto } from '#workflow';
import { ATTENDANCE_STATUSES, type AttendanceStatus } from './attendance.entity.js';

export const MOST_RECORDS = 1000;

export const EXCUSED = {
  no: { zh: '无请假', en: 'no leave covers it' },
  partly: { zh: '部分在请假期间', en: 'a leave covers a part of it' },
  wholly: { zh: '在请假期间', en: 'leave covers it' },
} as const satisfies Record<string, Bilingual>;
export type Excused = keyof typeof EXCUSED;

/** What a system reports of a student at a session. */
export class AttendanceRecordDto {
  @Text({ zh: '来源系统中的编号', en: 'Id in the system that reports it', max: 100, example: 'jw-20261123-0101-17' })
  recordId: string;

  @Text({ zh: '学号', en: 'Student number', max: 50, example: '2024000001' })
  studentNumber: string;

  @Text({ zh: '课程或活动', en: 'Course or event', max: 100, example: '高等数学' })
  session: string;

  @Instant({ zh: '开始', en: 'From (inclusive)', example: '2026-11-23T08:00:00+08:00' })
  startsAt: string;

  @Instant({ zh: '结束（不含）', en: 'To (exclusive)', example: '2026-11-23T09:40:00+08:00' })
  endsAt: string;

  @Decimal({ zh: '学时', en: 'Class hours it counts', min: 0.1, max: 24, example: 2 })
  classHours: number;

  @OneOf(ATTENDANCE_STATUSES, { zh: '状态', en: 'Status', example: 'absent' })
  status: AttendanceStatus;
}

export class AttendanceBatchDto {
  @ListOf(() => AttendanceRecordDto, { zh: '考勤记录', en: 'Records', minItems: 1, maxItems: MOST_RECORDS })
  records: AttendanceRecordDto[];
}

/** A record that was left out. */
export class RejectedAttendanceDto {
  @Int({ zh: '行号，从 0 起', en: 'Row, from 0', min: 0, max: MOST_RECORDS, example: 3 })
  index: number;

  @Text({ zh: '位置', en: 'Where in the request', example: '#/records/3/studentNumber' })
  pointer: string;

  @Text({ zh: '中文说明', en: 'What is wrong, in Chinese', example: '没有此学号的学生' })
  zh: string;

  @Text({ zh: '英文说明', en: 'What is wrong, in English', example: 'no student has this number' })
  en: string;
}

/** What became of a batch: the counts and `rejected` add up to its records. */
export class AttendanceBatchResultDto {
  @Int({ zh: '新增或有变化的条数', en: 'Records that are new or changed', min: 0, max: MOST_RECORDS, example: 40 })
  stored: number;

  @Int({ zh: '与已有相同的条数', en: 'Records that say what was known', min: 0, max: MOST_RECORDS, example: 2 })
  unchanged: number;

  @ListOf(() => RejectedAttendanceDto, { zh: '未收下的行', en: 'Records that were left out', maxItems: MOST_RECORDS })
  rejected: RejectedAttendanceDto[];
}

class AttendanceFilter extends ListQuery {
  @AnyOf('uuid', { zh: '学生', en: 'Students' }, ['00000000-0000-7000-8000-003000000001'])
  studentId?: string[];

  @AnyOf(
    'uuid',
    { zh: '学生所属的单位或场所（含其下级）', en: 'Units or places of the students, those below included' },
    ['00000000-0000-7000-8000-000600000001'],
  )
  unitId?: string[];

  @DateOnly({ zh: '自该日起', en: 'Sessions on or after', optional: true, example: '2026-09-01' })
  from?: string;

  @DateOnly({ zh: '至该日止', en: 'Sessions on or before', optional: true, example: '2027-01-20' })
  to?: string;
}

export class AttendanceQuery extends AttendanceFilter {
  @UpdatedSince()
  updatedSince?: string;

  @Sort(['startsAt', 'updatedAt'])
  sort?: string;

  @AnyOf(ATTENDANCE_STATUSES, { zh: '状态', en: 'Statuses' }, ['absent'])
  status?: AttendanceStatus[];

  @AnyOf(EXCUSED, { zh: '缺勤是否在请假期间', en: 'Of absences: does leave cover them?' }, ['no'])
  excused?: Excused[];
}

export class AttendanceTotalsQuery extends AttendanceFilter {
  @Sort(['unexcusedHours'])
  sort?: string;

  @Decimal({
    zh: '旷课不少于多少学时',
    en: 'At least so many class hours without leave',
    min: 0,
    max: 10_000,
    optional: true,
    example: 10,
  })
  atLeast?: number;
}

export interface AttendanceRow {
  id: string;
  student: { id: string; number: string; name: string };
  session: string;
  startsAt: Date;
  endsAt: Date;
  classHours: number;
  status: AttendanceStatus;
  excused: Excused | null;
  unexcusedHours: number;
  app: string;
  updatedAt: Date;
  version: number;
}

export class AttendanceDto {
  @Uuid({ zh: '考勤记录', en: 'Attendance' })
  id: string;

  @Nested(() => PersonRefDto, { zh: '学生', en: 'Student' })
  student: PersonRefDto;

  @Text({ zh: '课程或活动', en: 'Course or event', max: 100, example: '高等数学' })
  session: string;

  @Instant({ zh: '开始', en: 'From (inclusive)', example: '2026-11-23T00:00:00.000Z' })
  startsAt: Date;

  @Instant({ zh: '结束（不含）', en: 'To (exclusive)', example: '2026-11-23T01:40:00.000Z' })
  endsAt: Date;

  @Decimal({ zh: '学时', en: 'Class hours', min: 0, max: 24, example: 2 })
  classHours: number;

  @OneOf(ATTENDANCE_STATUSES, { zh: '状态', en: 'Status', example: 'absent' })
  status: AttendanceStatus;

  @OneOf(EXCUSED, {
    zh: '缺勤是否在请假期间',
    en: 'Of an absence: does leave cover it?',
    nullable: true,
    example: 'no',
  })
  excused: Excused | null;

  @Decimal({
    zh: '旷课学时：缺勤时间中无请假部分所占的学时',
    en: 'Class hours without leave: in proportion to the time that no leave covers',
    ...{ min: 0, max: 24, example: 2 },
  })
  unexcusedHours: number;

  @Text({ zh: '来源应用', en: 'App that reports it', max: 100, example: 'jw' })
  app: string;

  @Instant({ zh: '更新时间', en: 'Changed at', example: '2026-11-23T02:00:00.000Z' })
  updatedAt: Date;

  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_147_483_647, example: 1 })
  version: number;

  static from(row: AttendanceRow): AttendanceDto {
    return Object.assign(new AttendanceDto(), { ...row, student: Object.assign(new PersonRefDto(), row.student) });
  }
}

export interface TotalsRow {
  student: { id: string; number: string; name: string };
  absences: number;
  unexcusedHours: number;
  excusedHours: number;
}

/** What a student's absences come to. */
export class AttendanceTotalsDto {
  @Nested(() => PersonRefDto, { zh: '学生', en: 'Student' })
  student: PersonRefDto;

  @Int({ zh: '缺勤次数', en: 'Absences', min: 1, max: 1_000_000, example: 6 })
  absences: number;

  @Decimal({ zh: '旷课学时', en: 'Class hours without leave', min: 0, max: 100_000, example: 12 })
  unexcusedHours: number;

  @Decimal({ zh: '请假缺勤学时', en: 'Class hours that leave covers', min: 0, max: 100_000, example: 4 })
  excusedHours: number;

  @Nested(() => NameDto, {
    zh: '按本校规定应采取的措施（提示，须由人决定）',
    en: 'What the school’s rules call for: pointed out, decided on by people',
    nullable: true,
  })
  due: NameDto | null;

  static from(row: TotalsRow, due: NameDto | null): AttendanceTotalsDto {
    const student = Object.assign(new PersonRefDto(), row.student);
    return Object.assign(new AttendanceTotalsDto(), { ...row, student, due });
  }
}
