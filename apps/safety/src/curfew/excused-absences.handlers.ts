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
import { OnEvent, type Received } from '#events';
import { Rechecks } from '../nights/rechecks.service.js';
import { nightOf } from './night-window.js';

interface Period {
  startsAt: Date | null;
  endsAt: Date | null;
}

/** Why a student is away: a leave, or a registration for a holiday. */
interface Source {
  kind: 'leave' | 'holiday_registration';
  id: string;
  studentId: string;
}

/** Keeps affairs' leaves and registrations for holidays at hand for the night check. An older event never overwrites a newer one. */
@Injectable()
export class ExcusedAbsenceHandlers {
  constructor(
    private readonly rechecks: Rechecks,
    private readonly config: Config,
  ) {}

  @OnEvent(LeaveApprovedV1)
  async whenLeaveApproved(tx: Tx, event: Received<LeaveApprovedV1>): Promise<void> {
    await this.keep(tx, event, leaveOf(event.data), periodOf(event.data));
  }

  @OnEvent(LeaveChangedV1)
  async whenLeaveChanged(tx: Tx, event: Received<LeaveChangedV1>): Promise<void> {
    await this.keep(tx, event, leaveOf(event.data), periodOf(event.data));
  }

  @OnEvent(LeaveCancelledV1)
  async whenLeaveCancelled(tx: Tx, event: Received<LeaveCancelledV1>): Promise<void> {
    await this.keep(tx, event, leaveOf(event.data), null);
  }

  @OnEvent(HolidayAbsenceRegisteredV1)
  async whenHolidayAbsenceRegistered(tx: Tx, event: Received<HolidayAbsenceRegisteredV1>): Promise<void> {
    await this.keep(tx, event, registrationOf(event.data), periodOf(event.data));
  }

  @OnEvent(HolidayAbsenceWithdrawnV1)
  async whenHolidayAbsenceWithdrawn(tx: Tx, event: Received<HolidayAbsenceWithdrawnV1>): Promise<void> {
    await this.keep(tx, event, registrationOf(event.data), null);
  }

  /** `period` null = taken back. The nights of the old and of the new period are looked at again. */
  private async keep(
    tx: Tx,
    event: Pick<Received<object>, 'aggregateVersion' | 'occurredAt'>,
    { kind, id, studentId }: Source,
    period: Period | null,
  ): Promise<void> {
    const [before] = await query<Period>(
      tx,
      sql`SELECT starts_at AS "startsAt", ends_at AS "endsAt"
            FROM safety.excused_absence WHERE source_id = ${id} FOR UPDATE`,
    );
    const taken = await query(
      tx,
      sql`INSERT INTO safety.excused_absence AS kept (
            source, source_id, student_id, starts_at, ends_at, cancelled, source_version, source_at)
          VALUES (${kind}, ${id}, ${studentId}, ${period?.startsAt ?? null}, ${period?.endsAt ?? null}, ${period === null},
                  ${event.aggregateVersion ?? 0}, ${event.occurredAt})
          ON CONFLICT (source_id) DO UPDATE
             SET starts_at = coalesce(excluded.starts_at, kept.starts_at),
                 ends_at = coalesce(excluded.ends_at, kept.ends_at), cancelled = excluded.cancelled,
                 source_version = excluded.source_version, source_at = excluded.source_at
           WHERE (excluded.source_version, excluded.source_at) >= (kept.source_version, kept.source_at)
          RETURNING source_id`,
    );
    if (taken.length === 0) return;
    for (const { startsAt, endsAt } of [before, period].filter((one) => one != null)) {
      if (startsAt && endsAt) await this.recheck(tx, startsAt, endsAt);
    }
  }

  private async recheck(tx: Tx, startsAt: Date, endsAt: Date): Promise<void> {
    const { timeZone } = this.config;
    await this.rechecks.requestBetween(tx, nightOf(startsAt, timeZone), nightOf(endsAt, timeZone));
  }
}

function leaveOf({ leaveId: id, studentId }: LeaveCancelledV1): Source {
  return { kind: 'leave', id, studentId };
}

function registrationOf({ registrationId: id, studentId }: HolidayAbsenceWithdrawnV1): Source {
  return { kind: 'holiday_registration', id, studentId };
}

function periodOf({ startsAt, endsAt }: { startsAt: string; endsAt: string }): Period {
  return { startsAt: new Date(startsAt), endsAt: new Date(endsAt) };
}
