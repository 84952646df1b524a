import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { HolidayAbsenceRegisteredV1, HolidayAbsenceWithdrawnV1 } from '#contracts';
import { query, sql, type Tx, update } from '#database';
import { Events } from '#events';
import { Policies } from '#policy';
import { passesSince } from '#roster';
import { addDays, CampusClock } from '#time';
import { homePasses } from '../leave/home-passes.js';
import { type GateReturnRule, LeavePolicy } from '../leave/leave.policy.js';
import { holidayReturn } from './holiday-return.js';
import { type Absence, HolidayRegistration } from './registration.entity.js';

const HOUR = 3_600_000;

/** What the gate says about returns from holidays; by the same rule of the policy as returns from leave. */
@Injectable()
export class HolidayReturns {
  constructor(
    private readonly events: Events,
    private readonly policies: Policies,
    private readonly clock: CampusClock,
  ) {}

  /** Passes of these students have come, or count no more: their registrations are held against all that count now. */
  async settle(tx: Tx, studentIds: readonly string[]): Promise<void> {
    const rule = await this.rule(tx);
    const settled = this.clock.instantOf(addDays(this.clock.today(), -rule.watchDays), '00:00');
    const rows = await query<{ id: string }>(
      tx,
      sql`SELECT r.id FROM affairs.holiday_registration r JOIN affairs.holiday_campaign l ON l.id = r.campaign_id
           WHERE r.student_id = ANY(${[...new Set(studentIds)]}::uuid[]) AND r.status = 'approved' AND r.away AND l.status = 'open'
             AND r.returns_at > ${settled} AND (r.returned_at IS NULL OR r.returned_how = 'gate') ORDER BY r.id FOR UPDATE OF r`,
    );
    if (rows.length === 0) return;
    const found = await tx.findBy(HolidayRegistration, { id: In(rows.map(({ id }) => id)) });
    const before = new Map(found.map((one) => [one.id, one.absence]));
    for (const one of await this.reconsider(tx, found, rule)) {
      await update(tx, one);
      await tellAbsence(tx, this.events, one, before.get(one.id));
    }
  }

  /** What the gate knows of a registration that counts from now on. The caller has locked it, and saves it. */
  async recall(tx: Tx, found: HolidayRegistration): Promise<void> {
    if (found.absence && found.leavesAt! < this.clock.now() && !found.returnedAt)
      await this.reconsider(tx, [found], await this.rule(tx));
  }

  /** Sets the returns that the gate has seen. Returns those for which something changed. */
  private async reconsider(
    tx: Tx,
    found: readonly HolidayRegistration[],
    rule: GateReturnRule,
  ): Promise<HolidayRegistration[]> {
    const since = Math.min(...found.map(({ leavesAt }) => leavesAt!.getTime())) - rule.outLookbackHours * HOUR;
    const students = found.map(({ studentId }) => studentId);
    const passes = await homePasses(tx, this.clock, await passesSince(tx, students, new Date(since)));
    return found.filter((one) => {
      const theirs = passes.filter(
        ({ studentId, passId }) => studentId === one.studentId && passId !== one.refutedPassId,
      );
      const dayOfReturn = this.clock.instantOf(this.clock.dateOf(one.returnsAt!), '00:00');
      return one.recordGateReturn(holidayReturn(one.leavesAt!, dayOfReturn, theirs, rule));
    });
  }

  private async rule(tx: Tx): Promise<GateReturnRule> {
    return (await this.policies.at(tx, LeavePolicy, this.clock.today())).value.gateReturn;
  }
}

/** Tells the others when the student is away, where that has changed. */
export async function tellAbsence(
  tx: Tx,
  events: Events,
  found: HolidayRegistration,
  before: Absence | undefined,
): Promise<void> {
  const { absence, id: registrationId, studentId } = found;
  const ids = { registrationId, studentId };
  const key = (of: Absence | undefined): string => `${of?.startsAt.getTime()} ${of?.endsAt.getTime()}`;
  if (key(absence) === key(before)) return;
  const event = absence
    ? new HolidayAbsenceRegisteredV1({
        ...{ ...ids, startsAt: absence.startsAt.toISOString(), endsAt: absence.endsAt.toISOString() },
      })
    : new HolidayAbsenceWithdrawnV1(ids);
  await events.publish(tx, event, found);
}
