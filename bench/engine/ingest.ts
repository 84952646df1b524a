import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { Database, query, sql } from '#database';
import { createApp } from '#service';
import { TestIssuer } from '#testing';
import { services } from '../../apps/campus/src/services.js';
import { earlyWarning } from '../../apps/early-warning/src/early-warning.module.js';
import { foldDirty } from '../../apps/early-warning/src/engine/folding.js';
import { ensureOrdinals } from '../../apps/early-warning/src/engine/ordinals.js';
import { Observations } from '../../apps/early-warning/src/observations/observations.service.js';
import { atLeast, inTurns, type Result, type Servers, servers } from '../kit.js';
import { BATCH, batch, METRICS, type Observation, STUDENTS, studentNumber } from './ingest-data.js';

const TIMES = 5;
/** Rows of one run. */
const ROWS = { single: 1_500, upsert: 60_000, raw: 500_000, ledger: 500_000, keyed: 200_000, http: 500_000 };
/** Observations between two folds. */
const FOLD_EVERY = 100_000;
/** Batches under way at a time: what one process takes. */
const AT_A_TIME = 4;

/**
 * Observations a second, made durable, on one PostgreSQL with ordinary durability: three ways without this house, and ours in process
 * (rows as JSON gives them, checked one by one), with a key per record, and through HTTP from another process. Ours count the folding
 * into day vectors, every 100,000 observations.
 */
export async function ingest(): Promise<Result> {
  const own = await servers(services);
  try {
    return await measure(own);
  } finally {
    await own.stop();
  }
}

async function measure(own: Servers): Promise<Result> {
  const issuer = await TestIssuer.create();
  const config = own.config({ jwksUrl: issuer.jwksUrl, baseUrl: 'http://yizhan.bench', roles: ['api'] });
  const app = await createApp([earlyWarning], config);
  await app.listen(0, '127.0.0.1');
  const client = new pg.Client({ connectionString: own.databaseUrl });
  await client.connect();
  try {
    await admitStudents(app.get(Database));
    await client.query(PEER_TABLES);
    const origin = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
    const scope = 'early-warning:observation:write';
    const token = await issuer.sign(config.issuer, { client_id: 'bench', sub: 'bench', scope });
    const ours = new Ours(app.get(Database), app.get(Observations), { origin, token });
    const speeds = await inTurns(TIMES, {
      'row at a time': () => rowAtATime(client),
      'COPY, unique key and upsert': () => copyAndUpsert(client),
      'raw COPY': () => rawCopy(client),
      'ours, ledger': () => ours.take(ROWS.ledger, false),
      'ours, event keys': () => ours.take(ROWS.keyed, true),
      'ours, over HTTP': () => ours.overHttp(),
    });
    const of = (name: string): number => speeds[name]!;
    return {
      rows: Object.entries(speeds).map(([name, value]) => ({ id: `ingest: ${name}`, value, unit: 'obs/s' })),
      ratios: [
        atLeast('ingest: ledger / row at a time', of('ours, ledger'), of('row at a time'), 100),
        atLeast('ingest: ledger / COPY and upsert', of('ours, ledger'), of('COPY, unique key and upsert'), 5),
        atLeast('ingest: event keys / COPY and upsert', of('ours, event keys'), of('COPY, unique key and upsert'), 2),
        atLeast('ingest: over HTTP / ledger in process', of('ours, over HTTP'), of('ours, ledger'), 0.5),
      ],
    };
  } finally {
    await client.end();
    await app.close();
    await issuer.close();
  }
}

async function admitStudents(database: Database): Promise<void> {
  await database.transaction(null, async (tx) => {
    const numbers = Array.from({ length: STUDENTS }, (_, i) => studentNumber(i));
    await query(
      tx,
      sql`INSERT INTO directory.person (id, kind, number, name)
          SELECT gen_random_uuid(), 'student', number, 'bench' FROM unnest(${numbers}::text[]) AS number`,
    );
    await ensureOrdinals(tx);
  });
}

class Ours {
  private batches = 0;

  constructor(
    private readonly database: Database,
    private readonly observations: Observations,
    private readonly http: { origin: string; token: string },
  ) {}

  /**
   * Takes batches in this process, a few at a time. Every 100,000 observations are folded while the next are taken, as a run does it,
   * and none are taken after these before that is done.
   */
  async take(rows: number, keyed: boolean): Promise<number> {
    const first = this.batches;
    this.batches += rows / BATCH;
    const all = Array.from({ length: rows / BATCH }, (_, i) => batch(first + i, keyed));
    return perSecond(rows, async () => {
      let folding: Promise<unknown> = Promise.resolve();
      for (let from = 0; from < all.length; from += FOLD_EVERY / BATCH) {
        await Promise.all([this.takeSome(first + from, all.slice(from, from + FOLD_EVERY / BATCH)), folding]);
        folding = this.fold();
      }
      await folding;
    });
  }

  private async takeSome(first: number, batches: readonly Observation[][]): Promise<void> {
    let next = 0;
    const taking = Array.from({ length: AT_A_TIME }, async () => {
      for (let i = next++; i < batches.length; i = next++) await this.takeOne(first + i, batches[i]!);
    });
    await Promise.all(taking);
  }

