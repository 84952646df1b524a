import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { LeaveChangedV1, type PassFact } from '#contracts';
import { query, sql, type Tx, update } from '#database';
import { Events } from '#events';
import { Policies } from '#policy';
import { type CountedPass, passesSince } from '#roster';
import { addDays, CampusClock } from '#time';
import { Workflows } from '#workflow';
import { gateReturn, type LeavePass } from './gate-return.js';
import { homePasses } from './home-passes.js';
import { Leave } from './leave.entity.js';
import { type GateReturnRule, LeavePolicy } from './leave.policy.js';

/** Who acts where no person does. */
export const SYSTEM = { app: 'system:affairs', personId: undefined };
const HOUR = 3_600_000;

/** 销假: what the gate says about leaves, and what nobody says anything about. */
@Injectable()
export class LeaveReturns {
  constructor(
    private readonly events: Events,
    private readonly policies: Policies,
    private readonly workflows: Workflows,
    private readonly clock: CampusClock,
  ) {}

  /** Keeps the passes that may show a return, and settles the leaves they bear on. Passes may repeat, come late, in any order. */
  async record(tx: Tx, passes: readonly PassFact[]): Promise<void> {
    await this.take(tx, passes, false);
  }

  /** Undoes what passes did to leaves: they stay as retracted, so that their record, when it comes later, has no effect either. */
  async retract(tx: Tx, passes: readonly PassFact[]): Promise<void> {
    await this.take(tx, passes, true);
  }

  /**
   * What the gate knows of a leave that is about to count. It may have been asked for after the passes came, which were kept
   * for leaves of their time only: they are read again. The caller has locked the leave, and saves it.
   */
  async recall(tx: Tx, leave: Leave): Promise<void> {
    const rule = await this.rule(tx);
    const since = lookback(leave.startsAt, rule);
    // No device's clock is so far ahead.
    if (since.getTime() > this.clock.now().getTime() + HOUR) return;
    const passes = await passesSince(tx, [leave.studentId], since);
    await this.keep(tx, [leave], passes, false, rule);
    await this.reconsider(tx, leave);
  }

  private async take(tx: Tx, facts: readonly PassFact[], retracted: boolean): Promise<void> {
    const rule = await this.rule(tx);
    const passes = facts.map((fact) => ({ ...fact, at: new Date(fact.at) }));
    const leaves = await this.openLeavesOf(tx, [...new Set(passes.map(({ studentId }) => studentId))], rule);
    if (leaves.length === 0) return;
    const touched = await this.keep(tx, leaves, passes, retracted, rule);
    await this.settle(
      tx,
      leaves.filter(({ id }) => touched.has(id)),
      rule,
    );
  }

  /** Keeps, or marks as retracted, the passes that bear on the leaves. Returns the ids of leaves for which something changed. */
  private async keep(
    tx: Tx,
    leaves: readonly Leave[],
    passes: readonly CountedPass[],
    retracted: boolean,
    rule: GateReturnRule,
  ): Promise<Set<string>> {
    const concerned = new Set(leaves.map(({ studentId }) => studentId));
    const relevant = passes.filter(({ studentId }) => concerned.has(studentId));
    const rows = (await homePasses(tx, this.clock, relevant)).flatMap((pass) =>
      leaves
        .filter(({ studentId, startsAt }) => studentId === pass.studentId && pass.at > lookback(startsAt, rule))
        .map(({ id }) => ({ leave_id: id, pass_id: pass.passId, at: pass.at, direction: pass.direction })),
    );
    const changed = await query<{ id: string }>(
      tx,
      sql`INSERT INTO affairs.leave_pass AS kept (leave_id, pass_id, at, direction, retracted)
          SELECT r.*, ${retracted} FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
            AS r(leave_id uuid, pass_id uuid, at timestamptz, direction text)
          ON CONFLICT (leave_id, pass_id) DO UPDATE SET retracted = TRUE WHERE excluded.retracted AND NOT kept.retracted
          RETURNING leave_id AS id`,
    );
    return new Set(changed.map(({ id }) => id));
  }

  /** Looks again at a leave whose start has moved. The caller saves it. */
  async reconsider(tx: Tx, leave: Leave): Promise<void> {
    const passes = (await passesOf(tx, [leave.id])).get(leave.id) ?? [];
    leave.recordGateReturn(gateReturn(leave.startsAt, passes, await this.rule(tx)));
  }

  /** An extension is not decided on while its leave is closed; when the return was taken back, it goes on. */
  async restExtension(tx: Tx, leave: Leave): Promise<void> {
    if (!leave.extensionEndsAt) return;
    const [case_] = await this.workflows.lock(tx, sql`w.id = ${leave.workflowId}`);
    const closed = leave.status === 'closed';
    if (!case_ || (case_.instance.suspended !== null) === closed) return;
    const acting = { by: SYSTEM, roles: ['manager' as const], at: this.clock.now() };
    await this.workflows.act(tx, case_, { op: closed ? 'suspend' : 'resume' }, acting);
  }

