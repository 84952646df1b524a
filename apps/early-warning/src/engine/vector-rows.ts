import { afterCommit, query, sql, type Tx } from '#database';
import { dateOfDay, MAX_NARROW } from '#rule-language';
import { copyBinary, copyIn, CopyRows } from './copy-binary.js';
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

interface Kept {
  hwm: number;
  row: VectorRow;
}
interface Remembered {
  vectors: Map<string, Kept>;
  bytes: number;
}
/** Of a row but for its values. */
const BYTES_PER_ROW = 64;
const MAX_REMEMBERED_BYTES = 16_777_216;
/** By the data source of the transactions. */
const remembered = new WeakMap<object, Remembered>();

function rememberedOf(tx: Tx): Remembered {
  let of = remembered.get(tx.dataSource);
  if (!of) remembered.set(tx.dataSource, (of = { vectors: new Map(), bytes: 0 }));
  return of;
}

/**
 * Keeps vectors that were just written in memory, so that the next `readVectors` need not read them again; once the transaction
 * has committed, and as long as their rows have this high-water mark. They must not be changed afterwards.
 */
export function rememberVectors(tx: Tx, rows: readonly VectorRow[], hwm: number): void {
  afterCommit(tx, () => {
    const into = rememberedOf(tx);
    for (const row of rows) remember(into, row, hwm);
  });
}

/** Those of earlier marks give way, the oldest first. */
function remember(into: Remembered, row: VectorRow, hwm: number): void {
  const bytes = row.values.byteLength;
  take(into, keyOf(row));
  for (const [key, oldest] of into.vectors) {
    if (into.bytes + bytes <= MAX_REMEMBERED_BYTES) break;
    if (oldest.hwm === hwm) return;
    take(into, key);
  }
  into.vectors.set(keyOf(row), { hwm, row });
  into.bytes += bytes;
}

/** Whoever takes a vector may change it, so it is forgotten. */
function take(from: Remembered, key: string): Kept | undefined {
  const found = from.vectors.get(key);
  if (!found) return undefined;
  from.vectors.delete(key);
  from.bytes -= found.row.values.byteLength;
  return found;
}

/** The vectors there are, by `keyOf`, to be changed as one likes. Needs a transaction that holds the vectors' lock. */
export async function readVectors(tx: Tx, keys: readonly VectorKey[]): Promise<Map<string, VectorRow>> {
  const read = new Map<string, VectorRow>();
  if (keys.length === 0) return read;
  const known = rememberedOf(tx);
  // Taken out before it is asked whether they are current: meanwhile others may be remembered in their place.
  const kept = new Map(keys.map((key) => [keyOf(key), take(known, keyOf(key))]));
  const wanted = keys.map((key) => {
    const hwm = kept.get(keyOf(key))?.hwm ?? -1;
    return `(${Number(key.metric)}::smallint,DATE '${dateOfDay(key.day)}',${Number(key.block)}::smallint,${hwm}::bigint)`;
  });
  await copyBinary(
    tx,
    `SELECT metric::int, day - DATE '1970-01-01', block::int, n, first, (v.hwm = w.hwm)::int, width::int,
            CASE WHEN v.hwm = w.hwm THEN '' ELSE v END
       FROM early_warning.day_vector v JOIN (VALUES ${wanted.join(',')}) AS w(metric, day, block, hwm) USING (metric, day, block)`,
    (fields) => {
      const [metric, day, block, n, first, isKnown, width] = fields.map((field, i) =>
        i < 7 ? field.readInt32BE() : 0,
      );
      const key = { metric: metric!, day: day!, block: block! };
      const row = isKnown ? kept.get(keyOf(key))?.row : undefined;
      read.set(keyOf(key), row ?? { ...key, n: n!, first: first!, values: valuesOf(fields[7]!, width!) });
    },
  );
  return read;
}

function valuesOf(bytes: Buffer, width: number): Int32Array {
  if (width === 4) return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  return new Int32Array(new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2));
}

/** Values as they are stored: in int16 where all fit. */
function stored(values: Int32Array): { width: 2 | 4; bytes: Buffer } {
  for (let i = 0; i < values.length; i++) if (values[i]! > MAX_NARROW) return { width: 4, bytes: bytesOf(values) };
  return { width: 2, bytes: bytesOf(new Int16Array(values)) };
}

function bytesOf({ buffer, byteOffset, byteLength }: Int16Array | Int32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/**
 * Writes vectors, all with the same high-water mark. One that lost its last student stays as an empty row, for others to see.
 * Needs a transaction that holds the vectors' lock.
 */
export async function writeVectors(tx: Tx, rows: readonly VectorRow[], hwm: number): Promise<void> {
  if (rows.length === 0) return;
  const days = rows.map((row) => dateOfDay(row.day));
  await query(
    tx,
    sql`DELETE FROM early_warning.day_vector v
         USING unnest(${rows.map((r) => r.metric)}::smallint[], ${days}::date[], ${rows.map((r) => r.block)}::smallint[]) AS w(metric, day, block)
         WHERE (v.metric, v.day, v.block) = (w.metric, w.day, w.block)`,
  );
  // Not as parameters: they would be copied together several times before they are sent.
  const copied = new CopyRows(8, rows.length * BYTES_PER_ROW);
  for (const { metric, day, block, n, first, values } of rows) {
    const { width, bytes } = stored(values);
    copied.row().int2(metric).date(day).int2(block).int8(hwm).int4(n).int4(first).int2(width).bytes(bytes);
  }
  await copyIn(tx, 'early_warning.day_vector (metric, day, block, hwm, n, first, width, v)', copied);
}
