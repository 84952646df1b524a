import { Injectable } from '@nestjs/common';
import { type WarningLevel, WarningOverdueV1 } from '#contracts';
import { query, sql, type Tx } from '#database';
import { OnEvent, type Received } from '#events';
import { Raising } from './raising.js';
import { TriageDueV1 } from './triage-due.event.js';

@Injectable()
export class TriageDeadlines {
  constructor(private readonly raising: Raising) {}

  /** Says of each warning that is still open that its time limit is over. One that was settled or raised anew has another, or none. */
  @OnEvent(TriageDueV1)
  async whenTriageDue(tx: Tx, { data: { dueAt } }: Received<TriageDueV1>): Promise<void> {
    const overdue = await query<{ id: string; studentId: string; level: WarningLevel; version: number }>(
      tx,
      sql`SELECT id, student_id AS "studentId", level, version FROM early_warning.warning
           WHERE status = 'open' AND triage_due_at = ${dueAt} ORDER BY id FOR UPDATE`,
    );
    await this.raising.publish(
      tx,
      overdue.map((warning) => {
        const { id: warningId, studentId, level } = warning;
        return { change: warning, event: new WarningOverdueV1({ warningId, studentId, level, dueAt }) };
      }),
    );
  }
}
