import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';

export const ATTENDANCE_STATUSES = {
  present: { zh: '出勤', en: 'present' },
  absent: { zh: '缺勤', en: 'absent' },
  late: { zh: '迟到', en: 'late' },
  left_early: { zh: '早退', en: 'left early' },
} as const satisfies Record<string, Bilingual>;
export type AttendanceStatus = keyof typeof ATTENDANCE_STATUSES;

/** That a student was at a session (a lesson, an exercise), or was not, as a system of the school reports it. */
@Entity({ name: 'attendance', schema: 'affairs' })
export class Attendance extends BaseEntity {
  /** Who reports it. */
  @Column('text')
  app: string;

  /** Its id there. */
  @Column('text')
  recordId: string;

  @Column('uuid')
  studentId: string;

  @Column('text')
  session: string;

  @Column('timestamptz')
  startsAt: Date;

  /** Exclusive. */
  @Column('timestamptz')
  endsAt: Date;

  @Column('numeric', { precision: 4, scale: 1 })
  classHours: string;

  @Column('text')
  status: AttendanceStatus;

  /** The time of an absence that no leave covers; the database works it out. */
  @Column('tstzmultirange')
  unexcused: string;
}
