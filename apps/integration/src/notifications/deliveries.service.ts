import { Injectable } from '@nestjs/common';
import { type Actor, audit, auditList } from '#auth';
import { Database, queryOne, sql, StaleVersionError, type Tx } from '#database';
import { anyOf, list, type Page } from '#http';
import { NotFound } from '#problems';
import { personRef } from '#roster';
import { CampusClock } from '#time';
import { type MessageDeliveriesQuery, MessageDeliveryDto } from './deliveries.dto.js';
import { DeliverySender } from './delivery-sender.service.js';
import type { DeliveryState } from './message.entity.js';
import { DeliveryNotRetryable } from './notifications.problems.js';

const FROM = sql`integration.message_delivery d JOIN integration.message m ON m.id = d.message_id`;
const COLUMNS = sql`d.id, d.message_id AS "messageId", m.kind, m.urgent, ${personRef(sql`m.person_id`)} AS person, d.channel, d.state, d.problem,
  CASE WHEN d.state = 'waiting' THEN d.due_at END AS "notBefore", d.sent_at AS "sentAt", d.delivered_at AS "deliveredAt", d.read_at AS "readAt",
  d.template_version AS "templateVersion", d.version,
  (SELECT coalesce(json_agg(json_build_object('number', a.number, 'at', a.at, 'problem', a.problem, 'milliseconds', a.milliseconds)
     ORDER BY a.number), '[]') FROM integration.message_attempt a WHERE a.delivery_id = d.id) AS attempts`;

/** What became of messages, for whoever runs the channels. */
@Injectable()
export class MessageDeliveries {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
    private readonly sender: DeliverySender,
  ) {}

  list(actor: Actor, request: MessageDeliveriesQuery): Promise<Page<MessageDeliveryDto>> {
    const { channel, state, kind, personId } = request;
    return this.database.transaction(null, async (tx) => {
      const page = await list(tx, request, {
        select: COLUMNS,
        from: FROM,
        where: [
          anyOf(sql`d.channel`, channel),
          anyOf(sql`d.state`, state),
          anyOf(sql`m.kind`, kind),
          personId === undefined ? undefined : sql`m.person_id = ${personId}`,
        ],
        sorts: { createdAt: sql`d.created_at` },
        defaultSort: '-createdAt',
        id: sql`d.id`,
        to: shown,
      });
      await auditList(tx, actor, {
        action: 'integration.message-delivery.list',
        rows: page.data.length,
        filter: request,
      });
      return page;
    });
  }

  get(actor: Actor, id: string): Promise<MessageDeliveryDto> {
    return this.database.transaction(null, async (tx) => {
      const found = await this.find(tx, id);
      await audit(tx, actor, {
        action: 'integration.message-delivery.read',
        subject: { kind: 'message-delivery', id },
      });
      return found;
    });
  }

  /** Tries once more what failed or was not sent. */
  retry(actor: Actor, id: string, expected: number): Promise<MessageDeliveryDto> {
    const now = this.clock.now();
    return this.database.transaction(actor, async (tx) => {
      const { version, state } = await this.find(tx, id);
      if (version !== expected) throw new StaleVersionError();
      if (!retryable(state)) throw new DeliveryNotRetryable();
      const changed = await queryOne(
        tx,
        sql`UPDATE integration.message_delivery SET state = 'waiting', due_at = ${now}, problem = NULL, updated_at = now(), version = version + 1
             WHERE id = ${id} AND version = ${expected} RETURNING id`,
      );
      if (!changed) throw new StaleVersionError();
      await audit(tx, actor, {
        action: 'integration.message-delivery.retry',
        subject: { kind: 'message-delivery', id },
      });
      this.sender.wakeAfter(tx);
      return this.find(tx, id);
    });
  }

  private async find(tx: Tx, id: string): Promise<MessageDeliveryDto> {
    const row = await queryOne<Omit<MessageDeliveryDto, 'actions'>>(
      tx,
      sql`SELECT ${COLUMNS} FROM ${FROM} WHERE d.id = ${id}`,
    );
    if (!row) throw new NotFound({ what: 'delivery' });
    return shown(row);
  }
}

function shown(row: Omit<MessageDeliveryDto, 'actions'>): MessageDeliveryDto {
  return MessageDeliveryDto.from({ ...row, actions: retryable(row.state) ? ['retry'] : [] });
}

function retryable(state: DeliveryState): boolean {
  return state === 'failed' || state === 'skipped';
}
