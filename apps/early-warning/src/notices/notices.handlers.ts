import { Injectable } from '@nestjs/common';
import { query, sql, type Tx } from '#database';
import { Every } from '#events';
import { lastTermOf } from '#roster';
import { CampusClock } from '#time';
import { Raising } from '../warnings/raising.js';

const AT_A_TIME = 500;

@Injectable()
export class NoticeHandlers {
  constructor(
    private readonly raising: Raising,
    private readonly clock: CampusClock,
  ) {}

  /** Notices end with the term in which they were raised; muted ones too. A night that was missed is made good the next. */
  @Every('13 1 * * *', { name: 'early-warning.notices-end', catchUp: 'latest' })
  async everyNight(tx: Tx): Promise<void> {
    const now = this.clock.now();
    const term = await lastTermOf(tx, this.clock.dateOf(now));
    if (!term) return;
    const entry = { at: now.toISOString(), by: 'engine', what: 'expired' };
    for (;;) {
      const ended = await query<{ id: string; studentId: string; version: number }>(
        tx,
        sql`UPDATE early_warning.warning SET status = 'expired', muted = FALSE, updated_at = now(), version = version + 1,
                   history = history || jsonb_build_array(${JSON.stringify(entry)}::jsonb || jsonb_build_object('level', level))
             WHERE id IN (SELECT id FROM early_warning.warning
                           WHERE status = 'notice' AND raised_at < ${this.clock.instantOf(term.endsOn, '00:00')} LIMIT ${AT_A_TIME})
             RETURNING id, student_id AS "studentId", version`,
      );
      await this.raising.publishGone(tx, ended, 'expired');
      if (ended.length < AT_A_TIME) return;
    }
  }
}
