import type { ChildProcess } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type pg from 'pg';
import { createApp } from '#service';
import { TestIssuer } from '#testing';
import { services } from '../apps/campus/src/services.js';
import { benchId, makeCampus } from './http/campus.js';
import { ask, child, environment, load, type Request } from './http/load.js';
import { atLeast, inTurns, pool, type Result, servers } from './kit.js';

const DEPARTMENTS = 8;
const CONNECTIONS = 16;
const RUNS = 3;
const ROWS = 500;

/**
 * Departments sign students off, through the API with 16 connections: some one by one, in turns with the same change by bare SQL (the row, its
 * step, a transaction each), the rest in batches of 500. In the end every sign-off and every completion must be there, once. `--students`
 * (10,000, each in 8 departments), `--each` (sign-offs one by one in a run: 2,000).
 */
export async function clearances(): Promise<Result> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: { students: { type: 'string', default: '10000' }, each: { type: 'string', default: '2000' } },
  });
  const [students, each] = [Number(values.students), Number(values.each)];
  const own = await servers(services);
  const issuer = await TestIssuer.create();
  const children: ChildProcess[] = [];
  const database = pool(own.databaseUrl, CONNECTIONS);
  try {
    const config = own.config({ jwksUrl: issuer.jwksUrl, baseUrl: 'http://yizhan.bench', demo: true });
    await (await createApp(services, config)).close();
    await makeCampus(database, students);
    await addDepartments(database);
    const main = new URL('../apps/campus/src/main.js', import.meta.url);
    const origin = await child(children, main, environment(config));
    const headers = async (): Promise<Record<string, string>> => {
      const scope = 'affairs:clearance-list:manage affairs:clearance:sign affairs:clearance:read';
      const token = await issuer.sign(config.issuer, { client_id: 'bench', sub: 'bench', scope });
      return { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    };
    const begun = performance.now();
    const ours = await openList(origin, await headers(), database, students);
    const opening = (performance.now() - begun) / 1_000;
    const peers = await openList(origin, await headers(), database, students);
    const waiting = { ours: await idsOf(database, ours), peers: await idsOf(database, peers) };
    const rates = await inTurns(RUNS, {
      ours: async () => {
        const [ids, own] = [waiting.ours.splice(0, each), await headers()];
        return load(
          origin,
          { count: ids.length, request: (n) => clear(ids[n % ids.length]!, own) },
          false,
          CONNECTIONS,
        );
      },
      peer: () => byHand(database, waiting.peers.splice(0, each)),
    });
    const batches = Array.from({ length: Math.ceil(waiting.ours.length / ROWS) }, (_, i) =>
      waiting.ours.slice(i * ROWS, (i + 1) * ROWS),
    );
    const bulk = performance.now();
    for (const ids of batches) await decide(origin, await headers(), ids);
    const inBatches = (waiting.ours.length * 1_000) / (performance.now() - bulk);
    const board = performance.now();
    await ask(origin, { path: `/affairs/v1/clearance-lists/${ours}/board`, headers: await headers() });
    const boardMs = performance.now() - board;
    await assertWhole(database, ours, students);
    return {
      rows: [
        { id: `a list opened for ${students} students × ${DEPARTMENTS} departments`, value: opening, unit: 's' },
        { id: 'one by one, ours', value: rates['ours']!, unit: 'sign-offs/s' },
        { id: 'one by one, bare SQL', value: rates['peer']!, unit: 'sign-offs/s' },
        { id: 'in batches of 500, ours', value: inBatches, unit: 'sign-offs/s' },
        { id: 'the board', value: boardMs, unit: 'ms' },
      ],
      ratios: [
        atLeast('one by one: ours / bare SQL', rates['ours']!, rates['peer']!, 0.2),
        atLeast('in batches: ours / bare SQL one by one', inBatches, rates['peer']!, 1),
      ],
    };
  } finally {
    for (const process of children) process.kill('SIGKILL');
    await database.end().catch(() => undefined);
    await issuer.close();
    await own.stop();
  }
}

const departmentId = (n: number): string => benchId('unit', 1_000 + n);

async function addDepartments(database: pg.Pool): Promise<void> {
  const ids = Array.from({ length: DEPARTMENTS }, (_, n) => departmentId(n));
  await database.query(
    `WITH added AS (
       INSERT INTO directory.unit (id, kind, code, name, parent_id)
       SELECT id, 'department', 'D' || n, '部门' || n, $2 FROM unnest($1::uuid[]) WITH ORDINALITY AS u(id, n) RETURNING id)
     INSERT INTO directory.unit_path (ancestor_id, descendant_id)
     SELECT id, id FROM unnest($1::uuid[]) AS id UNION ALL SELECT $2, id FROM unnest($1::uuid[]) AS id`,
    [ids, benchId('unit', 0)],
  );
}

