import { createHash } from 'node:crypto';
import { sql } from '#database';
import type { TestApp } from '#testing';
import { foldDirty } from '../src/engine/folding.js';

interface Stored {
  metric: number;
  day: string;
  block: number;
  n: number;
  first: number;
  width: number;
  v: Buffer;
}

/** The values of a stored vector, one after the other. */
export function stored({ width, v }: { width: number; v: Buffer }): number[] {
  return Array.from({ length: v.length / width }, (_, i) => v.readIntLE(width * i, width));
}

/** Every vector with data, as stored; for comparing to the bit. */
export async function vectorsOf(test: Pick<TestApp, 'query'>): Promise<(Omit<Stored, 'v'> & { sha256: string })[]> {
  const rows = await test.query<Stored>(
    sql`SELECT metric, day::text AS day, block, n, first, width, v FROM early_warning.day_vector WHERE n > 0 ORDER BY 1, 2, 3`,
  );
  return rows.map(({ v, ...row }) => ({ ...row, sha256: createHash('sha256').update(v).digest('hex') }));
}

/** Values of a metric's day by student number, after folding. */
export async function valuesOf(test: TestApp, metric: string, day: string): Promise<Record<string, number>> {
  await test.database.transaction(null, foldDirty);
  const vectors = await test.query<{ first: number; width: number; v: Buffer }>(
    sql`SELECT v.first, v.width, v.v FROM early_warning.day_vector v JOIN early_warning.metric m ON m.number = v.metric
         WHERE m.code = ${metric} AND v.day = ${day}`,
  );
  const numbers = await test.query<{ ordinal: number; number: string }>(
    sql`SELECT o.ordinal, s.number FROM early_warning.student_ordinal o JOIN directory.published_student_v1 s ON s.id = o.student_id ORDER BY 2`,
  );
  const values = vectors.flatMap((vector) => stored(vector).map((value, i) => [vector.first + i, value] as const));
  const byOrdinal = new Map(values.filter(([, value]) => value >= 0));
  return Object.fromEntries(
    numbers
      .filter(({ ordinal }) => byOrdinal.has(ordinal))
      .map(({ ordinal, number }) => [number, byOrdinal.get(ordinal)!]),
  );
}
