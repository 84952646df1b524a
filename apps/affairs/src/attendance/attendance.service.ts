import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { Database, newId, query, sql, type Sql } from '#database';
import { anyOf, list, type Page } from '#http';
import { Policies } from '#policy';
import { AllRowsRefused } from '#problems';
import { inScope, inUnits, studentIdsByNumber } from '#roster';
import { CampusClock } from '#time';
import { AttendancePolicy } from './attendance.policy.js';
import {
  type AttendanceBatchDto,
  AttendanceBatchResultDto,
  AttendanceDto,
  type AttendanceQuery,
  type AttendanceRecordDto,
  AttendanceTotalsDto,
  type AttendanceTotalsQuery,
  type AttendanceRow,
  type RejectedAttendanceDto,
  type TotalsRow,
} from './attendance.dto.js';

const TABLES = sql`affairs.attendance t JOIN directory.published_student_v1 s ON s.id = t.student_id`;
const STUDENT = sql`json_build_object('id', s.id, 'number', s.number, 'name', s.name) AS student`;
/** Share of the session that is absent without leave. */
const SHARE = sql`(SELECT coalesce(sum(extract(epoch FROM upper(r) - lower(r))), 0) FROM unnest(t.unexcused) r) / extract(epoch FROM t.ends_at - t.starts_at)`;
/** SQL: class hours of an attendance `t` that no leave covers. */
export const UNEXCUSED = sql`round(t.class_hours * ${SHARE}, 1)`;
const EXCUSED = sql`CASE WHEN t.status <> 'absent' THEN NULL WHEN isempty(t.unexcused) THEN 'wholly'
                         WHEN t.unexcused = tstzmultirange(tstzrange(t.starts_at, t.ends_at)) THEN 'no' ELSE 'partly' END`;

/** Attendance as systems report it. What of an absence counts, the database works out from the leaves; see the migration. */
@Injectable()
export class Attendances {
  constructor(
    private readonly database: Database,
    private readonly policies: Policies,
    private readonly clock: CampusClock,
  ) {}

  /** Stores what is new or has changed. A record is known by the app and its id there. When no row is good, nothing is stored (422). */
  record(actor: Actor, { records }: AttendanceBatchDto): Promise<AttendanceBatchResultDto> {
    return this.database.transaction(actor, async (tx) => {
      const students = await studentIdsByNumber(tx, [...new Set(records.map((record) => record.studentNumber))]);
      const rejected: RejectedAttendanceDto[] = [];
      const rows = new Map<string, object>();
      for (const [index, record] of records.entries()) {
        const studentId = students.get(record.studentNumber);
        const refusal = refusalOf(record, studentId, rows);
        if (refusal) rejected.push({ index, ...refusal, pointer: `#/records/${index}/${refusal.pointer}` });
        else rows.set(record.recordId, rowOf(record, studentId!));
      }
      if (rows.size === 0) throw new AllRowsRefused({ errors: rejected.slice(0, 100) });
      // In the order of the students, whom each row locks.
      const stored = await query(
        tx,
        sql`INSERT INTO affairs.attendance AS t (id, app, record_id, student_id, session, starts_at, ends_at, class_hours, status, unexcused)
            SELECT r.id, ${actor.app}, r.record_id, r.student_id, r.session, r.starts_at, r.ends_at, r.class_hours, r.status, '{}'
              FROM jsonb_to_recordset(${JSON.stringify([...rows.values()])}::jsonb)
                AS r(id uuid, record_id text, student_id uuid, session text, starts_at timestamptz, ends_at timestamptz, class_hours numeric(4,1), status text)
             ORDER BY r.student_id, r.record_id
            ON CONFLICT (app, record_id) DO UPDATE SET
              (student_id, session, starts_at, ends_at, class_hours, status, version, updated_at) =
              (excluded.student_id, excluded.session, excluded.starts_at, excluded.ends_at, excluded.class_hours, excluded.status, t.version + 1, now())
             WHERE (t.student_id, t.session, t.starts_at, t.ends_at, t.class_hours, t.status) IS DISTINCT FROM
                   (excluded.student_id, excluded.session, excluded.starts_at, excluded.ends_at, excluded.class_hours, excluded.status)
            RETURNING t.id`,
      );
      return Object.assign(new AttendanceBatchResultDto(), {
        ...{ stored: stored.length, unchanged: rows.size - stored.length, rejected },
      });
    });
  }

