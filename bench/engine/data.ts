import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { dayOf, type MetricInfo } from '#rule-language';

/** Code, share of cells that have data, base, amplitude. */
const SHAPES: readonly (readonly [code: string, presence: number, base: number, amp: number])[] = [
  ['gate', 0.93, 6, 0.6],
  ['spend', 0.88, 3500, 0.7],
  ['net', 0.92, 240, 0.6],
  ['night_net', 0.75, 90, 1.2],
  ['library', 0.6, 1.2, 1],
  ['absence', 0.75, 0.12, 2],
  ['late', 0.9, 0.08, 2],
  ['class', 0.75, 3, 0.6],
  ['dorm', 0.95, 600, 0.4],
  ['failed', 0.6, 0.1, 2],
  ['psych', 0.55, 40, 0.5],
  ['meals', 0.88, 2.4, 0.6],
];

/** The catalogue of the bench; a metric's number is its place from 1. */
export const METRICS = new Map<string, MetricInfo>(
  SHAPES.map(([code], i) => [
    code,
    { code, number: i + 1, unit: 'count', decimals: 0, retentionDays: 400, sensitivity: 2 },
  ]),
);

/** The day that rules are judged as of: the last with data. */
export const AS_OF = dayOf('2026-11-18');
const COHORTS = 200;
/** Rows of COPY that are put together before they are sent. */
const ROWS_PER_CHUNK = 50_000;

/** So many students × 12 metrics × so many days. */
export interface Size {
  students: number;
  days: number;
}

export function daysOf({ days }: Size): number[] {
  return Array.from({ length: days }, (_, i) => AS_OF - days + 1 + i);
}

/** The class of a student: one of 200. */
export function cohortOf(student: number): number {
  return (student * 7919) % COHORTS;
}

/**
 * A day's values of a metric by student, -1 without data. The same for the same metric and day whatever the size: more students
 * only make it longer.
 */
export function dayVector(metric: number, day: number, students: number): Int32Array {
  const [, presence, base, amp] = SHAPES[metric - 1]!;
  const random = generator(metric * 1_000_003 + day);
  const values = new Int32Array(students).fill(-1);
  for (let student = 0; student < students; student++) {
    const [u0, u1, u2] = [random(), random(), random()];
    if (u0 >= presence) continue;
    const habit = ((student * 2_654_435_761 + (metric - 1) * 40_503) % 1000) / 1000;
    const value = base * (0.5 + habit) * (1 - amp / 2 + amp * u1) + (base < 2 ? u2 - 0.5 : 0);
    values[student] = Math.max(0, Math.round(value));
  }
  return values;
}

/** `cohortOf` in SQL. */
export function cohortSql(student: string): string {
  return `${student}::bigint * 7919 % ${COHORTS}`;
}

/** Mulberry32: uniform in [0, 1). */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Rows `student, value, metric, day` of all cells with data, by metric, day and student, as text of COPY. */
function* rollupText({ students, ...size }: Size, separator: string): Generator<string> {
  for (const { number } of METRICS.values())
    for (const day of daysOf({ students, ...size })) {
      const tail = `${separator}${number}${separator}${day}\n`;
      const values = dayVector(number, day, students);
      for (let from = 0; from < students; from += ROWS_PER_CHUNK) {
        let text = '';
        for (let student = from; student < Math.min(students, from + ROWS_PER_CHUNK); student++)
          if (values[student]! >= 0) text += `${student}${separator}${values[student]!}${tail}`;
        yield text;
      }
    }
}

/** Rows `student, day, m1 … m12`, NULL without data, by day and student. */
function* wideText(size: Size): Generator<string> {
  for (const day of daysOf(size)) {
    const vectors = [...METRICS.values()].map(({ number }) => dayVector(number, day, size.students));
    for (let from = 0; from < size.students; from += ROWS_PER_CHUNK) {
      let text = '';
      for (let student = from; student < Math.min(size.students, from + ROWS_PER_CHUNK); student++) {
        text += `${student}\t${day}`;
        for (const values of vectors) text += values[student]! < 0 ? '\t\\N' : `\t${values[student]!}`;
        text += '\n';
      }
      yield text;
    }
  }
}

/**
 * Makes the tables of the peers in a database of PostgreSQL, vacuumed and analysed: `rollup` (range partitions of 10 days, primary
 * key metric, day, student, laid down in that order), `wide`, and the relations that planSql reads, over `rollup`.
 */
export async function loadPostgres(client: pg.Client, size: Size): Promise<void> {
  await client.query('CREATE TABLE rollup (student int, v int, metric int2, day int2) PARTITION BY RANGE (day)');
  const first = AS_OF - size.days + 1;
  for (let from = first; from <= AS_OF; from += 10)
    await client.query(
      `CREATE TABLE rollup_${from} PARTITION OF rollup FOR VALUES FROM (${from}) TO (${Math.min(from + 10, AS_OF + 1)})`,
    );
  await copy(client, 'rollup', rollupText(size, '\t'));
  await client.query('ALTER TABLE rollup ADD PRIMARY KEY (metric, day, student)');
  const columns = [...METRICS.values()].map(({ number }) => `m${number} int`);
  await client.query(`CREATE TABLE wide (student int, day int2, ${columns.join(', ')})`);
  await copy(client, 'wide', wideText(size));
  await client.query('ALTER TABLE wide ADD PRIMARY KEY (student, day)');
  await client.query(`
    CREATE VIEW cells AS SELECT metric, day, student AS ordinal, v AS value FROM rollup;
    CREATE TABLE students AS SELECT generate_series(0, ${size.students - 1}) AS ordinal;
    CREATE TABLE cohorts AS SELECT 'class@${AS_OF}' AS name, ordinal, ${cohortSql('ordinal')} AS cohort FROM students;
    CREATE TABLE masks (mask text, ordinal int, first_day int, last_day int);
    CREATE TABLE eligible (rule int, ordinal int);`);
  await client.query('VACUUM ANALYZE');
}

async function copy(client: pg.Client, table: string, text: Iterable<string>): Promise<void> {
  await pipeline(Readable.from(text, { objectMode: true }), client.query(copyFrom(`COPY ${table} FROM STDIN`)));
}

/** The rollup rows as one Parquet file (zstd) in the folder, by metric, day and student; answers its path. */
export async function writeParquet(folder: string, size: Size): Promise<string> {
  const csv = join(folder, 'rollup.csv');
  const parquet = join(folder, 'rollup.parquet');
  await pipeline(Readable.from(rollupText(size, ','), { objectMode: true }), createWriteStream(csv));
  const duck = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await duck.connect();
  try {
    const columns = `{student: 'INTEGER', v: 'INTEGER', metric: 'SMALLINT', day: 'SMALLINT'}`;
    await connection.run(
      `COPY (SELECT * FROM read_csv('${csv}', header = false, columns = ${columns}))
         TO '${parquet}' (FORMAT parquet, COMPRESSION zstd)`,
    );
  } finally {
    connection.closeSync();
    duck.closeSync();
  }
  await rm(csv);
  return parquet;
}
