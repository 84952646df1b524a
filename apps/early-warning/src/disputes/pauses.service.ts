import { Injectable } from '@nestjs/common';
import { query, sql, type Sql, type Tx } from '#database';
import { Timers } from '#events';
import { CampusClock } from '#time';
import { timersOf } from '../warnings/triage-due.event.js';
import type { Dispute } from './dispute.entity.js';
import { restsOn } from './disputes.queries.js';

/** Stands still: what is left of the time limit is kept; one that was over stays over. */
const stop = (now: Date) => sql`paused_at = coalesce(w.paused_at, ${now}), updated_at = now(),
  triage_left_ms = CASE WHEN w.triage_due_at > ${now} THEN round(extract(epoch FROM w.triage_due_at - ${now}::timestamptz) * 1000) ELSE w.triage_left_ms END,
  triage_due_at = CASE WHEN w.triage_due_at > ${now} THEN NULL ELSE w.triage_due_at END`;

/** What would follow from a warning waits while a dispute over it, or over a record that it rests on, is open. */
@Injectable()
export class Pauses {
  constructor(
    private readonly timers: Timers,
    private readonly clock: CampusClock,
  ) {}

  /** The time limits of the warnings that the dispute concerns stand still. */
  async begin(tx: Tx, { id, studentId, warningId, metric, day }: Dispute): Promise<void> {
    await query(
      tx,
      sql`WITH touched AS (
            SELECT w.id FROM early_warning.warning w WHERE w.student_id = ${studentId} AND w.status IN ('open', 'notice', 'confirmed')
               AND (w.id = ${warningId}::uuid OR ${warningId}::uuid IS NULL AND ${restsOn(sql`${metric}::text`, sql`${day}::date`)})
               FOR UPDATE
          ), noted AS (
            INSERT INTO early_warning.dispute_warning (dispute_id, warning_id) SELECT ${id}, id FROM touched ON CONFLICT DO NOTHING
          )
          UPDATE early_warning.warning w SET ${stop(this.clock.now())} WHERE w.id IN (SELECT id FROM touched)`,
    );
  }

  /** Of warnings that were just raised, or rose: those that an open dispute concerns stand still with the whole of their new time. */
  async hold(tx: Tx, warningIds: readonly string[]): Promise<void> {
    await query(
      tx,
      sql`WITH touched AS (
            SELECT d.id AS dispute_id, w.id FROM early_warning.warning w
              JOIN early_warning.dispute d ON d.student_id = w.student_id AND d.status = 'open'
             WHERE w.id = ANY(${warningIds}::uuid[]) AND (d.warning_id = w.id OR d.warning_id IS NULL AND ${restsOn(sql`d.metric`, sql`d.day`)})
          ), noted AS (
            INSERT INTO early_warning.dispute_warning (dispute_id, warning_id) SELECT dispute_id, id FROM touched ON CONFLICT DO NOTHING
          )
          UPDATE early_warning.warning w SET ${stop(this.clock.now())} WHERE w.id IN (SELECT id FROM touched)`,
    );
  }

  /** The dispute is over: warnings that no other open dispute concerns go on with exactly the time that was left, also of a step of the line. */
  end(tx: Tx, { id }: Dispute): Promise<void> {
    return this.goOn(
      tx,
      sql`w.id IN (SELECT warning_id FROM early_warning.dispute_warning WHERE dispute_id = ${id})
          AND NOT EXISTS (SELECT FROM early_warning.dispute_warning o JOIN early_warning.dispute d ON d.id = o.dispute_id
                           WHERE o.warning_id = w.id AND d.status = 'open' AND d.id <> ${id})`,
    );
  }

  /** Warnings that stand still though no dispute is open: two were decided, or one while a run was under way, at the same time. */
  endForgotten(tx: Tx): Promise<void> {
    return this.goOn(
      tx,
      sql`NOT EXISTS (SELECT FROM early_warning.dispute_warning o JOIN early_warning.dispute d ON d.id = o.dispute_id
                       WHERE o.warning_id = w.id AND d.status = 'open')`,
    );
  }

  private async goOn(tx: Tx, which: Sql): Promise<void> {
    const now = this.clock.now();
    const rows = await query<{ dueAt: Date | null }>(
      tx,
      sql`WITH over AS (
            SELECT w.id, w.paused_at FROM early_warning.warning w WHERE w.paused_at IS NOT NULL AND ${which} FOR UPDATE
          ), steps AS (
            UPDATE early_warning.care_supervision s SET rises_at = s.rises_at + (${now}::timestamptz - over.paused_at), updated_at = now(), version = version + 1
              FROM over WHERE s.warning_id = over.id AND s.ended_at IS NULL AND s.rises_at IS NOT NULL
            RETURNING s.rises_at
          ), goes_on AS (
            UPDATE early_warning.warning w SET paused_at = NULL, triage_left_ms = NULL, updated_at = now(),
                   triage_due_at = CASE WHEN w.triage_left_ms IS NOT NULL AND w.status = 'open'
                     THEN ${now}::timestamptz + w.triage_left_ms * interval '1 millisecond' ELSE w.triage_due_at END
              FROM over WHERE w.id = over.id
            -- Also a limit that was over already, of which nobody has heard yet.
            RETURNING CASE WHEN w.status = 'open' AND (w.triage_due_at > ${now} OR NOT EXISTS (SELECT FROM early_warning.care_supervision s
              WHERE s.warning_id = w.id AND s.ended_at IS NULL)) THEN w.triage_due_at END AS due_at
          )
          SELECT rises_at AS "dueAt" FROM steps UNION ALL SELECT due_at FROM goes_on`,
    );
    await this.timers.setAll(tx, timersOf(rows.flatMap(({ dueAt }) => dueAt ?? [])));
  }
}