  list(actor: Actor, request: AttendanceQuery): Promise<Page<AttendanceDto>> {
    const { status, excused, updatedSince } = request;
    return this.database.read((tx) =>
      list(tx, request, {
        select: sql`t.id, ${STUDENT}, t.session, t.starts_at AS "startsAt", t.ends_at AS "endsAt", t.class_hours::float8 AS "classHours",
                    t.status, ${EXCUSED} AS excused, ${UNEXCUSED}::float8 AS "unexcusedHours", t.app, t.updated_at AS "updatedAt", t.version`,
        from: TABLES,
        where: [
          ...this.filters(actor, request),
          anyOf(sql`t.status`, status),
          anyOf(EXCUSED, excused),
          updatedSince && sql`t.updated_at >= ${updatedSince}`,
        ],
        sorts: { startsAt: sql`t.starts_at`, updatedAt: sql`t.updated_at` },
        defaultSort: '-startsAt',
        id: sql`t.id`,
        to: (row: AttendanceRow) => AttendanceDto.from(row),
      }),
    );
  }

  /** Students with absences, most hours without leave first. */
  totals(actor: Actor, request: AttendanceTotalsQuery): Promise<Page<AttendanceTotalsDto>> {
    const { atLeast = 0 } = request;
    return this.database.read(async (tx) => {
      const { thresholds } = (await this.policies.at(tx, AttendancePolicy, this.clock.today())).value;
      const [first, ...others] = this.filters(actor, request).filter((one) => one instanceof Object);
      const where = others.reduce((all, one) => sql`${all} AND ${one}`, first!);
      return list(tx, request, {
        select: sql`x.student, x.absences, x.unexcused::float8 AS "unexcusedHours", (x.hours - x.unexcused)::float8 AS "excusedHours"`,
        from: sql`(SELECT s.id, json_build_object('id', s.id, 'number', s.number, 'name', s.name) AS student, count(*)::int AS absences,
                          sum(t.class_hours) AS hours, sum(${UNEXCUSED}) AS unexcused
                     FROM ${TABLES} WHERE t.status = 'absent' AND ${where} GROUP BY s.id, s.number, s.name) x`,
        where: [sql`x.unexcused >= ${atLeast}`],
        sorts: { unexcusedHours: sql`x.unexcused` },
        defaultSort: '-unexcusedHours',
        id: sql`x.id`,
        to: (row: TotalsRow) => {
          const reached = thresholds.filter(({ fromHours }) => row.unexcusedHours >= fromHours);
          const last = reached.sort((a, b) => a.fromHours - b.fromHours).at(-1);
          return AttendanceTotalsDto.from(row, last?.due ?? null);
        },
      });
    });
  }

  private filters(
    actor: Actor,
    { studentId, unitId, from, to }: AttendanceQuery | AttendanceTotalsQuery,
  ): (Sql | undefined)[] {
    const today = this.clock.today();
    return [
      inScope(actor.scopeOf('affairs:attendance:read'), sql`t.student_id`, today),
      anyOf(sql`t.student_id`, studentId, 'uuid'),
      inUnits(unitId, sql`t.student_id`, today),
      from ? sql`t.starts_at >= ${this.clock.instantOf(from, '00:00')}` : undefined,
      to ? sql`t.starts_at < ${this.clock.instantOf(to, '24:00')}` : undefined,
    ];
  }
}

function refusalOf(
  { startsAt, endsAt, recordId }: AttendanceRecordDto,
  studentId: string | undefined,
  rows: ReadonlyMap<string, object>,
): { pointer: string; zh: string; en: string } | undefined {
  if (!studentId) return { pointer: 'studentNumber', zh: '没有此学号的学生', en: 'no student has this number' };
  if (new Date(endsAt) <= new Date(startsAt))
    return { pointer: 'endsAt', zh: '结束须晚于开始', en: 'must be after the start' };
  if (rows.has(recordId)) return { pointer: 'recordId', zh: '本批中重复', en: 'stands twice in this batch' };
  return undefined;
}

function rowOf(record: AttendanceRecordDto, student_id: string): object {
  const {
    recordId: record_id,
    session,
    startsAt: starts_at,
    endsAt: ends_at,
    classHours: class_hours,
    status,
  } = record;
  return { id: newId(), record_id, student_id, session, starts_at, ends_at, class_hours, status };
}
