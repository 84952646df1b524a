import { Injectable } from '@nestjs/common';
import { CareCaseQuietV1, CareSupervisionV1 } from '#contracts';
import { insert, query, queryOne, sql, type Tx, update } from '#database';
import { Events, type TimerKey, Timers } from '#events';
import { Policies } from '#policy';
import { addDays, CampusClock } from '#time';
import type { CareCase } from './care-case.entity.js';
import { CarePolicy } from './care.policy.js';
import { CareSupervision, type CaseCause } from './care-rows.entity.js';
import { CareCaseDueV1 } from './case-due.event.js';
import { causesOf, dueAt, nextLook } from './overdue.js';
import { ownerOf } from './owners.queries.js';
import { SupervisionLine } from './supervision-line.js';

/** At this minute of a day people hear of what is due. */
const HEAR_AT = '07:41';

/** What is due of a case, and whom it concerns when it is overdue: one timer a case, moved with every change. */
@Injectable()
export class CaseSupervision {
  constructor(
    private readonly events: Events,
    private readonly timers: Timers,
    private readonly policies: Policies,
    private readonly line: SupervisionLine,
    private readonly clock: CampusClock,
  ) {}

  /** After every change: supervision ends when nothing is overdue any more, and the timer is set to the next day that matters. */
  async settle(tx: Tx, of: CareCase): Promise<void> {
    const [today, now] = [this.clock.today(), this.clock.now()];
    const due = dueAt(of, await this.nextMeasure(tx, of.id));
    const overdue = causesOf(due, today).length > 0;
    if (!overdue)
      await query(
        tx,
        sql`UPDATE early_warning.care_supervision SET ended_at = ${now}, updated_at = now(), version = version + 1
             WHERE case_id = ${of.id} AND ended_at IS NULL`,
      );
    const running = overdue ? await this.running(tx, of.id) : undefined;
    const day = nextLook(due, of, running, today);
    if (!day) return this.timers.cancel(tx, keyOf(of.id));
    const at = day <= today ? now : this.clock.instantOf(day, HEAR_AT);
    await this.timers.set(tx, { key: keyOf(of.id), at, event: new CareCaseDueV1(of.id) });
  }

  /** Has each of many cases looked at by itself, soon: what their review days were moved for in one go. */
  async lookAtAll(tx: Tx, caseIds: readonly string[]): Promise<void> {
    const at = this.clock.now();
    await this.timers.setAll(
      tx,
      caseIds.map((id) => ({ key: keyOf(id), at, event: new CareCaseDueV1(id) })),
    );
  }

  /** The day has come: a quiet case is put up for review, and what is overdue goes to who is next up the line. */
  async look(tx: Tx, of: CareCase): Promise<void> {
    if (of.closedAt) return;
    const today = this.clock.today();
    if (of.quietOn !== null && of.quietOn <= today && of.quietToldOn !== of.quietOn) {
      of.mustBeReviewed(today);
      of.quietToldOn = of.quietOn;
      await update(tx, of);
      await this.events.publish(tx, new CareCaseQuietV1(of.id), of);
    }
    const [cause] = causesOf(dueAt(of, await this.nextMeasure(tx, of.id)), today);
    if (cause) await this.supervise(tx, of, cause, today);
    await this.settle(tx, of);
  }

  private async supervise(tx: Tx, of: CareCase, cause: CaseCause, today: string): Promise<void> {
    const running = await this.running(tx, of.id);
    if (running && (running.risesOn === null || running.risesOn > today)) return;
    const but = await ownerOf(tx, of.id);
    const [next] = await this.line.above(tx, [
      { studentId: of.studentId, after: running?.personIds.length ? running.step : 0, but },
    ]);
    if (!next && running) {
      running.risesOn = null;
      await update(tx, running);
      return;
    }
    const { value } = await this.policies.at(tx, CarePolicy, today);
    const top = { step: value.line.length, post: value.line.at(-1)!.post, personIds: [] };
    const { step, post, personIds } = next ?? top;
    const supervision = Object.assign(new CareSupervision(), {
      ...{ caseId: of.id, studentId: of.studentId, cause, step, post, personIds, sinceAt: this.clock.now() },
      risesOn: step < value.line.length ? addDays(today, value.supervisionDays) : null,
    });
    await insert(tx, supervision);
    await this.events.publish(tx, new CareSupervisionV1({ caseId: of.id, cause, step, personIds }), of);
  }

  /** The highest step that was told and still is; one that nobody holds, where no other is. */
  private async running(tx: Tx, caseId: string): Promise<CareSupervision | undefined> {
    const rows = await tx
      .createQueryBuilder(CareSupervision, 's')
      .where('s.caseId = :caseId AND s.endedAt IS NULL', { caseId })
      .orderBy('s.step', 'DESC')
      .getMany();
    return rows.find(({ personIds }) => personIds.length > 0) ?? rows[0];
  }

  private async nextMeasure(tx: Tx, caseId: string): Promise<string | null> {
    const row = await queryOne<{ dueOn: string | null }>(
      tx,
      sql`SELECT min(due_on)::text AS "dueOn" FROM early_warning.care_measure WHERE case_id = ${caseId} AND status = 'open'`,
    );
    return row!.dueOn;
  }
}

function keyOf(caseId: string): TimerKey {
  return `early-warning.care-case ${caseId}`;
}
