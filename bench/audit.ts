import type pg from 'pg';
import { Actor } from '#auth';
import { newId } from '#database';
import { createApp } from '#service';
import { services } from '../apps/campus/src/services.js';
import { PassesQuery } from '../apps/safety/src/passes/passes.dto.js';
import { Passes } from '../apps/safety/src/passes/passes.service.js';
import { type BenchCampus, makeCampus } from './http/campus.js';
import { atLeast, atMost, inTurns, pool, type Result, servers } from './kit.js';

const CALLERS = 16;
const PER_SECOND = 500;
const SECONDS = 6;
const RUNS = 3;
const PASSES_EACH = 20;

/** What `platform.append_audit` does, by what the bench compares. `sealed` is the shipped one. */
const WAYS = {
  none: 'BEGIN END',
  // As it was before entries were sealed afterwards: each is chained at once, under a lock on the day that lasts until the commit.
  locked: `DECLARE
      today date := (clock_timestamp() AT TIME ZONE 'UTC')::date;
      chain platform.audit_day;
      entry platform.audit_entry;
    BEGIN
      INSERT INTO platform.audit_day AS d VALUES (today, 1, '')
        ON CONFLICT (day) DO UPDATE SET entries = d.entries + 1 RETURNING * INTO chain;
      entry := ROW(gen_random_uuid(), today, chain.entries, clock_timestamp(), app, person_id, request_id, action,
        subject_kind, subject_id, reason, chain.head, '');
      entry.hash := platform.audit_hash(entry);
      INSERT INTO platform.audit_entry SELECT entry.*;
      UPDATE platform.audit_day d SET head = entry.hash WHERE d.day = today;
    END`,
};
type Way = 'sealed' | keyof typeof WAYS;

/**
 * Reads of a student's passes, each with its audit entry, by 16 callers at once: 500 a second, and as many as go. Against the same use
 * case and statements with an audit that writes nothing, and with the audit that locked the day's chain.
 */
export async function audit(): Promise<Result> {
  const own = await servers(services);
  const admin = pool(own.databaseUrl, 2);
  const app = await createApp(services, own.config({ poolSize: CALLERS + 4 }));
  try {
    const campus = await makeCampus(admin);
    await addPasses(admin, campus);
    const shipped = await shippedWay(admin);
    const passes = app.get(Passes, { strict: false });
    const actor = Actor.app('bench', ['safety:pass:read']);
    let n = 0;
    const read = (): Promise<unknown> =>
      passes.list(
        actor,
        Object.assign(new PassesQuery(), { studentId: [campus.ownStudentIds[n++ % campus.ownStudentIds.length]] }),
      );
    const run = async (way: Way, rate?: number): Promise<Load> => {
      await admin.query(way === 'sealed' ? shipped : withBody(WAYS[way]));
      return load(read, rate);
    };
    const p99 = (way: Way) => async () => (await run(way, PER_SECOND)).p99;
    const most = (way: Way) => async () => (await run(way)).perSecond;
    await run('sealed');
    const latency = await inTurns(RUNS, { sealed: p99('sealed'), none: p99('none'), locked: p99('locked') });
    const rates = await inTurns(RUNS, { sealed: most('sealed'), none: most('none'), locked: most('locked') });
    const names: Record<Way, string> = { sealed: 'audited', none: 'not audited', locked: 'audited under a lock' };
    return {
      rows: (Object.keys(names) as Way[]).flatMap((way) => [
        { id: `p99 of ${PER_SECOND} reads/s, ${names[way]}`, value: latency[way]!, unit: 'ms' },
        { id: `most reads, ${names[way]}`, value: rates[way]!, unit: 'reads/s' },
      ]),
      ratios: [
        atMost(`p99 of ${PER_SECOND} audited reads/s / 50 ms`, latency['sealed']!, 50, 1),
        atMost(`p99, audited / not audited`, latency['sealed']!, latency['none']!, 2),
        atLeast('most reads, audited / not audited', rates['sealed']!, rates['none']!, 0.6),
        atLeast('most reads, audited / audited under a lock', rates['sealed']!, rates['locked']!, 1),
      ],
    };
  } finally {
    await app.close();
    await admin.end();
    await own.stop();
  }
}

function withBody(body: string): string {
  return `CREATE OR REPLACE FUNCTION platform.append_audit(
      app text, person_id uuid, request_id text, action text, subject_kind text, subject_id text, reason text
    ) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$ ${body} $$`;
}

/** The statement that puts the function of the migrations back. */
async function shippedWay(admin: pg.Pool): Promise<string> {
  const { rows } = await admin.query<{ sql: string }>(
    `SELECT pg_get_functiondef('platform.append_audit'::regproc) AS sql`,
  );
  return rows[0]!.sql;
}

async function addPasses(admin: pg.Pool, { ownStudentIds }: BenchCampus): Promise<void> {
  const [device, building] = [newId(), newId()];
  await admin.query(`INSERT INTO directory.place (id, kind, code, name) VALUES ($1, 'building', 'B1', 'B1')`, [
    building,
  ]);
  await admin.query(
    `INSERT INTO safety.device (id, code, status, building_id, direction_mode) VALUES ($1, 'G1', 'active', $2, 'both')`,
    [device, building],
  );
  await admin.query(
    `INSERT INTO safety.pass (id, device_id, record_id, student_id, building_id, direction, at, status)
     SELECT gen_random_uuid(), $1, s || ' ' || n, s, $2, 'in', now() - n * interval '1 hour', 'counted'
       FROM unnest($3::uuid[]) AS s, generate_series(1, ${PASSES_EACH}) AS n`,
    [device, building, ownStudentIds],
  );
  await admin.query('ANALYZE');
}

interface Load {
  /** Milliseconds from when a read was due until it was done. */
  p99: number;
  perSecond: number;
}

/** 16 callers that take turns: `rate` reads a second, or without a pause. A read that begins late has waited. */
async function load(read: () => Promise<unknown>, rate?: number): Promise<Load> {
  const times: number[] = [];
  const started = performance.now();
  let next = 0;
  const caller = async (): Promise<void> => {
    for (;;) {
      const due = rate ? started + (next++ * 1_000) / rate : performance.now();
      if (due >= started + SECONDS * 1_000) return;
      const wait = due - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      await read();
      times.push(performance.now() - due);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  times.sort((a, b) => a - b);
  return {
    p99: times[Math.floor(times.length * 0.99)] as number,
    perSecond: times.length / ((performance.now() - started) / 1_000),
  };
}
