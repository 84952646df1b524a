import { getQueueToken } from '@nestjs/bullmq';
import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { Queue } from 'bullmq';
import { Config } from '#config';
import { Database, query, sql } from '#database';
import type { DeliveryJob } from './queues.js';

const CLAIM = 2_000;
const PER_JOB = 100;
const POLL_MS = 1_000;

interface Claimed {
  id: string;
  consumer: string;
  long: boolean;
}

/**
 * Hands due deliveries to their consumers' queues: kicked after every commit, polling as the net. A delivery whose job got lost
 * (Redis emptied, a process killed) is dispatched again when it was not handled in time.
 */
@Injectable()
export class Relay implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Relay');
  private running = false;
  private wake: (() => void) | undefined;
  private kicked = false;
  private loop: Promise<void> = Promise.resolve();
  private sweptAt = 0;

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

  /** There may be something to dispatch. */
  kick(): void {
    this.kicked = true;
    this.wake?.();
  }

  private async run(): Promise<void> {
    while (this.running) {
      this.kicked = false;
      try {
        await this.sweep();
        if ((await this.dispatch()) === CLAIM) continue;
      } catch (error) {
        this.logger.warn(`dispatching failed, trying again: ${(error as Error).name}`);
      }
      if (this.kicked || !this.running) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, POLL_MS);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.wake = undefined;
    }
  }

  /** Claims due deliveries and adds them to the queues; answers how many. */
  async dispatch(): Promise<number> {
    const claimed = await query<Claimed>(
      this.database.reader,
      sql`WITH due AS (
            SELECT id FROM events.delivery
             WHERE dispatched_at IS NULL AND handled_at IS NULL AND dead_at IS NULL AND due_at <= now()
             ORDER BY id LIMIT ${CLAIM} FOR UPDATE SKIP LOCKED)
          UPDATE events.delivery d SET dispatched_at = now() FROM due WHERE d.id = due.id RETURNING d.id, d.consumer, d.long`,
    );
    if (claimed.length === 0) return 0;
    const consumers = new Set(claimed.map((row) => row.consumer));
    await Promise.all(
      [...consumers].map((consumer) =>
        this.enqueue(
          consumer,
          claimed.filter((row) => row.consumer === consumer),
        ),
      ),
    );
    return claimed.length;
  }

  private async enqueue(consumer: string, rows: Claimed[]): Promise<void> {
    const inOrder = (a: Claimed, b: Claimed): number => Number(a.id) - Number(b.id);
    const batched = rows.filter((row) => !row.long).sort(inOrder);
    const jobs: DeliveryJob[] = rows.filter((row) => row.long).map((row) => ({ ids: [row.id] }));
    for (let i = 0; i < batched.length; i += PER_JOB)
      jobs.push({ ids: batched.slice(i, i + PER_JOB).map((row) => row.id) });
    try {
      const queue = this.modules.get<Queue<DeliveryJob>>(getQueueToken(consumer), { strict: false });
      await queue.addBulk(jobs.map((data) => ({ name: 'deliver', data })));
    } catch (error) {
      // Redis is away: give the claim back, the next round tries again.
      const ids = rows.map((row) => row.id);
      await query(
        this.database.reader,
        sql`UPDATE events.delivery SET dispatched_at = NULL, due_at = now() + interval '1 second' WHERE id = ANY(${ids}::bigint[]) AND handled_at IS NULL`,
      );
      throw error;
    }
  }

  /** Puts deliveries back that were dispatched but not handled in time. */
  private async sweep(): Promise<void> {
    const every = Math.min(this.config.redeliverAfterSeconds, 10) * 1_000;
    if (Date.now() - this.sweptAt < every) return;
    this.sweptAt = Date.now();
    await query(
      this.database.reader,
      sql`UPDATE events.delivery SET dispatched_at = NULL
           WHERE id IN (SELECT id FROM events.delivery
                         WHERE handled_at IS NULL AND dead_at IS NULL AND dispatched_at < now() - make_interval(secs => ${this.config.redeliverAfterSeconds})
                         LIMIT 5000 FOR UPDATE SKIP LOCKED)`,
    );
  }
}
