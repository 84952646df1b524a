import { Injectable } from '@nestjs/common';
import { Database, query, send, sql, type Tx } from '#database';
import { addDays, CampusClock } from '#time';
import { Vault } from '#vault';
import type { Outcome, Result } from './channels/adapter.js';
import { placeOfChannel, placeOfIdentity } from './channels/channel.entity.js';
import { Channels } from './channels/channels.service.js';
import type { Claimed } from './delivery-claims.service.js';
import type { OuterChannel } from './message.entity.js';
import { NextChannel } from './next-channel.service.js';
import { offTheHour } from './quiet-hours.js';

const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000];
/** Pauses after each attempt that failed. An urgent one is given up within minutes: then somebody else is told. */
const PAUSES = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR];
const URGENT_PAUSES = [5 * SECOND, 20 * SECOND, MINUTE, 2 * MINUTE];

/** A result that is not known yet is asked for again; so is whether it was read, for a day. */
const AGAIN_MS = MINUTE;
const READ_MS = 6 * HOUR;
const WATCHED_MS = 24 * HOUR;
const AT_ONCE = 50;
/** Why a delivery fails whose template says too much: no other channel would take its words. */
export const BAD_WORDS = 'TEMPLATE';
/** A day's quota is free again after midnight, and not for all at the same moment. */
const MORNING_HOUR = 7;

interface Watched {
  id: string;
  channel: OuterChannel;
  reference: string;
  sentAt: Date;
  channelId: string;
  settings: object;
  sealedSecret: Buffer | null;
  channelVersion: number;
  identityId: string;
  sealedAddress: Buffer;
}

/** Stores what came of attempts, and asks channels what became of what they took. */
@Injectable()
export class DeliveryResults {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
    private readonly vault: Vault,
    private readonly channels: Channels,
    private readonly nextChannel: NextChannel,
  ) {}

  /** What came of an attempt that began at `at`. */
  store(claimed: Claimed, outcome: Outcome, at: Date, milliseconds: number): Promise<void> {
    const { id, attempt, urgent, templateVersion } = claimed;
    const after = (ms: number): Date => new Date(at.getTime() + ms);
    return this.database.background(async (tx) => {
      const problem = outcome.state === 'sent' ? null : outcome.problem;
      void send(
        tx,
        sql`INSERT INTO integration.message_attempt (delivery_id, number, at, problem, milliseconds)
            SELECT ${id}, ${attempt}, ${at}, ${problem}, ${milliseconds}
             WHERE EXISTS (SELECT FROM integration.message_delivery WHERE id = ${id}) ON CONFLICT DO NOTHING`,
      );
      if (outcome.state === 'sent') {
        const checkAt = outcome.checkAfterMs === undefined ? null : after(outcome.checkAfterMs);
        await query(
          tx,
          sql`UPDATE integration.message_delivery
                 SET state = 'sent', sent_at = ${at}, reference = ${outcome.reference}, template_version = ${templateVersion},
                     check_at = ${checkAt}, problem = NULL, updated_at = now(), version = version + 1
               WHERE id = ${id} AND state = 'waiting'`,
        );
        return;
      }
      const pause = outcome.state === 'again' ? (urgent ? URGENT_PAUSES : PAUSES)[attempt - 1] : undefined;
      const wait = Math.max(pause ?? 0, outcome.state === 'again' ? (outcome.waitMs ?? 0) : 0);
      await this.change(
        tx,
        id,
        pause === undefined ? { failed: problem! } : { waiting: after(wait), problem: problem! },
      );
    });
  }

  /** Asks what became of what was taken. Returns how many were asked for. */
  async check(): Promise<number> {
    const now = this.clock.now();
    const watched = await this.database.background((tx) =>
      query<Watched>(
        tx,
        sql`WITH due AS (
              SELECT id FROM integration.message_delivery WHERE check_at <= ${now} ORDER BY check_at LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED)
            UPDATE integration.message_delivery d SET check_at = ${new Date(now.getTime() + AGAIN_MS)}
              FROM due, integration.message m, integration.channel c, integration.channel_identity i
             WHERE d.id = due.id AND m.id = d.message_id AND c.key = d.channel AND i.person_id = m.person_id AND i.channel = d.channel
            RETURNING d.id, d.channel, d.reference, d.sent_at AS "sentAt", c.id AS "channelId", c.settings,
                      c.sealed_secret AS "sealedSecret", c.version AS "channelVersion", i.id AS "identityId", i.sealed_address AS "sealedAddress"`,
      ),
    );
    for (const delivery of watched) {
      const result = await this.resultOf(delivery).catch((): Result => ({ state: 'unknown' }));
      await this.database.background((tx) => this.learn(tx, delivery, result, now));
    }
    return watched.length;
  }

  private async resultOf(delivery: Watched): Promise<Result> {
    const { channelId, settings, sealedSecret, channelVersion: version, identityId, sealedAddress } = delivery;
    const secret = sealedSecret ? this.vault.open(placeOfChannel(channelId), sealedSecret) : '';
    const to = this.vault.open(placeOfIdentity(identityId), sealedAddress);
    const adapter = this.channels.adapterOf(delivery.channel);
    return (await adapter.result?.({ settings, secret, version }, delivery.reference, to)) ?? { state: 'unknown' };
  }

  private async learn(tx: Tx, { id, sentAt }: Watched, result: Result, now: Date): Promise<void> {
    const watchedUntil = new Date(sentAt.getTime() + WATCHED_MS);
    if (result.state === 'failed') return this.change(tx, id, { failed: result.problem });
    if (result.state === 'dropped') {
      const tomorrow = this.clock.instantOf(addDays(this.clock.dateOf(now), 1), '00:00').getTime();
      const at = result.until === 'minute' ? now.getTime() + AGAIN_MS : tomorrow + MORNING_HOUR * HOUR;
      return this.change(tx, id, { waiting: offTheHour(new Date(at)), problem: result.problem });
    }
    const read = result.state === 'delivered' && result.read;
    const next = new Date(now.getTime() + (result.state === 'unknown' ? AGAIN_MS : READ_MS));
    const checkAt = read || next > watchedUntil ? null : next;
    await query(
      tx,
      result.state === 'unknown'
        ? sql`UPDATE integration.message_delivery SET check_at = ${checkAt} WHERE id = ${id}`
        : sql`UPDATE integration.message_delivery
                 SET state = 'delivered', delivered_at = coalesce(delivered_at, ${now}), read_at = ${read ? now : null}, check_at = ${checkAt},
                     updated_at = now(), version = version + 1
               WHERE id = ${id}`,
    );
  }

  private async change(tx: Tx, id: string, to: { failed: string } | { waiting: Date; problem: string }): Promise<void> {
    const [state, problem] = 'failed' in to ? ['failed', to.failed] : ['waiting', to.problem];
    const dueAt = 'waiting' in to ? to.waiting : null;
    await query(
      tx,
      sql`UPDATE integration.message_delivery
             SET state = ${state}, problem = ${problem}, due_at = coalesce(${dueAt}, due_at), sent_at = NULL, check_at = NULL,
                 updated_at = now(), version = version + 1
           WHERE id = ${id}`,
    );
    if ('failed' in to && to.failed !== BAD_WORDS) await this.nextChannel.after(tx, [id], this.clock.now());
  }
}
