import { Injectable } from '@nestjs/common';
import { query, sql, type Sql, type Tx } from '#database';
import { CampusClock } from '#time';
import { Raising } from './raising.js';
import type { HistoryEntry } from './warning.entity.js';

/** Taking open warnings and notices back in bulk, with their history and the news of it. */
@Injectable()
export class Withdrawals {
  constructor(
    private readonly raising: Raising,
    private readonly clock: CampusClock,
  ) {}

  /** All open warnings and notices of a rule. Returns how many. */
  ofRule(tx: Tx, ruleCode: string, by: string, note?: string): Promise<number> {
    return this.withdraw(tx, sql`rule_code = ${ruleCode}`, by, note);
  }

  /** All open warnings and notices of a student. Returns how many. */
  ofStudent(tx: Tx, studentId: string, by: string): Promise<number> {
    return this.withdraw(tx, sql`student_id = ${studentId}`, by);
  }

  private async withdraw(tx: Tx, which: Sql, by: string, note?: string): Promise<number> {
    const entry: Omit<HistoryEntry, 'level'> = {
      ...{ at: this.clock.now().toISOString(), by, what: 'withdrawn' },
      ...(note !== undefined && { note }),
    };
    const withdrawn = await query<{ id: string; studentId: string; version: number }>(
      tx,
      sql`UPDATE early_warning.warning SET status = 'withdrawn', muted = FALSE, updated_at = now(), version = version + 1,
                 history = history || jsonb_build_array(${JSON.stringify(entry)}::jsonb || jsonb_build_object('level', level))
           WHERE ${which} AND status IN ('open', 'notice') RETURNING id, student_id AS "studentId", version`,
    );
    await this.raising.publishGone(tx, withdrawn, 'withdrawn');
    return withdrawn.length;
  }
}
