import { randomBytes } from 'node:crypto';
import { CompactEncrypt, compactDecrypt } from 'jose';
import { In } from 'typeorm';
import { Database, newId, type Tx } from '#database';
import { createApp } from '#service';
import { sealedTableOf, sealTexts, StudentKeys } from '#vault';
import { Leave } from '../apps/affairs/src/leave/leave.entity.js';
import { services } from '../apps/campus/src/services.js';
import { atMost, inTurns, type Result, servers } from './kit.js';

const LEAVES = 200;
const ROUNDS = 200;
const RUNS = 5;
const REASON = '家中老人住院，需回家照料数日，已与任课教师说明并安排补课。';

/**
 * A page of 200 leaves of 200 students, read with their reasons, destinations and contacts: sealed with a key per student, against the same rows
 * unsealed. And the sealing of one text with node:crypto against a JWE of jose (dir, A256GCM).
 */
export async function sealed(): Promise<Result> {
  const own = await servers(services);
  const app = await createApp(services, own.config({ roles: ['api'] }));
  try {
    const database = app.get(Database);
    const keys = app.get(StudentKeys);
    const ids = { plain: await addLeaves(database), sealed: await addLeaves(database) };
    await database.transaction(null, async (tx) => {
      const others = `student_id IN (SELECT student_id FROM affairs.leave WHERE id = ANY($1))`;
      await tx.query(`CREATE TEMP TABLE kept AS SELECT * FROM affairs.leave WHERE ${others}`, [ids.plain]);
      await tx.query(`DELETE FROM affairs.leave WHERE ${others}`, [ids.plain]);
      await sealTexts(tx, keys, sealedTableOf(tx, Leave), 10_000);
      await tx.query('INSERT INTO affairs.leave SELECT * FROM kept');
    });
    await database.connection.query('ANALYZE');
    const page = (which: string[]) => () => median(ROUNDS, () => database.read((tx) => read(tx, keys, which)));
    const list = await inTurns(RUNS, { sealed: page(ids.sealed), plain: page(ids.plain) });
    const one = await inTurns(RUNS, { vault: () => perText(keys, database), jose });
    return {
      rows: [
        { id: `${LEAVES} leaves with sealed texts`, value: list['sealed']!, unit: 'ms' },
        { id: `${LEAVES} leaves with plain texts`, value: list['plain']!, unit: 'ms' },
        { id: 'a text sealed and opened, of a list of 200', value: one['vault']!, unit: 'µs' },
        { id: 'the same with jose, without reading keys', value: one['jose']!, unit: 'µs' },
      ],
      ratios: [
        atMost(`${LEAVES} leaves, sealed / plain`, list['sealed']!, list['plain']!, 2),
        atMost('a text, ours with its key / jose without', one['vault']!, one['jose']!, 1),
      ],
    };
  } finally {
    await app.close();
    await own.stop();
  }
}

async function read(tx: Tx, keys: StudentKeys, ids: string[]): Promise<void> {
  const leaves = await tx.findBy(Leave, { id: In(ids) });
  const texts = await keys.openFields(tx, leaves);
  if (texts.length !== LEAVES || texts.some(({ reason }) => reason !== REASON)) throw new Error('not what was written');
}

/** Leaves of as many students; answers their ids. Unsealed, as they were before. */
async function addLeaves(database: Database): Promise<string[]> {
  const ids = Array.from({ length: LEAVES }, newId);
  await database.connection.query(
    `INSERT INTO affairs.leave (id, student_id, kind, status, starts_at, ends_at, planned_ends_at, reason, destination, contact, urgent,
       proof_pending, submitted_by_app, returned_count)
     SELECT id, gen_random_uuid(), 'personal', 'submitted', now(), now() + interval '2 days', now() + interval '2 days',
       convert_to($2, 'UTF8'), convert_to('陕西省宝鸡市', 'UTF8'), convert_to('可电话联系', 'UTF8'), false, false, 'bench', 0 FROM unnest($1::uuid[]) AS id`,
    [ids, REASON],
  );
  return ids;
}

/** Microseconds of a text of a list of 200, sealed for a student and opened again, statements included. */
async function perText(keys: StudentKeys, database: Database): Promise<number> {
  const texts = Array.from({ length: LEAVES }, (_, i) => ({ studentId: newId(), place: `bench ${i}`, text: REASON }));
  const ms = await median(20, () =>
    database.transaction(null, async (tx) => {
      const stored = await keys.seal(tx, texts);
      await keys.open(
        tx,
        texts.map(({ studentId, place }, i) => ({ studentId, place, sealed: stored[i]! })),
      );
    }),
  );
  return (ms * 1_000) / LEAVES;
}

async function jose(): Promise<number> {
  const key = randomBytes(32);
  const text = new TextEncoder().encode(REASON);
  const header = { alg: 'dir', enc: 'A256GCM', kid: 'student', place: 'affairs.leave reason' };
  const ms = await median(20, async () => {
    for (let i = 0; i < LEAVES; i++) {
      const token = await new CompactEncrypt(text).setProtectedHeader(header).encrypt(key);
      await compactDecrypt(token, key);
    }
  });
  return (ms * 1_000) / LEAVES;
}

/** Milliseconds. */
async function median(rounds: number, work: () => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b)[Math.floor(rounds / 2)]!;
}
