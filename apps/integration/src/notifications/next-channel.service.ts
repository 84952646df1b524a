import { Injectable } from '@nestjs/common';
import { newId, query, sql, type Tx } from '#database';
import { Policies } from '#policy';
import { CampusClock } from '#time';
import { type Addressed, nextOf, PREFERRED, REACHABLE } from './channel-order.js';
import { NotificationPolicy } from './notifications.policy.js';

/** Takes a message to its next channel when one has failed for good. Quiet hours and quotas hold for it when it is sent. */
@Injectable()
export class NextChannel {
  constructor(
    private readonly clock: CampusClock,
    private readonly policies: Policies,
  ) {}

  /** After the deliveries have failed, in their transaction. What was read, or still goes out over another channel, needs none. */
  async after(tx: Tx, failedIds: readonly string[], now: Date): Promise<void> {
    if (failedIds.length === 0) return;
    const messages = await query<Addressed & { id: string }>(
      tx,
      sql`SELECT m.id, m.kind, m.urgent, ${REACHABLE} AS reachable, ${PREFERRED} AS chosen
            FROM integration.message m LEFT JOIN integration.notification_preference p ON p.person_id = m.person_id
           WHERE m.id IN (SELECT message_id FROM integration.message_delivery WHERE id = ANY(${failedIds}::uuid[])) AND m.read_at IS NULL
             AND NOT EXISTS (SELECT FROM integration.message_delivery o
                              WHERE o.message_id = m.id AND o.channel <> 'in_app' AND o.state IN ('waiting', 'sent', 'delivered'))`,
    );
    const { value } = await this.policies.at(tx, NotificationPolicy, this.clock.dateOf(now));
    const next = messages.flatMap((message) =>
      nextOf(message, value).map((channel) => ({ id: newId(), messageId: message.id, channel })),
    );
    if (next.length === 0) return;
    await query(
      tx,
      sql`INSERT INTO integration.message_delivery (id, message_id, channel, state, due_at)
          SELECT d.id, d."messageId", d.channel, 'waiting', ${now}::timestamptz
            FROM jsonb_to_recordset(${JSON.stringify(next)}::jsonb) AS d(id uuid, "messageId" uuid, channel text)
          ON CONFLICT DO NOTHING`,
    );
  }
}
