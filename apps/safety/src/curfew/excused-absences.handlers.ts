import { Injectable } from '@nestjs/common';
import { Config } from '#config';
import {
  HolidayAbsenceRegisteredV1,
  HolidayAbsenceWithdrawnV1,
  LeaveApprovedV1,
  LeaveCancelledV1,
  LeaveChangedV1,
} from '#contracts';
import { query, sql, type Tx } from '#database';
import { OnEvents, type Received } from '#events';
import { Rechecks } from '../nights/rechecks.service.js';
import { nightOf } from './night-window.js';

interface Period {
  startsAt: Date | null;
  endsAt: Date | null;
}

/** Why and when a student is away: a leave, or a registration for a holiday. */
interface Absence {
  source: string;
  sourceId: string;
  studentId: string;
  /** Null: taken back. */
  startsAt: string | null;
  endsAt: string | null;
  version: number;
  at: Date;
}

type Said =
  LeaveApprovedV1 | LeaveChangedV1 | LeaveCancelledV1 | HolidayAbsenceRegisteredV1 | HolidayAbsenceWithdrawnV1;

/** Keeps affairs' leaves and registrations for holidays at hand for the night check. An older event never overwrites a newer one. */
@Injectable()
export class ExcusedAbsenceHandlers {
  constructor(
    private readonly rechecks: Rechecks,
    private readonly config: Config,
  ) {}

  /** The nights of the old and of the new periods are looked at again. */
  @OnEvents(LeaveApprovedV1, LeaveChangedV1, LeaveCancelledV1, HolidayAbsenceRegisteredV1, HolidayAbsenceWithdrawnV1)
  async whenAbsencesChanged(tx: Tx, events: Received<Said>[]): Promise<void> {
    const absences = events.map(absenceOf);
    const before = await query<Period & { sourceId: string }>(
      tx,
      sql`SELECT source_id AS "sourceId", starts_at AS "startsAt", ends_at AS "endsAt" FROM safety.excused_absence
           WHERE source_id = ANY(${absences.map(({ sourceId }) => sourceId)}::uuid[]) ORDER BY source_id FOR UPDATE`,
    );
    const taken = await query<Period & { sourceId: string }>(
      tx,
      sql`INSERT INTO safety.excused_absence AS kept (
            source, source_id, student_id, starts_at, ends_at, cancelled, source_version, source_at)
          SELECT a.source, a."sourceId", a."studentId", a."startsAt", a."endsAt", a."startsAt" IS NULL, a.version, a.at
            FROM jsonb_to_recordset(${JSON.stringify(absences)}::jsonb) AS a(source text, "sourceId" uuid, "studentId" uuid,
              "startsAt" timestamptz, "endsAt" timestamptz, version int, at timestamptz)
           ORDER BY a."sourceId"
          ON CONFLICT (source_id) DO UPDATE
             SET starts_at = coalesce(excluded.starts_at, kept.starts_at),
                 ends_at = coalesce(excluded.ends_at, kept.ends_at), cancelled = excluded.cancelled,
                 source_version = excluded.source_version, source_at = excluded.source_at
           WHERE (excluded.source_version, excluded.source_at) >= (kept.source_version, kept.source_at)
          RETURNING source_id AS "sourceId", starts_at AS "startsAt", ends_at AS "endsAt"`,
    );
    const changed = new Set(taken.map(({ sourceId }) => sourceId));
    const { timeZone } = this.config;
    const nights = [...before.filter(({ sourceId }) => changed.has(sourceId)), ...taken].flatMap(
      ({ startsAt, endsAt }): [string, string][] =>
        startsAt && endsAt ? [[nightOf(startsAt, timeZone), nightOf(endsAt, timeZone)]] : [],
    );
    await this.rechecks.requestBetween(tx, ...nights);
  }
}

function absenceOf({ data, aggregateVersion, occurredAt }: Received<Said>): Absence {
  const of =
    'leaveId' in data
      ? { source: 'leave', sourceId: data.leaveId }
      : { source: 'holiday_registration', sourceId: data.registrationId };
  const { startsAt, endsAt } = 'startsAt' in data ? data : { startsAt: null, endsAt: null };
  return { ...of, studentId: data.studentId, startsAt, endsAt, version: aggregateVersion ?? 0, at: occurredAt };
}
