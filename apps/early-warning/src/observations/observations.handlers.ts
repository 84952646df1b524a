import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  AbsencesRecordedV1,
  HolidayAbsenceRegisteredV1,
  HolidayAbsenceWithdrawnV1,
  LeaveApprovedV1,
  LeaveCancelledV1,
  LeaveChangedV1,
  NightCheckedV1,
  type NightResult,
  PassesRecordedV1,
  PassesRetractedV1,
  PersonMergedV1,
  PersonMergeUndoneV1,
  RosterChangedV1,
  StudentErasedV1,
} from '#contracts';
import type { Tx } from '#database';
import { OnEvent, OnEvents, type Received } from '#events';
import { dayOf } from '#rule-language';
import { CampusClock } from '#time';
import { ArchiveErasure } from '../archive/archive-erasure.service.js';
import { eraseCases } from '../cases/erase-cases.js';
import { eraseDisputes } from '../disputes/erase-disputes.js';
import { eraseChoices } from '../processing/erase-choices.js';
import { type LeaveDays, setLeaves } from '../engine/leave-mask.js';
import { ensureOrdinals, ordinalsById } from '../engine/ordinals.js';
import { type CataloguedMetric, metricCatalogue } from '../metrics/metrics.service.js';
import { requestRun } from '../engine/run-requests.js';
import { eraseResources } from '../resources/erase-resources.js';
import { eraseRisk } from '../risk/risk-scores.service.js';
import { eraseStudent } from './erasure.js';
import { forgetOrdinals, openBatch } from './ledger.js';
import { dayFinder, Rows, WITHDRAWN } from './rows.js';
import { closedDays, lastMetrics, writeRows } from './writing.js';

/** What a fact of an event counts for. */
interface Value {
  metric: CataloguedMetric;
  /** `at`: milliseconds since 1970; NaN when only the day is known. */
  when: { day: number; at: number };
  value: number;
  key: string;
}

type OfLeave =
  LeaveApprovedV1 | LeaveChangedV1 | LeaveCancelledV1 | HolidayAbsenceRegisteredV1 | HolidayAbsenceWithdrawnV1;

/** Records of passes have one key space, whichever event speaks of them. */
const PASS_SOURCE = 'event:safety.passes-recorded.v1';
/** One value per student, metric and night: a later result replaces it. */
const NIGHT_KEY = '00000000-0000-0000-0000-000000000000';

/** Observations that come from the other services' events. */
@Injectable()
export class ObservationHandlers {
  constructor(
    private readonly clock: CampusClock,
    private readonly archive: ArchiveErasure,
  ) {}

  /** Every pass counts once, by its id, however often it is told of. */
  @OnEvent(PassesRecordedV1)
  async whenPassesRecorded(tx: Tx, event: Received<PassesRecordedV1>): Promise<void> {
    await this.recordPasses(tx, event, 0, 1);
  }

  /** A retracted pass counts no more, also when its record comes later: a retraction is the higher revision of it. */
  @OnEvent(PassesRetractedV1)
  async whenPassesRetracted(tx: Tx, event: Received<PassesRetractedV1>): Promise<void> {
    await this.recordPasses(tx, event, 1, WITHDRAWN);
  }

  private async recordPasses(
    tx: Tx,
    event: Received<PassesRecordedV1>,
    revision: number,
    value: number,
  ): Promise<void> {
    const dayOfInstant = dayFinder(this.clock.timeZone);
    await this.record(tx, { id: event.id, source: PASS_SOURCE }, revision, event.data.passes, (pass, metric) => {
      const at = Date.parse(pass.at);
      const base = { when: { day: dayOfInstant(at), at }, value, key: pass.passId };
      const into = pass.direction === 'in' ? [{ ...base, metric: metric('dorm_gate_in') }] : [];
      return [{ ...base, metric: metric('gate_passes') }, ...into];
    });
  }

  /** The highest revision of a night says what a student's night was; `clear` is a real zero. */
  @OnEvent(NightCheckedV1)
  async whenNightChecked(tx: Tx, event: Received<NightCheckedV1>): Promise<void> {
    const { night, revision, results } = event.data;
    const when = { day: dayOf(night.slice(0, 10)), at: NaN };
    await this.record(tx, { id: event.id, source: `event:${event.name}` }, revision, results, (result, metric) =>
      nightValues(result).map(([code, value]) => ({ metric: metric(code), when, value, key: NIGHT_KEY })),
    );
  }

