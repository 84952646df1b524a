import { performance } from 'node:perf_hooks';
import { getQueueToken } from '@nestjs/bullmq';
import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { Queue } from 'bullmq';
import { Config } from '#config';
import { Database, query, raw, sql } from '#database';
import type { DeliveryJob } from './queues.js';
import { openAmong } from './stored-event.js';

const CLAIM = 2_000;
const PER_JOB = 100;
const POLL_MS = 1_000;
/** How often queues are looked at that should have something to do, and after how long of that. */
const LOOK_MS = 2_000;
const LOST_SECONDS = 4;

/** A delivery whose `dispatched_at` is set: it is this process's to hand over, or the sweeper's when that fails. */
export interface ClaimedDelivery {
  id: string;
  consumer: string;
  long: boolean;
}

/**
 * Hands deliveries to their consumers' queues. Fresh ones are pushed by the publisher right after its commit; tries that
 * failed are found by polling; and a delivery whose job got lost (a process killed, Redis emptied) is dispatched again when
 * it was not handled in time.
 */
@Injectable()
export class Relay implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Relay');
  private readonly fresh: ClaimedDelivery[] = [];
  /** Deliveries whose job failed as a whole: the database was away. */
  private failed: string[] = [];
  private running = false;
  private wake: (() => void) | undefined;
  private loop: Promise<void> = Promise.resolve();
  // Milliseconds of the monotonic clock: somebody may set the other one back. -Infinity: at once.
  private polledAt = -Infinity;
  private sweptAt = -Infinity;
  private lookedAt = -Infinity;

  constructor(
    private readonly database: Database,
    private readonly config: Config,
    private readonly modules: ModuleRef,
  ) {}

  onApplicationBootstrap(): void {
    this.running = true;
    this.loop = this.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.running = false;
    this.wake?.();
    await this.loop;
  }

  /** Deliveries of a transaction that has just committed. What comes while others are being handed over goes together. */
  push(deliveries: ClaimedDelivery[]): void {
    if (deliveries.length === 0) return;
    this.fresh.push(...deliveries);
    if (this.running) this.wake?.();
    else void this.enqueueAll(this.fresh.splice(0));
  }

  /** Deliveries of a job that failed before they were looked at: they go again as soon as the database answers. */
  retry(ids: readonly string[]): void {
    this.failed.push(...ids);
  }

  /** Looks for due deliveries now rather than at the next poll. */
  kick(): void {
    this.polledAt = -Infinity;
    this.wake?.();
  }

  private async run(): Promise<void> {
    while (this.running) {
      if (this.fresh.length > 0) await this.enqueueAll(this.fresh.splice(0));
      if (performance.now() - this.polledAt >= POLL_MS) await this.poll();
      if (this.fresh.length > 0 || this.polledAt === -Infinity || !this.running) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, POLL_MS);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.wake = undefined;
    }
    await this.enqueueAll(this.fresh.splice(0));
  }

  private async poll(): Promise<void> {
    this.polledAt = performance.now();
    try {
      await this.releaseFailed();
      await this.sweep();
      await this.releaseLost();
      const due = await this.claim();
      await this.enqueueAll(due);
      if (due.length === CLAIM) this.polledAt = -Infinity;
    } catch (error) {
      this.logger.warn(`polling failed, trying again: ${(error as Error).name}`);
    }
  }

  private claim(): Promise<ClaimedDelivery[]> {
    return query<ClaimedDelivery>(
      this.database.connection,
      sql`WITH due AS (
            SELECT id FROM events.delivery
             WHERE dispatched_at IS NULL AND handled_at IS NULL AND dead_at IS NULL AND due_at <= now()
             ORDER BY id LIMIT ${CLAIM} FOR UPDATE SKIP LOCKED)
          UPDATE events.delivery d SET dispatched_at = now() FROM due WHERE d.id = due.id RETURNING d.id, d.consumer, d.long`,
    );
  }

  private async enqueueAll(deliveries: ClaimedDelivery[]): Promise<void> {
    const consumers = new Set(deliveries.map((delivery) => delivery.consumer));
    await Promise.all(
      [...consumers].map((consumer) =>
        this.enqueue(
          consumer,
          deliveries.filter((d) => d.consumer === consumer),
        ),
      ),
    );
  }

  private async enqueue(consumer: string, deliveries: ClaimedDelivery[]): Promise<void> {
    const batched = deliveries.filter((delivery) => !delivery.long).sort((a, b) => Number(a.id) - Number(b.id));
    const jobs: DeliveryJob[] = deliveries
      .filter((delivery) => delivery.long)
      .map((delivery) => ({ ids: [delivery.id], long: true }));
    for (let i = 0; i < batched.length; i += PER_JOB)
      jobs.push({ ids: batched.slice(i, i + PER_JOB).map((delivery) => delivery.id) });
    try {
      const queue = this.modules.get<Queue<DeliveryJob>>(getQueueToken(consumer), { strict: false });
      await queue.addBulk(jobs.map((data) => ({ name: 'deliver', data })));
    } catch (error) {
      this.logger.warn(`${consumer}: ${deliveries.length} deliveries wait for Redis: ${(error as Error).name}`);
      await this.release(deliveries).catch(() => undefined);
    }
  }

  /** Redis is away: a later poll takes them again. Should this fail too, the sweeper does. */
  private async release(deliveries: ClaimedDelivery[]): Promise<void> {
    const ids = deliveries.map((delivery) => delivery.id);
    await query(
      this.database.connection,
      sql`UPDATE events.delivery SET dispatched_at = NULL, due_at = now() + interval '1 second'
           WHERE ${openAmong(ids)}`,
    );
  }

  private async releaseFailed(): Promise<void> {
    if (this.failed.length === 0) return;
    const ids = this.failed;
    await query(
      this.database.connection,
      sql`UPDATE events.delivery SET dispatched_at = NULL, due_at = now()
           WHERE ${openAmong(ids)}`,
    );
    this.failed = this.failed.slice(ids.length);
  }

  /** Releases what was dispatched to a queue that turns out to be empty: Redis came back without its keys. */
  private async releaseLost(): Promise<void> {
    if (performance.now() - this.lookedAt < LOOK_MS) return;
    this.lookedAt = performance.now();
    const waited = sql`handled_at IS NULL AND dead_at IS NULL AND dispatched_at < now() - interval '${raw(`${LOST_SECONDS} seconds`)}'`;
    const consumers = await query<{ consumer: string }>(
      this.database.connection,
      sql`SELECT DISTINCT consumer FROM events.delivery WHERE ${waited}`,
    );
    for (const { consumer } of consumers) {
      const queue = this.modules.get<Queue<DeliveryJob>>(getQueueToken(consumer), { strict: false });
      if ((await queue.getJobCountByTypes('waiting', 'active', 'delayed', 'prioritized')) > 0) continue;
      await query(
        this.database.connection,
        sql`UPDATE events.delivery SET dispatched_at = NULL
             WHERE id IN (SELECT id FROM events.delivery WHERE consumer = ${consumer} AND ${waited} LIMIT 5000 FOR UPDATE SKIP LOCKED)`,
      );
    }
  }

  /** Puts deliveries back that were dispatched but not handled in time; a time to come was written before the clock was set back. */
  private async sweep(): Promise<void> {
    const every = Math.min(this.config.redeliverAfterSeconds, 10) * 1_000;
    if (performance.now() - this.sweptAt < every) return;
    this.sweptAt = performance.now();
    const late = sql`make_interval(secs => ${this.config.redeliverAfterSeconds})`;
    await query(
      this.database.connection,
      sql`UPDATE events.delivery SET dispatched_at = NULL, redelivered = true
           WHERE id IN (SELECT id FROM events.delivery
                         WHERE handled_at IS NULL AND dead_at IS NULL
                           AND (dispatched_at < now() - ${late} OR dispatched_at > now() + ${late})
                         LIMIT 5000 FOR UPDATE SKIP LOCKED)`,
    );
  }
}
