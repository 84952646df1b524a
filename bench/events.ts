import { randomUUID } from 'node:crypto';
import { Injectable, Module } from '@nestjs/common';
import { Queue, Worker } from 'bullmq';
import { IsUUID } from 'class-validator';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type pg from 'pg';
import { Event, type ServiceName } from '#contracts';
import { afterCommit, Database, newId, query, sql, type Tx } from '#database';
import { Events, OnEvent, type Received } from '#events';
import { createApp, type Service } from '#service';
import { services } from '../apps/campus/src/services.js';
import { atLeast, atMost, inTurns, pool, type Result, servers } from './kit.js';

const SINGLE = 300;
const BULK = 20_000;
const PER_TRANSACTION = 100;
const RUNS = 5;

/** Not one of the house's services, so that it owes no handlers but its own. */
const BENCH = 'bench' as ServiceName;

@Event({ name: 'bench.happened.v1' as never, consumers: [BENCH] })
class BenchHappenedV1 {
  @IsUUID()
  id: string;

  constructor(id: string) {
    this.id = id;
  }
}

/** Ids whose effect is committed; whoever waits is told. */
class Effects {
  private readonly waiting = new Map<string, () => void>();
  private left = 0;
  private allDone: () => void = () => undefined;

  one(id: string): Promise<void> {
    return new Promise((resolve) => this.waiting.set(id, resolve));
  }

  all(n: number): Promise<void> {
    this.left = n;
    return new Promise((resolve) => (this.allDone = resolve));
  }

  done(id: string): void {
    this.waiting.get(id)?.();
    this.waiting.delete(id);
    if (--this.left === 0) this.allDone();
  }
}

const effects = new Effects();

@Injectable()
class BenchHandlers {
  @OnEvent(BenchHappenedV1)
  async whenHappened(tx: Tx, event: Received<BenchHappenedV1>): Promise<void> {
    await query(tx, sql`INSERT INTO bench_effect (id, at) VALUES (${event.data.id}, now())`);
    afterCommit(tx, () => effects.done(event.data.id));
  }
}

@Module({ providers: [BenchHandlers] })
class BenchModule {}

const benchService: Service = { name: BENCH, module: BenchModule, entities: [], migrations: [] };

/**
 * An event from its commit to its committed effect, and 20,000 of them at once, against raw BullMQ: one job per event, a worker
 * that writes the same effect row. Both on the same PostgreSQL and Redis, taken in turns.
 */
export async function events(): Promise<Result> {
  const own = await servers(services);
  const peerPool = pool(own.databaseUrl);
  const config = own.config({ poolSize: 10 });
  const app = await createApp([benchService], config);
  try {
    await peerPool.query('CREATE TABLE bench_effect (id uuid PRIMARY KEY, at timestamptz NOT NULL)');
    const peer = rawBullMq(own.redisUrl, peerPool);
    const latency = await inTurns(RUNS, {
      ours: () => ourLatency(app),
      peer: () => peer.latency(),
      emptyPeer: () => peer.emptyLatency(),
    });
    const throughput = await inTurns(RUNS, { ours: () => ourThroughput(app), peer: () => peer.throughput() });
    await peer.close();
    return {
      rows: [
        { id: 'commit to handled, ours (median)', value: latency['ours']!, unit: 'ms' },
        { id: 'raw BullMQ hop with an effect row (median)', value: latency['peer']!, unit: 'ms' },
        { id: 'raw BullMQ hop with an empty handler (median)', value: latency['emptyPeer']!, unit: 'ms' },
        { id: 'events handled, an effect row each, ours', value: throughput['ours']!, unit: 'events/s' },
        { id: 'raw BullMQ, one job and one effect row per event', value: throughput['peer']!, unit: 'events/s' },
      ],
      ratios: [
        atMost('latency, ours / raw hop with an effect row', latency['ours']!, latency['peer']!, 2),
        atLeast('throughput, ours / raw BullMQ', throughput['ours']!, throughput['peer']!, 1),
      ],
    };
  } finally {
    await peerPool.end();
    await app.close();
    await own.stop();
  }
}

async function ourLatency(app: NestFastifyApplication): Promise<number> {
  const [database, publisher] = [app.get(Database), app.get(Events)];
  const times: number[] = [];
  for (let i = 0; i < SINGLE; i++) {
    const id = newId();
    const handled = effects.one(id);
    await database.transaction(null, (tx) => publisher.publish(tx, new BenchHappenedV1(id)));
    const committed = performance.now();
    await handled;
    times.push(performance.now() - committed);
  }
  return times.sort((a, b) => a - b)[SINGLE / 2] as number;
}

async function ourThroughput(app: NestFastifyApplication): Promise<number> {
  const [database, publisher] = [app.get(Database), app.get(Events)];
  const started = performance.now();
  const all = effects.all(BULK);
  for (let i = 0; i < BULK; i += PER_TRANSACTION) {
    const batch = Array.from({ length: PER_TRANSACTION }, () => new BenchHappenedV1(newId()));
    await database.transaction(null, (tx) => publisher.publishAll(tx, batch));
  }
  await all;
  return BULK / ((performance.now() - started) / 1_000);
}

function rawBullMq(redisUrl: string, pgPool: pg.Pool) {
  const url = new URL(redisUrl);
  const connection = { host: url.hostname, port: Number(url.port), password: decodeURIComponent(url.password) };
  const name = `raw-${randomUUID()}`;
  const options = { removeOnComplete: true, removeOnFail: true };
  const queue = new Queue<{ id: string; empty?: boolean }>(name, { connection, defaultJobOptions: options });
  const worker = new Worker<{ id: string; empty?: boolean }>(
    name,
    async (job) => {
      if (!job.data.empty) await pgPool.query('INSERT INTO bench_effect (id, at) VALUES ($1, now())', [job.data.id]);
      effects.done(job.data.id);
    },
    { connection: { ...connection, maxRetriesPerRequest: null }, concurrency: 20 },
  );
  const hop = async (empty: boolean): Promise<number> => {
    const times: number[] = [];
    for (let i = 0; i < SINGLE; i++) {
      const id = newId();
      const handled = effects.one(id);
      const started = performance.now();
      await queue.add('hop', { id, empty });
      await handled;
      times.push(performance.now() - started);
    }
    return times.sort((a, b) => a - b)[SINGLE / 2] as number;
  };
  return {
    latency: () => hop(false),
    emptyLatency: () => hop(true),
    throughput: async (): Promise<number> => {
      const started = performance.now();
      const all = effects.all(BULK);
      for (let i = 0; i < BULK; i += PER_TRANSACTION) {
        await queue.addBulk(Array.from({ length: PER_TRANSACTION }, () => ({ name: 'hop', data: { id: newId() } })));
      }
      await all;
      return BULK / ((performance.now() - started) / 1_000);
    },
    close: async (): Promise<void> => {
      await worker.close();
      await queue.close();
    },
  };
}
