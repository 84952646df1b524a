import { Injectable } from '@nestjs/common';
import { type AppointmentKind, type WarningLevel, WarningEscalatedV1, WarningOverdueV1 } from '#contracts';
import { query, sql, type Tx } from '#database';
import { OnEvent, type Received, Timers } from '#events';
import { Policies } from '#policy';
import { CampusClock } from '#time';
import { WaitingSupervision } from '../cases/waiting-supervision.service.js';
import { Raising } from './raising.js';
import { timersOf, TriageDueV1 } from './triage-due.event.js';
import { TriagePolicy } from './triage.policy.js';

interface Due {
  id: string;
  studentId: string;
  level: WarningLevel;
  version: number;
  /** Its own time limit is over, not that of a step of the line. */
  first: boolean;
  /** The posts that the rule is for; null: all. */
  posts: AppointmentKind[] | null;
}

@Injectable()
export class TriageDeadlines {
  constructor(
    private readonly raising: Raising,
    private readonly timers: Timers,
    private readonly supervision: WaitingSupervision,
    private readonly policies: Policies,
    private readonly clock: CampusClock,
  ) {}

  /**
   * Of each warning that is still open and whose time limit is over: says so, and takes it up a step of the line. One that was settled or
   * raised anew has another limit, or none.
   */
  @OnEvent(TriageDueV1)
  async whenTriageDue(tx: Tx, { data: { dueAt } }: Received<TriageDueV1>): Promise<void> {
    const due = await query<Due>(
      tx,
      sql`SELECT w.id, w.student_id AS "studentId", w.level, w.version, w.triage_due_at = ${dueAt} AS first, r.definition -> 'visibility' AS posts
            FROM early_warning.warning w JOIN early_warning.rule r ON r.id = w.rule_id
           WHERE w.status = 'open' AND w.paused_at IS NULL AND (w.triage_due_at = ${dueAt} OR w.id IN (
                   SELECT warning_id FROM early_warning.care_supervision WHERE rises_at = ${dueAt} AND ended_at IS NULL))
           ORDER BY w.id FOR UPDATE OF w`,
    );
    await this.raising.publish(
      tx,
      due
        .filter(({ first }) => first)
        .map((change) => {
          const { id: warningId, studentId, level } = change;
          return { change, event: new WarningOverdueV1({ warningId, studentId, level, dueAt }) };
        }),
    );
    const limits = (await this.policies.at(tx, TriagePolicy, this.clock.today())).value;
    const versions = new Map(due.map(({ id, version }) => [id, version]));
    const risen = await this.supervision.rise(
      tx,
      'warning',
      due.map((one) => ({ ...one, stepHours: limits[`${one.level}StepHours`] })),
    );
    await this.timers.setAll(tx, timersOf(risen.flatMap(({ risesAt }) => risesAt ?? [])));
    await this.raising.publish(
      tx,
      risen.map(({ id, step, personIds }) => ({
        change: { id, version: versions.get(id)! },
        event: new WarningEscalatedV1({ warningId: id, step, personIds }),
      })),
    );
  }
}