  /** What of an attendance no leave covers; the highest revision counts, and where all is covered by now, nothing does. */
  @OnEvent(AbsencesRecordedV1)
  async whenAbsencesRecorded(tx: Tx, event: Received<AbsencesRecordedV1>): Promise<void> {
    const { revision, absences } = event.data;
    await this.record(tx, { id: event.id, source: `event:${event.name}` }, revision, absences, (absence, metric) => {
      const hours = metric('absent_hours');
      const value = absence.hours > 0 ? Math.round(absence.hours * 10 ** hours.decimals) : WITHDRAWN;
      return [{ metric: hours, when: { day: dayOf(absence.day), at: NaN }, value, key: absence.attendanceId }];
    });
  }

  /** To rules, whoever is registered as away over a holiday is on leave. A leave covers every day it touches; its end is exclusive. */
  @OnEvents(LeaveApprovedV1, LeaveChangedV1, LeaveCancelledV1, HolidayAbsenceRegisteredV1, HolidayAbsenceWithdrawnV1)
  async whenLeavesChanged(tx: Tx, events: Received<OfLeave>[]): Promise<void> {
    const leaves = events.map(({ data, aggregateVersion }): LeaveDays => {
      const leaveId = 'leaveId' in data ? data.leaveId : data.registrationId;
      const counts = 'startsAt' in data && Date.parse(data.endsAt) > Date.parse(data.startsAt);
      return {
        ...{ leaveId, studentId: data.studentId, revision: aggregateVersion ?? 0 },
        first: counts ? this.clock.dateOf(new Date(data.startsAt)) : null,
        last: counts ? this.clock.dateOf(new Date(Date.parse(data.endsAt) - 1)) : null,
      };
    });
    await setLeaves(tx, leaves);
    await requestRun(tx);
  }

  @OnEvent(RosterChangedV1, PersonMergedV1, PersonMergeUndoneV1)
  async whenRosterChanged(tx: Tx): Promise<void> {
    await ensureOrdinals(tx);
    await forgetOrdinals(tx);
    await requestRun(tx);
  }

  /** Forgets what the engine knows of a student. */
  @OnEvent(StudentErasedV1)
  async whenStudentErased(tx: Tx, event: Received<StudentErasedV1>): Promise<void> {
    await eraseCases(tx, event.data.studentId);
    await eraseDisputes(tx, event.data.studentId);
    await eraseChoices(tx, event.data.studentId);
    await eraseStudent(tx, event.data.studentId);
    await eraseResources(tx, event.data.studentId);
    await eraseRisk(tx, event.data.studentId);
    await this.archive.erase(tx, event.data.studentId);
  }

  /**
   * Writes what an event means, once per event; students that the roster does not know are left out. Of records of the same key the
   * higher revision counts.
   */
  private async record<T extends { studentId: string }>(
    tx: Tx,
    event: { id: string; source: string },
    revision: number,
    facts: readonly T[],
    valuesOf: (fact: T, metric: (code: string) => CataloguedMetric) => Value[],
  ): Promise<void> {
    const { source } = event;
    const sha256 = createHash('sha256').update(event.id).digest();
    const opened = await openBatch(tx, { source, batchKey: event.id, sha256 }, this.clock.now());
    if ('before' in opened) return;
    const metrics = await metricCatalogue(tx);
    const ordinals = await ordinalsById(tx, [...new Set(facts.map((fact) => fact.studentId))]);
    const { timeZone } = this.clock;
    const rows = new Rows({ timeZone, today: dayOf(this.clock.today()), metrics, students: new Map() });
    let line = 0;
    for (const fact of facts) {
      const ordinal = ordinals.get(fact.studentId);
      if (ordinal === undefined) continue;
      for (const { metric, when, value, key } of valuesOf(fact, (code) => metrics.get(code)!))
        rows.push(line++, metric, when, ordinal, value, key);
    }
    const isClosed = await closedDays(tx, rows);
    if (isClosed) rows.refuseDays(isClosed);
    await writeRows(tx, { seq: opened.seq, source, revision, ordered: lastMetrics(metrics) }, rows);
  }
}

function nightValues({ finding, minutesLate = 0 }: NightResult): [code: string, value: number][] {
  return [
    ['late_return', finding === 'late' ? 1 : 0],
    ['not_returned', finding === 'not_returned' ? 1 : 0],
    ['late_minutes', finding === 'late' ? minutesLate : 0],
  ];
}
