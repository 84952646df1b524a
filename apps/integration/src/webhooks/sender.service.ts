import { performance } from 'node:perf_hooks';
import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Config } from '#config';
import { afterCommit, Database, query, sql, type Tx } from '#database';
import { CampusClock } from '#time';
import { Vault } from '#vault';
import { type Attempt, Outcomes } from './outcomes.service.js';
import { pauseAfter, retryAfter } from './retries.js';
import { type Secret, signature, signing } from './signing.js';
import { request } from '../outside/request.js';
import { Targets } from '../outside/targets.js';
import { WorkLoop } from '../outside/work-loop.js';
import type { FORMATS } from './webhook.entity.js';
import { neededFor, permitted, placeOf } from './webhooks.queries.js';

/** Requests under way in a process. */
const AT_ONCE = 256;
/** Requests under way to one webhook: a slow receiver holds no more. */
const EACH = 8;
/** An attempt is cut off after ten seconds; one that was begun longer ago died with its process. */
const ATTEMPT_MS = 10_000;
const LEASE_MS = 60_000;
/** Of an answer nothing is used but its status and Retry-After. */
const MOST_BYTES = 64 * 1024;
const SLOW_DOWN = [429, 502, 503, 504];
const GONE = 410;

interface Claimed {
  id: string;
  webhookId: string;
  type: string;
  data: object;
  occurredAt: Date;
  attempts: number;
  url: string;
  format: keyof typeof FORMATS;
  sealedSecrets: Buffer;
}

/**
 * Sends what is due, in the processes that are workers. A message is claimed by counting the attempt and moving its time past the attempt's
 * end, in one statement: two processes never send one at once, and what a dead process was sending is sent again. Receivers get a message
 * at least once, and know it by its `webhook-id`.
 */
