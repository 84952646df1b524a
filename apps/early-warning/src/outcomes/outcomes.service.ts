import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { Database, sql } from '#database';
import { anyOf, list, type Page } from '#http';
import { shownToSender } from '../referrals/referral.entity.js';
import { OutcomeDto, type OutcomesQuery } from './outcomes.dto.js';

/** The raiser's own list. */
@Injectable()
export class Outcomes {
  constructor(private readonly database: Database) {}

  list(actor: Actor, request: OutcomesQuery): Promise<Page<OutcomeDto>> {
    const personId = actor.personId ?? null;
    return list(this.database.connection, request, {
      select: sql`o.id, o.subject, o.what, o.grade, o.raised_at AS "raisedAt", o.outcome`,
      from: sql`(
        SELECT w.id, 'warning' AS subject, w.rule_code AS what, w.level AS grade, w.raised_at,
               CASE w.status WHEN 'open' THEN 'waiting' WHEN 'notice' THEN 'informed' WHEN 'confirmed' THEN 'taken_up' WHEN 'withdrawn' THEN 'withdrawn'
                    ELSE 'closed' END AS outcome
          FROM early_warning.warning w WHERE w.rule_id = ANY(ARRAY(SELECT id FROM early_warning.rule WHERE created_by = ${personId}::text))
        UNION ALL
        SELECT r.id, 'referral', r.kind, r.urgency, r.raised_at, CASE WHEN r.status = 'sent' THEN 'waiting' ELSE ${shownToSender} END
          FROM early_warning.referral r WHERE r.raised_by = ${personId}::uuid) o`,
      where: [anyOf(sql`o.subject`, request.subject), anyOf(sql`o.outcome`, request.outcome)],
      sorts: { raisedAt: sql`o.raised_at` },
      defaultSort: '-raisedAt',
      id: sql`o.id`,
      to: OutcomeDto.from,
    });
  }
}