  /** Closes, as overdue, what should have been reported back by `now`. Returns how many. */
  async closeOverdue(tx: Tx, now: Date): Promise<number> {
    const rows = await query<{ id: string }>(
      tx,
      sql`WITH overdue AS (
            UPDATE affairs.leave SET status = 'closed', closed_how = 'late', overdue_at = ${now}, version = version + 1, updated_at = now()
             WHERE status = 'approved' AND extension_ends_at IS NULL AND return_by < ${now}
            RETURNING id)
          INSERT INTO affairs.workflow_action (id, subject_id, action, app, occurred_at)
          SELECT gen_random_uuid(), id, 'overdue', ${SYSTEM.app}, ${this.clock.now()} FROM overdue RETURNING id`,
    );
    return rows.length;
  }

  /** Forgets the passes of leaves that can no longer change by them. */
  async forgetPasses(tx: Tx, now: Date): Promise<void> {
    const settled = this.settledBefore(await this.rule(tx), now);
    await query(
      tx,
      sql`DELETE FROM affairs.leave_pass p USING affairs.leave l
           WHERE l.id = p.leave_id AND (l.planned_ends_at <= ${settled} OR l.status IN ('rejected', 'withdrawn', 'cancelled'))`,
    );
  }

  /** Leaves a pass may bear on, locked, so that a decision under way and a pass do not miss each other. */
  private async openLeavesOf(tx: Tx, studentIds: string[], rule: GateReturnRule): Promise<Leave[]> {
    const settled = this.settledBefore(rule, this.clock.now());
    const rows = await query<{ id: string }>(
      tx,
      sql`SELECT id FROM affairs.leave
           WHERE student_id = ANY(${studentIds}::uuid[]) AND planned_ends_at > ${settled}
             AND status IN ('submitted', 'returned', 'approved', 'closed')
           ORDER BY id FOR UPDATE`,
    );
    return rows.length === 0 ? [] : tx.findBy(Leave, { id: In(rows.map(({ id }) => id)) });
  }

  private async settle(tx: Tx, leaves: Leave[], rule: GateReturnRule): Promise<void> {
    const passes = await passesOf(
      tx,
      leaves.map(({ id }) => id),
    );
    for (const leave of leaves) {
      const before = { status: leave.status, returnedAt: leave.returnedAt, endsAt: leave.endsAt };
      if (!leave.recordGateReturn(gateReturn(leave.startsAt, passes.get(leave.id) ?? [], rule))) continue;
      await update(tx, leave);
      if (leave.returnedAt?.getTime() === before.returnedAt?.getTime() && leave.status === before.status) continue;
      await this.workflows.note(tx, leave, leave.returnedAt ? 'close' : 'reopen', SYSTEM, this.clock.now());
      await this.restExtension(tx, leave);
      if (leave.endsAt.getTime() !== before.endsAt.getTime()) await publishChange(tx, this.events, leave);
    }
  }

  private async rule(tx: Tx): Promise<GateReturnRule> {
    return (await this.policies.at(tx, LeavePolicy, this.clock.today())).value.gateReturn;
  }

  private settledBefore(rule: GateReturnRule, now: Date): Date {
    return this.clock.instantOf(addDays(this.clock.dateOf(now), -rule.watchDays), '00:00');
  }
}

/** Tells the others that an approved leave's end moved. */
export async function publishChange(tx: Tx, events: Events, leave: Leave): Promise<void> {
  await events.publish(tx, new LeaveChangedV1(periodOf(leave)), leave);
}

/** What an event says of a leave: never more than this. */
export function periodOf(leave: Leave): { leaveId: string; studentId: string; startsAt: string; endsAt: string } {
  const { id, studentId, startsAt, endsAt } = leave;
  return { leaveId: id, studentId, startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString() };
}

async function passesOf(tx: Tx, leaveIds: string[]): Promise<Map<string, LeavePass[]>> {
  const rows = await query<LeavePass & { leaveId: string }>(
    tx,
    sql`SELECT leave_id AS "leaveId", at, direction FROM affairs.leave_pass
         WHERE leave_id = ANY(${leaveIds}::uuid[]) AND NOT retracted`,
  );
  const byLeave = new Map<string, LeavePass[]>();
  for (const { leaveId, ...pass } of rows) byLeave.set(leaveId, [...(byLeave.get(leaveId) ?? []), pass]);
  return byLeave;
}

function lookback(startsAt: Date, rule: GateReturnRule): Date {
  return new Date(startsAt.getTime() - rule.outLookbackHours * HOUR);
}