  private fold(): Promise<number> {
    return this.database.transaction(null, foldDirty);
  }

  private async takeOne(number: number, rows: readonly Observation[]): Promise<void> {
    const { accepted } = await this.observations.take(null, {
      source: 'bench',
      batchKey: `batch-${number}`,
      sha256: createHash('sha256').update(String(number)).digest(),
      pointer: '#/',
      size: rows.length,
      read: (into) => rows.forEach((row, i) => into.add(i, row)),
    });
    if (accepted !== rows.length) throw new Error(`Only ${accepted} of ${rows.length} rows were taken`);
  }

  /** The sender is another process; folding goes on beside it. */
  async overHttp(): Promise<number> {
    const sender = fork(fileURLToPath(new URL('./ingest-client.js', import.meta.url)));
    await once(sender, 'message');
    const first = this.batches;
    this.batches += ROWS.http / BATCH;
    sender.send({ ...this.http, batches: ROWS.http / BATCH, first, atATime: AT_A_TIME });
    const said = once(sender, 'message') as Promise<[{ seconds?: number; failed?: string }]>;
    let done = false;
    const folding = this.foldWhile(() => !done);
    const [{ seconds, failed }] = await said;
    done = true;
    const rest = performance.now();
    await folding;
    await this.fold();
    sender.disconnect();
    if (seconds === undefined) throw new Error(`The sender failed: ${failed}`);
    return ROWS.http / (seconds + (performance.now() - rest) / 1_000);
  }

  private async foldWhile(going: () => boolean): Promise<void> {
    while (going()) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      const [waiting] = await query<{ n: string }>(
        this.database.connection,
        sql`SELECT coalesce(sum(n), 0) AS n FROM early_warning.unfolded_batch`,
      );
      if (Number(waiting!.n) >= FOLD_EVERY) await this.fold();
    }
  }
}

async function perSecond(rows: number, work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return (rows / (performance.now() - started)) * 1_000;
}

const PEER_TABLES = `
  CREATE SCHEMA peer;
  CREATE TABLE peer.raw (student int, metric smallint, day date, value int);
  CREATE TABLE peer.obs (event bigint PRIMARY KEY, student int, metric smallint, day date, value int);
  CREATE TABLE peer.rollup (student int, metric smallint, day date, sum int, n int, PRIMARY KEY (student, metric, day));
  CREATE TABLE peer.stage (event bigint, student int, metric smallint, day date, value int)`;
const PUT = `INSERT INTO peer.rollup AS r (student, metric, day, sum, n)`;
const ADD = `ON CONFLICT (student, metric, day) DO UPDATE SET sum = r.sum + excluded.sum, n = r.n + excluded.n`;
let seed = 1_000_000;
let events = 0;

/** As a peer's rows: numbers, not names. */
function numeric(rows: number): (number | string)[][] {
  const all = Array.from({ length: Math.ceil(rows / BATCH) }, () => batch(++seed)).flat();
  return all
    .slice(0, rows)
    .map(({ studentNumber: student, metric, day, value }) => [
      ...[++events, Number(student) - 2_024_000_000, METRICS.indexOf(metric), day, value],
    ]);
}

async function rowAtATime(client: pg.Client): Promise<number> {
  const rows = numeric(ROWS.single);
  return perSecond(rows.length, async () => {
    for (const [event, ...row] of rows) {
      await client.query('BEGIN');
      const name = { name: 'one', text: 'INSERT INTO peer.obs VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING' };
      await client.query({ ...name, values: [event, ...row] });
      await client.query({ name: 'put', text: `${PUT} VALUES ($1, $2, $3, $4, 1) ${ADD}`, values: row });
      await client.query('COMMIT');
    }
  });
}

async function copyAndUpsert(client: pg.Client): Promise<number> {
  const rows = numeric(ROWS.upsert);
  const batches = Array.from({ length: rows.length / BATCH }, (_, i) => rows.slice(i * BATCH, (i + 1) * BATCH));
  return perSecond(rows.length, async () => {
    for (const some of batches) {
      await client.query('BEGIN');
      await client.query('TRUNCATE peer.stage');
      await copy(client, 'peer.stage', some);
      await client.query(
        `WITH fresh AS (INSERT INTO peer.obs SELECT * FROM peer.stage ON CONFLICT DO NOTHING RETURNING *)
         ${PUT} SELECT student, metric, day, sum(value), count(*) FROM fresh GROUP BY 1, 2, 3 ${ADD}`,
      );
      await client.query('COMMIT');
    }
  });
}

/** The limit: a table without key or index, nothing summed up. */
async function rawCopy(client: pg.Client): Promise<number> {
  const rows = numeric(ROWS.raw).map(([, ...row]) => row);
  const batches = Array.from({ length: rows.length / BATCH }, (_, i) => rows.slice(i * BATCH, (i + 1) * BATCH));
  return perSecond(rows.length, async () => {
    for (const some of batches) await copy(client, 'peer.raw', some);
  });
}

async function copy(client: pg.Client, table: string, rows: (number | string)[][]): Promise<void> {
  const text = rows.map((row) => `${row.join('\t')}\n`).join('');
  await pipeline(Readable.from([Buffer.from(text)]), client.query(copyFrom(`COPY ${table} FROM STDIN`)));
}
