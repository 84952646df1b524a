import { query, sql, type Sql, type Tx } from '#database';
import { copyBinary } from './copy-binary.js';

/** Observations as columns; row i is made of the i-th entries. `day`: days since 1970-01-01. */
export interface ObservationColumns {
  metric: Int32Array;
  day: Int32Array;
  ordinal: Int32Array;
  value: Int32Array;
}

/** A batch as it waits to be folded: rows name their (metric, day) by its place in `pairs`. */
export interface Packed {
  /** metric, day, metric, day, … */
  pairs: Int32Array;
  /** Per row: place of its pair. */
  pair: Int32Array;
  ordinal: Int32Array;
  value: Int32Array;
}

/** int32 little-endian: number of pairs, number of rows, then the four columns one after the other. */
export function pack({ metric, day, ordinal, value }: ObservationColumns): Buffer {
  const n = ordinal.length;
  const places = new Map<number, number>();
  const pairs: number[] = [];
  const pair = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    const key = metric[i]! * 100_000 + day[i]!;
    let place = places.get(key);
    if (place === undefined) {
      places.set(key, (place = places.size));
      pairs.push(metric[i]!, day[i]!);
    }
    pair[i] = place;
  }
  const packed = new Int32Array(2 + pairs.length + 3 * n);
  packed.set([places.size, n]);
  packed.set(pairs, 2);
  packed.set(pair, 2 + pairs.length);
  packed.set(ordinal, 2 + pairs.length + n);
  packed.set(value, 2 + pairs.length + 2 * n);
  return Buffer.from(packed.buffer);
}

/** The columns of a packed batch, looking at its bytes as they lie. */
export function unpack(bytes: Buffer): Packed {
  const packed = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const [p, n] = packed as unknown as [number, number];
  const rows = 2 + 2 * p;
  return {
    pairs: packed.subarray(2, rows),
    pair: packed.subarray(rows, rows + n),
    ordinal: packed.subarray(rows + n, rows + 2 * n),
    value: packed.subarray(rows + 2 * n),
  };
}

/** The statement that puts a batch into the queue; for the transaction that writes its observations. */
export function queueing(seq: number, columns: ObservationColumns): Sql {
  return sql`INSERT INTO early_warning.unfolded_batch (seq, n, rows) VALUES (${seq}, ${columns.ordinal.length}, ${pack(columns)})`;
}

/** Takes every batch visible now out of the queue; under the vectors' lock. */
export async function takeBatches(tx: Tx): Promise<Packed[]> {
  const batches: Packed[] = [];
  await copyBinary(tx, 'DELETE FROM early_warning.unfolded_batch RETURNING rows', ([rows]) =>
    batches.push(unpack(rows!)),
  );
  return batches;
}

/** Committed batches whose additions no vector has yet, ascending. What is beyond addition: `needsRebuild`. */
export async function unfoldedSeqs(tx: Tx): Promise<number[]> {
  const rows = await query<{ seq: string }>(tx, sql`SELECT seq FROM early_warning.unfolded_batch ORDER BY seq`);
  return rows.map((row) => Number(row.seq));
}

/**
 * The additions of batches that wait to be folded, in the order (batch, line). To be added by `addToVector` with the metric's fold,
 * but not to vectors whose (metric, day) is among `needsRebuild`: there the batch may hold values that were corrected since.
 * Batches that were folded in the meantime are absent. Needs a transaction.
 */
export async function readBatches(tx: Tx, seqs: readonly number[]): Promise<ObservationColumns> {
  const batches: Packed[] = [];
  if (seqs.length > 0)
    await copyBinary(
      tx,
      `SELECT rows FROM early_warning.unfolded_batch WHERE seq IN (${seqs.map(Number).join(',')}) ORDER BY seq`,
      ([rows]) => batches.push(unpack(rows!)),
    );
  const n = batches.reduce((sum, batch) => sum + batch.pair.length, 0);
  const columns = {
    ...{ metric: new Int32Array(n), day: new Int32Array(n), ordinal: new Int32Array(n), value: new Int32Array(n) },
  };
  let at = 0;
  for (const { pairs, pair, ordinal, value } of batches) {
    columns.ordinal.set(ordinal, at);
    columns.value.set(value, at);
    for (let i = 0; i < pair.length; i++) {
      columns.metric[at + i] = pairs[2 * pair[i]!]!;
      columns.day[at + i] = pairs[2 * pair[i]! + 1]!;
    }
    at += pair.length;
  }
  return columns;
}
