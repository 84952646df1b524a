import { Injectable } from '@nestjs/common';
import { Database, newId, query, send, sql, type Tx } from '#database';
import { Timers } from '#events';
import { Policies } from '#policy';
import { CampusClock } from '#time';
import { type Addressed, nextOf, PREFERRED, REACHABLE } from './channel-order.js';
import type { MessageDelivery } from './message.entity.js';
import { withheldFor } from './messages.queries.js';
import { NotificationPolicy } from './notifications.policy.js';
import { quietUntil } from './quiet-hours.js';
import { MessageUnreachedDueV1 } from './unreached/unreached-due.event.js';

const AT_ONCE = 200;
const MINUTE_MS = 60_000;

interface Due extends Addressed {
  id: string;
  withheldFor: 'gone' | 'not_answering' | null;
  quietFrom: string | null;
  quietTo: string | null;
}

type Planned = Pick<MessageDelivery, 'id' | 'messageId' | 'channel' | 'state' | 'dueAt' | 'deliveredAt'>;

/** Closes messages whose time has come, and decides over which channels and when they go out. */
@Injectable()
export class Planner {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
    private readonly policies: Policies,
    private readonly timers: Timers,
  ) {}

  /** Returns how many messages it closed. */
  plan(): Promise<number> {
    const now = this.clock.now();
    return this.database.background(async (tx) => {
      const due = await this.due(tx, now);
      if (due.length === 0) return 0;
      const policy = (await this.policies.at(tx, NotificationPolicy, this.clock.dateOf(now))).value;
      const deliveries = due.flatMap((message) => this.deliveriesOf(message, policy, now));
      void send(
        tx,
        sql`UPDATE integration.message m SET closed_at = ${now}, withheld_for = d."withheldFor", updated_at = now(), version = m.version + 1
              FROM jsonb_to_recordset(${JSON.stringify(due)}::jsonb) AS d(id uuid, "withheldFor" text) WHERE m.id = d.id`,
      );
      void send(
        tx,
        sql`INSERT INTO integration.message_delivery (id, message_id, channel, state, due_at, sent_at, delivered_at)
            SELECT d.id, d."messageId", d.channel, d.state, d."dueAt", d."deliveredAt", d."deliveredAt"
              FROM jsonb_to_recordset(${JSON.stringify(deliveries)}::jsonb)
                AS d(id uuid, "messageId" uuid, channel text, state text, "dueAt" timestamptz, "deliveredAt" timestamptz)
            ON CONFLICT DO NOTHING`,
      );
      const later = new Date(now.getTime() + policy.unreachedMinutes * MINUTE_MS);
      await this.timers.setAll(
        tx,
        due
          .filter(({ urgent }) => urgent)
          .map(({ id, withheldFor }) => ({
            key: `integration.unreached ${id}`,
            // Nobody reads what is withheld.
            at: withheldFor ? now : later,
            event: new MessageUnreachedDueV1(id),
          })),
      );
      return due.length;
    });
  }

  private due(tx: Tx, now: Date): Promise<Due[]> {
    return query<Due>(
      tx,
      sql`WITH due AS (
            SELECT id FROM integration.message WHERE closed_at IS NULL AND due_at <= ${now} ORDER BY due_at LIMIT ${AT_ONCE}
               FOR UPDATE SKIP LOCKED)
          SELECT m.id, m.kind, m.urgent, ${withheldFor(this.clock.dateOf(now))} AS "withheldFor",
                 ${REACHABLE} AS reachable, ${PREFERRED} AS chosen, p.quiet_from AS "quietFrom", p.quiet_to AS "quietTo"
            FROM due JOIN integration.message m USING (id)
            LEFT JOIN integration.notification_preference p ON p.person_id = m.person_id`,
    );
  }

  private deliveriesOf(message: Due, policy: NotificationPolicy, now: Date): Planned[] {
    if (message.withheldFor) return [];
    const dueAt = quietUntil(message, policy, now, this.clock.timeZone);
    const of = (channel: MessageDelivery['channel']): Pick<Planned, 'id' | 'messageId' | 'channel'> => ({
      ...{ id: newId(), messageId: message.id, channel },
    });
    return [
      { ...of('in_app'), state: 'delivered', dueAt: now, deliveredAt: now },
      ...nextOf(message, policy).map((channel) => ({
        ...of(channel),
        state: 'waiting' as const,
        dueAt,
        deliveredAt: null,
      })),
    ];
  }
}
