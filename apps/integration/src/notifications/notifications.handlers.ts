import { Injectable } from '@nestjs/common';
import { StudentErasedV1 } from '#contracts';
import { query, sql, type Tx } from '#database';
import { Every, OnEvent, type Period, type Received } from '#events';
import { Policies } from '#policy';
import { addDays, CampusClock } from '#time';
import { eraseResults } from '../oneroster/erase-results.js';
import { eraseMessages } from './erase-messages.js';
import { NotificationPolicy } from './notifications.policy.js';
import { MessageUnreachedDueV1 } from './unreached/unreached-due.event.js';
import { UnreachedMessages } from './unreached/unreached.service.js';

/** What happens to messages by itself, and what an erasure takes. What events of other services make: `Notifier`. */
@Injectable()
export class NotificationHandlers {
  constructor(
    private readonly clock: CampusClock,
    private readonly policies: Policies,
    private readonly unreached: UnreachedMessages,
  ) {}

  @OnEvent(MessageUnreachedDueV1)
  whenUnreachedDue(tx: Tx, { data }: Received<MessageUnreachedDueV1>): Promise<void> {
    return this.unreached.whenDue(tx, data.messageId);
  }

  @OnEvent(StudentErasedV1)
  async whenStudentErased(tx: Tx, { data }: Received<StudentErasedV1>): Promise<void> {
    // A service has one handler of an event: this one is for all of its features.
    await eraseMessages(tx, data.studentId);
    await eraseResults(tx, data.studentId);
  }

  @Every('7 17 * * *', { name: 'integration.chain-check', catchUp: 'latest' })
  everyEvening(tx: Tx, { date }: Period): Promise<void> {
    return this.unreached.checkChain(tx, date);
  }

  @Every('43 4 * * *', { name: 'integration.old-messages', catchUp: 'latest' })
  async everyNight(tx: Tx, { date }: Period): Promise<void> {
    const { keepDays } = (await this.policies.at(tx, NotificationPolicy, date)).value;
    const before = this.clock.instantOf(addDays(date, -keepDays), '00:00');
    await query(tx, sql`DELETE FROM integration.message WHERE due_at < ${before}`);
    await query(tx, sql`DELETE FROM integration.unreachable WHERE day < ${addDays(date, -keepDays)}`);
    const yesterday = this.clock.instantOf(addDays(date, -1), '00:00');
    await query(tx, sql`DELETE FROM integration.channel_use WHERE at < ${yesterday}`);
    await query(tx, sql`DELETE FROM integration.email_code WHERE sent_at < ${yesterday}`);
  }
}
