import { APPOINTMENT_KINDS, type AppointmentKind, PLACE_KINDS, UNIT_KINDS, type UnitKind } from '#contracts';
import { DateOnly, Flag, Int, ListOf, Nested, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, PersonRefDto, Sort, UpdatedSince } from '#http';
import type { AppointmentRow } from './appointments.queries.js';

export class UnitRefDto {
  @Uuid({ zh: '单位或场所', en: 'Unit or place', example: '00000000-0000-7000-8000-000600000001' })
  id: string;

  @OneOf({ ...UNIT_KINDS, ...PLACE_KINDS }, { zh: '种类', en: 'Kind', example: 'class' })
  kind: UnitKind;

  @Text({ zh: '代码', en: 'Code', example: 'SE2401' })
  code: string;

  @Text({ zh: '名称', en: 'Name', example: '软工2401' })
  name: string;
}

export class AppointmentDto {
  @Uuid({ zh: '任职', en: 'Appointment', example: '00000000-0000-7000-8000-005000000001' })
  id: string;

  @Nested(() => PersonRefDto, { zh: '任职人员', en: 'Who holds it' })
  person: PersonRefDto;

  @OneOf(APPOINTMENT_KINDS, { zh: '任职种类', en: 'Kind', example: 'counselor' })
  kind: AppointmentKind;

  @Nested(() => UnitRefDto, { zh: '对应的单位或场所', en: 'The unit or place it is over' })
  unit: UnitRefDto;

  @Flag({ zh: '是否专职', en: 'Full-time', example: true })
  fullTime: boolean;

  @DateOnly({ zh: '起始日期', en: 'First day', example: '2024-09-01' })
  validFrom: string;

  @DateOnly({ zh: '结束日期（不含）', en: 'First day that no longer counts', nullable: true, example: '2028-09-01' })
  validTo: string | null;

  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_147_483_647, example: 1 })
  version: number;

  static from(row: AppointmentRow): AppointmentDto {
    return Object.assign(new AppointmentDto(), row);
  }
}

export class CorrectAppointmentDto {
  @Flag({ zh: '是否专职', en: 'Full-time', example: true })
  fullTime: boolean;

  @DateOnly({ zh: '起始日期', en: 'First day', example: '2024-09-01' })
  validFrom: string;

  @DateOnly({ zh: '结束日期（不含）；无则为 null', en: 'First day that no longer counts; null = open', nullable: true })
  validTo: string | null;
}

export class AppointDto {
  @Uuid({ zh: '任职人员', en: 'Who', example: '00000000-0000-7000-8000-004000000001' })
  personId: string;

  @OneOf(APPOINTMENT_KINDS, { zh: '任职种类', en: 'Kind', example: 'counselor' })
  kind: AppointmentKind;

  @Uuid({ zh: '单位或场所', en: 'Unit or place', example: '00000000-0000-7000-8000-000600000001' })
  unitId: string;

  @Flag({ zh: '是否专职，默认是', en: 'Full-time; default true', optional: true, example: true })
  fullTime = true;

  @DateOnly({ zh: '起始日期', en: 'First day', example: '2026-09-01' })
  validFrom: string;

  @DateOnly({
    zh: '结束日期（不含）',
    en: 'First day that no longer counts; absent or null = open',
    optional: true,
    nullable: true,
    example: '2030-09-01',
  })
  validTo: string | null = null;
}

export class EndAppointmentDto {
  @DateOnly({
    zh: '结束日期：不再任职的第一天；等于起始日期即撤销',
    en: 'First day without the post; equal to the first day = the appointment never counted',
    example: '2026-12-01',
  })
  validTo: string;
}

export class AppointmentsQuery extends ListQuery {
  @AnyOf('uuid', { zh: '任职人员', en: 'Who' }, ['00000000-0000-7000-8000-004000000001'])
  personId?: string[];

  @AnyOf('uuid', { zh: '单位或场所', en: 'Units or places' }, ['00000000-0000-7000-8000-000600000001'])
  unitId?: string[];

  @AnyOf(APPOINTMENT_KINDS, { zh: '任职种类', en: 'Kinds' }, ['counselor'])
  kind?: AppointmentKind[];

  @DateOnly({ zh: '在该日任职；缺省为全部', en: 'In post on that day; absent = all times', optional: true })
  on?: string;

  @UpdatedSince()
  updatedSince?: string;

  @Sort(['validFrom', 'updatedAt'])
  sort?: string;
}

export class OnDateQuery {
  @DateOnly({ zh: '日期，默认今天', en: 'Date; default today', optional: true, example: '2026-11-21' })
  on?: string;
}

export class ResponsibleStaffDto {
  @Uuid({ zh: '学生', en: 'Student', example: '00000000-0000-7000-8000-003000000001' })
  studentId: string;

  @DateOnly({ zh: '日期', en: 'Date', example: '2026-11-21' })
  on: string;

  @ListOf(() => AppointmentDto, { zh: '当日负责该学生的任职', en: 'Appointments that answer for the student that day' })
  responsibleStaff: AppointmentDto[];
}
