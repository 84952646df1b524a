import { Injectable } from '@nestjs/common';
import { query, queryOne, sql, type Tx } from '#database';
import { BEGINNING } from '../kernel/compile.js';
import { dateOfDay } from '../kernel/days.js';
import { copyBinary } from './copy-binary.js';

/** Days of a metric that somebody wants to see. */
export interface Need {
  metric: number;
  from: number;
  to: number;
}

export type Feed = (metric: number, day: number, first: number, values: Int32Array) => void;

interface Row {
  metric: number;
  day: number;
  block: number;
  hwm: number;
  first: number;
  bytes: number;
}

interface Cached {
  hwm: number;
  values: Int32Array;
}

/** Bytes of vectors that stay in memory. */
const BUDGET = 192 * 1_048_576;
/** Bytes read by one COPY. */
const CHUNK = 16 * 1_048_576;

/** The day vectors: read from PostgreSQL, and kept in memory as long as their high-water mark is that of the row. */
@Injectable()
export class VectorStore {
  private readonly cache = new Map<string, Cached>();
  private cachedBytes = 0;

  /** Feeds every vector of the days that are needed, metric by metric, days ascending. */
  async feed(tx: Tx, needs: readonly Need[], feed: Feed): Promise<void> {
    for (const need of needs) {
      const rows = await this.rows(tx, need);
      let chunk: Row[] = [];
      let bytes = 0;
      for (const row of rows) {
        chunk.push(row);
        bytes += row.bytes;
        if (bytes < CHUNK) continue;
        await this.feedRows(tx, chunk, feed);
        [chunk, bytes] = [[], 0];
      }
      await this.feedRows(tx, chunk, feed);
    }
  }

  /** The newest high-water mark of all vectors and leave masks; evidence names it. */
  async hwm(tx: Tx): Promise<number> {
    const row = await queryOne<{ hwm: string }>(
      tx,
      sql`SELECT greatest((SELECT max(hwm) FROM early_warning.day_vector), (SELECT max(hwm) FROM early_warning.leave_mask), 0) AS hwm`,
    );
    return Number(row!.hwm);
  }

  private async rows(tx: Tx, { metric, from, to }: Need): Promise<Row[]> {
    const rows = await query<Row & { hwm: string }>(
      tx,
      sql`SELECT metric, day - DATE '1970-01-01' AS day, block, hwm, first, octet_length(v) AS bytes FROM early_warning.day_vector
           WHERE metric = ${metric} AND day BETWEEN ${dateOfDay(Math.max(from, BEGINNING / 2))} AND ${dateOfDay(to)} ORDER BY day, block`,
    );
    return rows.map((row) => ({ ...row, hwm: Number(row.hwm) }));
  }

  private async feedRows(tx: Tx, rows: readonly Row[], feed: Feed): Promise<void> {
    const missing = rows.filter((row) => this.cache.get(keyOf(row))?.hwm !== row.hwm);
    const fresh = await this.read(tx, missing);
    for (const row of rows) {
      const key = keyOf(row);
      const values = fresh.get(key) ?? this.cache.get(key)!.values;
      feed(row.metric, row.day, row.first, values);
    }
    for (const row of missing) this.keep(keyOf(row), { hwm: row.hwm, values: fresh.get(keyOf(row))! });
  }

  private async read(tx: Tx, rows: readonly Row[]): Promise<Map<string, Int32Array>> {
    const read = new Map<string, Int32Array>();
    if (rows.length === 0) return read;
    const wanted = rows
      .map((row) => `(${row.metric}::smallint,DATE '${dateOfDay(row.day)}',${row.block}::smallint)`)
      .join(',');
    await copyBinary(
      tx,
      `SELECT metric, day - DATE '1970-01-01', block::int, v FROM early_warning.day_vector WHERE (metric, day, block) IN (VALUES ${wanted})`,
      ([metric, day, block, bytes]) => {
        const values = new Int32Array(bytes!.buffer, 0, bytes!.length / 4);
        read.set(
          keyOf({ metric: metric!.readInt16BE(), day: day!.readInt32BE(), block: block!.readInt32BE() }),
          values,
        );
      },
    );
    return read;
  }

  private keep(key: string, vector: Cached): void {
    const before = this.cache.get(key);
    if (before) this.cachedBytes -= before.values.byteLength;
    this.cache.delete(key);
    this.cache.set(key, vector);
    this.cachedBytes += vector.values.byteLength;
    for (const [oldest, { values }] of this.cache) {
      if (this.cachedBytes <= BUDGET) break;
      this.cache.delete(oldest);
      this.cachedBytes -= values.byteLength;
    }
  }
}

function keyOf({ metric, day, block }: { metric: number; day: number; block: number }): string {
  return `${metric} ${day} ${block}`;
}
