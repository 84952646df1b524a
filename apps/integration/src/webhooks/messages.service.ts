import { Injectable } from '@nestjs/common';
import { type Actor } from '#auth';
import { Database, query, queryOne, sql } from '#database';
import { anyOf, list, type Page } from '#http';
import { NotFound } from '#problems';
import { CampusClock } from '#time';
import { Sender } from './sender.service.js';
import { MessageDto, type MessagesQuery, type ReplayDto, ReplayedDto } from './webhooks.dto.js';
import { WebhookDisabled, WebhookTooSoon } from './webhooks.problems.js';
import { Webhooks } from './webhooks.service.js';

const PAUSE_MS = 60_000;

const STATE = sql`CASE WHEN m.delivered_at IS NOT NULL THEN 'delivered' WHEN m.failed_at IS NOT NULL THEN 'failed' ELSE 'waiting' END`;
const COLUMNS = sql`m.id, m.type, m.data, m.occurred_at AS "occurredAt", ${STATE} AS state,
  CASE WHEN m.delivered_at IS NULL AND m.failed_at IS NULL THEN m.due_at END AS "nextAt",
  (SELECT coalesce(json_agg(json_build_object('number', a.number, 'at', a.at, 'status', a.status, 'problem', a.problem,
     'milliseconds', a.milliseconds) ORDER BY a.number), '[]') FROM integration.webhook_attempt a WHERE a.message_id = m.id) AS attempts`;

/** What a webhook was told, and telling it again. */
@Injectable()
export class Messages {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
    private readonly webhooks: Webhooks,
    private readonly sender: Sender,
  ) {}

  list(actor: Actor, webhookId: string, request: MessagesQuery): Promise<Page<MessageDto>> {
    const { state, type } = request;
    return this.database.read(async (tx) => {
      await this.webhooks.own(tx, actor, webhookId, false);
      return list(tx, request, {
        select: COLUMNS,
        from: sql`integration.webhook_message m`,
        where: [
          sql`m.webhook_id = ${webhookId}`,
          state === undefined ? undefined : sql`${STATE} = ${state}`,
          anyOf(sql`m.type`, type),
        ],
        sorts: { occurredAt: sql`m.occurred_at` },
        defaultSort: '-occurredAt',
        id: sql`m.id`,
        to: MessageDto.from,
      });
    });
  }

  /** Sends one again, whatever came of it, with all its attempts before it. Once a minute. */
  resend(actor: Actor, webhookId: string, id: string): Promise<MessageDto> {
    const now = this.clock.now();
    return this.database.transaction(actor, async (tx) => {
      const webhook = await this.webhooks.own(tx, actor, webhookId, true);
      if (webhook.disabledAt) throw new WebhookDisabled();
      const found = await queryOne<{ soon: boolean }>(
        tx,
        sql`SELECT resent_at > ${new Date(now.getTime() - PAUSE_MS)} IS TRUE AS soon FROM integration.webhook_message m
             WHERE m.id = ${id} AND m.webhook_id = ${webhookId} FOR UPDATE`,
      );
      if (!found) throw new NotFound({ what: 'message' });
      if (found.soon) throw new WebhookTooSoon();
      const row = await queryOne(
        tx,
        sql`UPDATE integration.webhook_message m SET delivered_at = NULL, failed_at = NULL, due_at = ${now}, resent_at = ${now}
             WHERE m.id = ${id} RETURNING ${COLUMNS}`,
      );
      this.sender.wakeAfter(tx);
      return MessageDto.from(row!);
    });
  }

  /** Sends all of a time again, or those that failed. What waits is not touched. Once a minute. */
  replay(actor: Actor, webhookId: string, { from, which }: ReplayDto): Promise<ReplayedDto> {
    const now = this.clock.now();
    return this.database.transaction(actor, async (tx) => {
      const webhook = await this.webhooks.own(tx, actor, webhookId, true);
      if (webhook.disabledAt) throw new WebhookDisabled();
      const soon = await queryOne(
        tx,
        sql`SELECT FROM integration.webhook_message WHERE webhook_id = ${webhookId}
               AND resent_at > ${new Date(now.getTime() - PAUSE_MS)} LIMIT 1`,
      );
      if (soon) throw new WebhookTooSoon();
      const ended = which === 'all' ? sql`coalesce(delivered_at, failed_at) IS NOT NULL` : sql`failed_at IS NOT NULL`;
      const again = await query(
        tx,
        sql`UPDATE integration.webhook_message SET delivered_at = NULL, failed_at = NULL, due_at = ${now}, resent_at = ${now}
             WHERE webhook_id = ${webhookId} AND occurred_at >= ${from} AND ${ended} RETURNING 1`,
      );
      this.sender.wakeAfter(tx);
      return Object.assign(new ReplayedDto(), { messages: again.length });
    });
  }
}
