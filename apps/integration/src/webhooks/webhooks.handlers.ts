import { Injectable } from '@nestjs/common';
import { allEvents } from '#contracts';
import { query, queryOne, sql, type Tx } from '#database';
import { Every, OnEvents, type Period, type Received } from '#events';
import { Config } from '#config';
import { addDays, CampusClock } from '#time';
import { KINDS_OF } from '../notifications/kinds.js';
import { Notifier } from '../notifications/notifier.service.js';
import { Sender } from './sender.service.js';
import { TOLD } from './webhooks.dto.js';
import { permitted } from './webhooks.queries.js';

const EVENTS = allEvents()
  .filter(({ options: { name, tells } }) => tells ?? KINDS_OF.has(name))
  .map(({ eventClass }) => eventClass);

/** Turns events into messages to whom they concern: apps by webhook, people by what `Notifier` writes. */
@Injectable()
export class WebhookHandlers {
  constructor(
    private readonly config: Config,
    private readonly clock: CampusClock,
    private readonly sender: Sender,
    private readonly notifier: Notifier,
  ) {}

  @OnEvents(...EVENTS)
  async whenSomethingHappened(tx: Tx, events: Received<object>[]): Promise<void> {
    const told = events.filter(({ name }) => TOLD.has(name));
    if (told.length > 0) await this.tellApps(tx, told);
    await this.notifier.whenSomethingHappened(tx, events);
  }

  private async tellApps(tx: Tx, events: Received<object>[]): Promise<void> {
    const rows = events.map(({ id, name, occurredAt, aggregateId, aggregateVersion, data }) => ({
      id,
      type: name,
      permission: TOLD.get(name)!.permission,
      occurredAt,
      data: { ...idsOf(data), ...(aggregateId && { aggregateId, sequence: aggregateVersion }) },
    }));
    const told = await queryOne<{ n: number }>(
      tx,
      sql`WITH told AS (
            INSERT INTO integration.webhook_message (id, webhook_id, event_id, type, data, occurred_at, due_at)
            SELECT gen_random_uuid(), w.id, e.id, e.type, e.data, e."occurredAt", ${this.clock.now()}
              FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS e(id uuid, type text, permission text, data jsonb, "occurredAt" timestamptz)
              JOIN integration.webhook w ON w.types @> ARRAY[e.type] AND ${permitted(sql`w.client_id`, sql`e.permission`)}
             ORDER BY e.id
            ON CONFLICT DO NOTHING RETURNING 1)
          SELECT count(*)::int AS n FROM told`,
    );
    if (told!.n > 0) this.sender.wakeAfter(tx);
  }

  /** Throws away, once a day, what was told longer ago than events are kept. */
  @Every('37 4 * * *', { name: 'integration.webhook-messages', catchUp: 'latest' })
  async everyNight(tx: Tx, { date }: Period): Promise<void> {
    const before = this.clock.instantOf(addDays(date, -this.config.keepEventsDays), '00:00');
    await query(tx, sql`DELETE FROM integration.webhook_message WHERE occurred_at < ${before}`);
  }
}

/** The ids that an event carries: what an app asks the API for. Nothing else of it leaves the house. */
function idsOf(data: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(data).filter(([key]) => /Ids?$/.test(key)));
}