@Injectable()
export class Sender implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Sender');
  private readonly underWay = new Map<string, number>();
  private readonly sending = new Set<Promise<void>>();
  private readonly loop = new WorkLoop(() => this.turn(), this.logger);

  constructor(
    private readonly database: Database,
    private readonly config: Config,
    private readonly clock: CampusClock,
    private readonly vault: Vault,
    private readonly targets: Targets,
    private readonly outcomes: Outcomes,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.roles.includes('worker')) this.loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
    await Promise.all(this.sending);
    this.targets.close();
  }

  /** There is something to send once `tx` has committed. Workers of other processes see it within a second. */
  wakeAfter(tx: Tx): void {
    afterCommit(tx, () => this.loop.look());
  }

  private async turn(): Promise<number> {
    const claimed = await this.claim();
    for (const message of claimed) this.start(message);
    return claimed.length;
  }

  private start(message: Claimed): void {
    const { webhookId } = message;
    this.underWay.set(webhookId, (this.underWay.get(webhookId) ?? 0) + 1);
    const sent: Promise<void> = this.send(message)
      // The receiver is free for the next one while this is stored.
      .finally(() => this.free(webhookId))
      .then((attempt) => this.outcomes.write(attempt))
      // Its time comes again when the claim runs out.
      .catch((error: unknown) => this.logger.warn(`what came of an attempt was not stored: ${(error as Error).name}`))
      .then(() => {
        this.sending.delete(sent);
        this.loop.look();
      });
    this.sending.add(sent);
  }

  private free(webhookId: string): void {
    const others = this.underWay.get(webhookId)! - 1;
    if (others > 0) this.underWay.set(webhookId, others);
    else this.underWay.delete(webhookId);
    this.loop.look();
  }

  /** What is due of webhooks that have less than enough under way, oldest first, and whose apps may still be told. */
  private async claim(): Promise<Claimed[]> {
    const room = AT_ONCE - this.sending.size;
    if (room <= 0) return [];
    const now = this.clock.now();
    const busy = [...this.underWay].filter(([, count]) => count >= EACH).map(([id]) => id);
    return query<Claimed>(
      this.database.connection,
      sql`WITH due AS (
            SELECT m.id FROM integration.webhook w CROSS JOIN LATERAL (
                     SELECT m.id FROM integration.webhook_message m
                      WHERE m.webhook_id = w.id AND m.due_at <= ${now} AND m.delivered_at IS NULL AND m.failed_at IS NULL
                        AND ${permitted(sql`w.client_id`, neededFor(sql`m.type`))}
                      ORDER BY m.due_at LIMIT ${EACH} FOR UPDATE SKIP LOCKED) m
             WHERE w.disabled_at IS NULL AND NOT w.id = ANY(${busy}::uuid[]) LIMIT ${room})
          UPDATE integration.webhook_message m
             SET attempts = m.attempts + 1, due_at = ${new Date(now.getTime() + LEASE_MS)}
            FROM due, integration.webhook w
           WHERE m.id = due.id AND w.id = m.webhook_id
          RETURNING m.id, m.webhook_id AS "webhookId", m.type, m.data, m.occurred_at AS "occurredAt", m.attempts,
                    w.url, w.format, w.sealed_secrets AS "sealedSecrets"`,
    );
  }

  private async send(message: Claimed): Promise<Attempt> {
    const at = this.clock.now();
    const began = performance.now();
    const { id: messageId, webhookId, attempts: number } = message;
    const milliseconds = (): number => Math.round(performance.now() - began);
    try {
      const { status, wait } = await this.post(message, at);
      const attempt = { messageId, webhookId, number, at, status, problem: null, milliseconds: milliseconds() };
      if (status >= 200 && status < 300) return { ...attempt, outcome: 'delivered' };
      if (status === GONE) return { ...attempt, outcome: 'gone' };
      return { ...attempt, ...this.next(number, at, SLOW_DOWN.includes(status) ? wait : 0) };
    } catch (error) {
      const attempt = { messageId, webhookId, number, at, status: null, milliseconds: milliseconds() };
      return { ...attempt, problem: problemOf(error), ...this.next(number, at, 0) };
    }
  }

  private next(number: number, at: Date, wait: number): Pick<Attempt, 'outcome' | 'dueAt'> {
    const pause = pauseAfter(number, wait);
    return pause === undefined ? { outcome: 'failing' } : { outcome: 'again', dueAt: new Date(at.getTime() + pause) };
  }

  private async post(message: Claimed, at: Date): Promise<{ status: number; wait: number }> {
    const url = new URL(message.url);
    const { headers, body } = this.envelope(message, at);
    const options = { method: 'POST', headers, body, ...this.targets.connection(url) };
    const answer = await request(url, { ...options, signal: AbortSignal.timeout(ATTEMPT_MS) }, MOST_BYTES);
    return { status: answer.status, wait: retryAfter(answer.headers['retry-after'], at) };
  }

  /** Standard Webhooks 1.0.0, or CloudEvents 1.0 in binary mode with the same signature. */
  private envelope({ id, type, data, occurredAt, format, ...of }: Claimed, at: Date): Envelope {
    const time = occurredAt.toISOString();
    const body = JSON.stringify(format === 'standard' ? { type, timestamp: time, data } : data);
    const timestamp = Math.floor(at.getTime() / 1_000);
    const secrets = JSON.parse(this.vault.open(placeOf(of.webhookId), of.sealedSecrets)) as Secret[];
    return {
      body,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'yizhan-webhooks',
        'webhook-id': id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': signature(signing(secrets, at), id, timestamp, body),
        ...(format === 'cloudevents' && {
          'ce-specversion': '1.0',
          'ce-id': id,
          'ce-source': this.config.origin,
          'ce-type': type,
          'ce-time': time,
        }),
      },
    };
  }
}

interface Envelope {
  headers: Record<string, string>;
  body: string;
}

/** A word for what went wrong, without addresses or what the receiver wrote. */
function problemOf(error: unknown): string {
  const { name, code = name } = error as { name: string; code?: string };
  return code === 'ABORT_ERR' ? 'TIMEOUT' : code;
}
