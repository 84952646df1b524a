import { Injectable } from '@nestjs/common';
import { Database, query, sql } from '#database';
import { Events, Together } from '#events';
import { WebhookDisabledV1 } from '#contracts';
import { CampusClock } from '#time';

/** What came of an attempt: `again`: another follows at `dueAt`; `failing`: it was the last; `gone`: the receiver answered 410. */
export interface Attempt {
  messageId: string;
  webhookId: string;
  number: number;
  at: Date;
  status: number | null;
  problem: string | null;
  milliseconds: number;
  outcome: 'delivered' | 'again' | 'failing' | 'gone';
  dueAt?: Date;
}

/** Stores what came of attempts. Those that end while others are being stored are stored together. */
@Injectable()
export class Outcomes {
  private readonly together = new Together<Attempt>((attempts) => this.store(attempts), 1);

  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly clock: CampusClock,
  ) {}

  /** Resolves when it is stored. */
  write(attempt: Attempt): Promise<void> {
    return this.together.do([attempt]);
  }

  private store(attempts: Attempt[]): Promise<void> {
    return this.database.background(async (tx) => {
      const off = await query<{ id: string; reason: 'gone' | 'failing' }>(
        tx,
        sql`WITH said AS (
              SELECT * FROM jsonb_to_recordset(${JSON.stringify(attempts)}::jsonb) AS a("messageId" uuid, "webhookId" uuid, number int,
                at timestamptz, status int, problem text, milliseconds int, outcome text, "dueAt" timestamptz)
            ), messages AS (
              -- the receiver is gone: what waits is kept for whoever enables the webhook again
              UPDATE integration.webhook_message m
                 SET delivered_at = CASE WHEN s.outcome = 'delivered' THEN s.at END,
                     failed_at = CASE WHEN s.outcome = 'failing' THEN s.at END,
                     due_at = coalesce(s."dueAt", m.due_at)
                FROM said s WHERE m.id = s."messageId" RETURNING m.id
            ), stored AS (
              INSERT INTO integration.webhook_attempt (message_id, number, at, status, problem, milliseconds)
              SELECT m.id, s.number, s.at, s.status, s.problem, s.milliseconds FROM said s JOIN messages m ON m.id = s."messageId"
              ON CONFLICT DO NOTHING
            )
            UPDATE integration.webhook w
               SET disabled_at = ${this.clock.now()}, disabled_for = s.outcome, version = w.version + 1, updated_at = now()
              FROM (SELECT DISTINCT ON ("webhookId") "webhookId", outcome FROM said WHERE outcome IN ('gone', 'failing')) s
             WHERE w.id = s."webhookId" AND w.disabled_at IS NULL
            RETURNING w.id, w.disabled_for AS reason`,
      );
      await this.events.publishAll(
        tx,
        off.map(({ id, reason }) => new WebhookDisabledV1(id, reason)),
      );
    });
  }
}