/** Answers its id, once all students have their clearances. */
async function openList(
  origin: string,
  headers: Record<string, string>,
  database: pg.Pool,
  students: number,
): Promise<string> {
  const path = '/affairs/v1/clearance-lists';
  const entries = Array.from({ length: DEPARTMENTS }, (_, n) => ({
    ...{ code: `d${n}`, title: { zh: `部门${n}`, en: `Department ${n}` }, unitId: departmentId(n) },
  }));
  const content = {
    kind: 'departure',
    title: { zh: '离校', en: 'Departure' },
    from: '2026-01-01',
    to: '2099-12-31',
    entries,
  };
  const { id } = await ask<{ id: string }>(origin, { path, method: 'POST', headers, body: JSON.stringify(content) });
  await ask(origin, {
    path: `${path}/${id}/open`,
    method: 'POST',
    headers: { ...headers, 'if-match': '"1"' },
    body: '{}',
  });
  while ((await count(database, 'affairs.clearance_sign_off WHERE list_id = $1', id)) < students * DEPARTMENTS)
    await wait(20);
  await database.query('ANALYZE affairs.clearance, affairs.clearance_sign_off');
  return id;
}

async function idsOf(database: pg.Pool, listId: string): Promise<string[]> {
  const { rows } = await database.query<{ id: string }>(
    'SELECT id FROM affairs.clearance_sign_off WHERE list_id = $1 ORDER BY id',
    [listId],
  );
  return rows.map(({ id }) => id);
}

function clear(id: string, headers: Record<string, string>): Request {
  const path = `/affairs/v1/clearance-sign-offs/${id}/clear`;
  return { path, method: 'POST', headers: { ...headers, 'if-match': '"1"' }, body: '{}' };
}

async function decide(origin: string, headers: Record<string, string>, ids: readonly string[]): Promise<void> {
  const body = JSON.stringify({ rows: ids.map((id) => ({ id, version: 1, decision: 'clear' })) });
  const results = await ask<{ status: string | null }[]>(origin, {
    ...{ path: '/affairs/v1/clearance-sign-offs/decisions', method: 'POST', headers, body },
  });
  if (results.some(({ status }) => status !== 'cleared')) throw new Error('not every row of a batch was done');
}

/** The same change of the same tables, their trigger included, and nothing else. */
async function byHand(database: pg.Pool, ids: string[]): Promise<number> {
  const total = ids.length;
  const begun = performance.now();
  const work = async (): Promise<void> => {
    const client = await database.connect();
    for (let id = ids.pop(); id !== undefined; id = ids.pop()) {
      await client.query('BEGIN');
      await client.query({
        name: 'clear',
        text: `UPDATE affairs.clearance_sign_off SET state = 'cleared', decided_by = 'bench', decided_at = now(), version = version + 1,
                      updated_at = now() WHERE id = $1 AND version = 1`,
        values: [id],
      });
      await client.query({
        name: 'step',
        text: `INSERT INTO affairs.clearance_step (sign_off_id, action, state, done_by, done_at) VALUES ($1, 'clear', 'cleared', 'bench', now())`,
        values: [id],
      });
      await client.query('COMMIT');
    }
    client.release();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
  return (total * 1_000) / (performance.now() - begun);
}

/** Throws where a sign-off or a completion is lost, or there twice. */
async function assertWhole(database: pg.Pool, listId: string, students: number): Promise<void> {
  const all = students * DEPARTMENTS;
  const expected: [string, number][] = [
    [`affairs.clearance_sign_off WHERE state = 'cleared' AND version = 2 AND list_id = $1`, all],
    ['affairs.clearance WHERE open_blocking = 0 AND completed_at IS NOT NULL AND list_id = $1', students],
    [
      `(SELECT DISTINCT t.sign_off_id FROM affairs.clearance_step t JOIN affairs.clearance_sign_off s ON s.id = t.sign_off_id
         WHERE s.list_id = $1) t`,
      all,
    ],
    [`events.event WHERE name = 'affairs.clearance-completed.v1' AND payload->>'listId' = $1::text`, students],
  ];
  for (const [what, n] of expected) {
    const found = await count(database, what, listId);
    if (found !== n) throw new Error(`${what}: ${found} instead of ${n}`);
  }
}

async function count(database: pg.Pool, from: string, listId: string): Promise<number> {
  const { rows } = await database.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${from}`, [listId]);
  return rows[0]!.n;
}
