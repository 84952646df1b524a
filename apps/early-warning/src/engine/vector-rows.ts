import { query, sql, type Tx } from '#database';
import { dateOfDay } from '../kernel/days.js';
import { copyBinary } from './copy-binary.js';
import type { DayVector } from './fold.js';

/** Names a row of `day_vector`; `day` in days since 1970-01-01. */
export interface VectorKey {
  metric: number;
  day: number;
  block: number;
}

export type VectorRow = VectorKey & DayVector;

export function keyOf({ metric, day, block }: VectorKey): string {
  return `${metric} ${day} ${block}`;
}

/** The vectors there are, by `keyOf`. Needs a transaction. */
export async function readVectors(tx: Tx, keys: readonly VectorKey[]): Promise<Map<string, VectorRow>> {
  const read = new Map<string, VectorRow>();
  if (keys.length === 0) return read;
  const wanted = keys.map(
    (key) => `(${Number(key.metric)}::smallint,DATE '${dateOfDay(key.day)}',${Number(key.block)}::smallint)`,
  );
  await copyBinary(
    tx,
    `SELECT metric::int, day - DATE '1970-01-01', block::int, n, first, v FROM early_warning.day_vector
      WHERE (metric, day, block) IN (VALUES ${wanted.join(',')})`,
    (fields) => {
      const [metric, day, block, n, first] = fields.map((field) => (field.length === 4 ? field.readInt32BE() : 0));
      const bytes = fields[5]!;
      const row = {
        ...{ metric: metric!, day: day!, block: block!, n: n!, first: first! },
        values: new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4),
      };
      read.set(keyOf(row), row);
    },
  );
  return read;
}

/** Writes vectors, all with the same high-water mark. One that lost its last student stays as an empty row, for others to see. */
export async function writeVectors(tx: Tx, rows: readonly VectorRow[], hwm: number): Promise<void> {
  if (rows.length === 0) return;
  let end = 0;
  const ends = rows.map(({ values }) => (end += values.byteLength));
  // One parameter of bytes: an array of bytea would travel as text, twice as long.
  const bytes = Buffer.concat(
    rows.map(({ values }) => Buffer.from(values.buffer, values.byteOffset, values.byteLength)),
  );
  await query(
    tx,
    sql`INSERT INTO early_warning.day_vector (metric, day, block, hwm, n, first, v)
        SELECT p.metric, p.day, p.block, ${hwm}, p.n, p.first, substring(${bytes}::bytea FROM p.ends - p.bytes + 1 FOR p.bytes)
          FROM unnest(${rows.map((r) => r.metric)}::smallint[], ${rows.map((r) => dateOfDay(r.day))}::date[], ${rows.map((r) => r.block)}::smallint[],
               ${rows.map((r) => r.n)}::int[], ${rows.map((r) => r.first)}::int[], ${ends}::int[], ${rows.map((r) => r.values.byteLength)}::int[])
               AS p(metric, day, block, n, first, ends, bytes)
        ON CONFLICT (metric, day, block) DO UPDATE SET hwm = excluded.hwm, n = excluded.n, first = excluded.first, v = excluded.v`,
  );
}
