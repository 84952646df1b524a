import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '#config';
import { query, queryOne, sql, type Tx } from '#database';
import {
  BEGINNING,
  BLOCK,
  dateOfDay,
  type Evaluation,
  type Lanes,
  Memory,
  type Need,
  type Vector,
} from '#rule-language';
import { copyBinary } from './copy-binary.js';
import { MachineThreads } from './machine-thread.js';
import { keyOf, type VectorKey } from './vector-rows.js';

/** A row of day_vector, without its values. */
interface Row extends VectorKey {
  /** Of `keyOf`. */
  key: string;
  hwm: number;
  first: number;
  /** Bytes per student, and in all. */
  width: number;
  bytes: number;
}

/** Lists of rows that are remembered. */
const MAX_LISTED = 8;

interface Resident extends Vector {
  hwm: number;
  bytes: number;
  /** When it was last asked for. */
  used: number;
}

/**
 * The day vectors in memory, read from PostgreSQL and kept as long as their high-water mark is that of the row, with the machine
 * that computes on them. One user at a time, within `alone`.
 */
@Injectable()
export class VectorStore implements OnApplicationShutdown {
  readonly memory = new Memory();
  private readonly machines: MachineThreads;
  private readonly resident = new Map<string, Resident>();
  /** Rows by the state of the table and what was needed. */
  private readonly listed = new Map<string, Row[]>();
  private bytes = 0;
  private clock = 0;
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly config: Config) {
    this.machines = new MachineThreads(this.memory, config.engineThreads);
  }

  /** Not before whoever computes has ended. */
  async onApplicationShutdown(): Promise<void> {
    await this.machines.close();
  }

  /** The vectors of the days needed, as the transaction sees them. */
  async open(tx: Tx, needs: readonly Need[]): Promise<LoadedVectors> {
    const { state, hwm } = await this.state(tx);
    const key = `${state} ${JSON.stringify(needs)}`;
    let rows = this.listed.get(key);
    if (!rows) {
      this.listed.set(key, (rows = await this.rows(tx, needs)));
      if (this.listed.size > MAX_LISTED) this.listed.delete(this.listed.keys().next().value!);
    }
    return new LoadedVectors(this, tx, rows, hwm);
  }

  /** Does something with memory and machine while nobody else does. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    const before = this.last;
    let done!: () => void;
    this.last = new Promise<void>((resolve) => (done = resolve));
    await before;
    try {
      return await work();
    } finally {
      done();
    }
  }

  /** Carries an evaluation out on the machine. */
  async run(evaluation: Evaluation, vectors: LoadedVectors): Promise<void> {
    await this.alone(() => this.runAlone(evaluation, vectors));
  }

  private async runAlone(evaluation: Evaluation, vectors: LoadedVectors): Promise<void> {
    for (const work of evaluation.work((from) => vectors.lanes(from), this.machines.n)) {
      if ('load' in work) await vectors.load(work.load, work.from);
      else await this.machines.carryOut(work.stages);
    }
  }

  /** `state` changes whenever a vector is written, and when old ones are thrown away. */
  private async state(tx: Tx): Promise<{ state: string; hwm: number }> {
    const row = await queryOne<{ epoch: string; vectors: string; leaves: string }>(
      tx,
      sql`SELECT epoch, coalesce((SELECT max(hwm) FROM early_warning.day_vector), 0) AS vectors,
                 coalesce((SELECT max(hwm) FROM early_warning.leave_mask), 0) AS leaves FROM early_warning.lane_epoch`,
    );
    const { epoch, vectors, leaves } = row!;
    return { state: `${epoch} ${vectors}`, hwm: Math.max(Number(vectors), Number(leaves)) };
  }

  find(key: string): Resident | undefined {
    return this.resident.get(key);
  }

  /** Brings rows into memory; what was not asked for lately gives way when there is too much. */
  async ensure(tx: Tx, rows: readonly Row[]): Promise<void> {
    const now = ++this.clock;
    const missing: Row[] = [];
    for (const row of rows) {
      const known = this.resident.get(row.key);
      if (known) known.used = now;
      if (known?.hwm !== row.hwm) missing.push(row);
    }
    if (missing.length === 0) return;
    const forget = (): void => missing.forEach((row) => this.drop(row.key));
    forget();
    this.makeRoom(missing, now);
    const byKey = new Map(missing.map((row) => [row.key, row]));
    const wanted = missing
      .map((row) => `(${row.metric}::smallint,DATE '${dateOfDay(row.day)}',${row.block}::smallint)`)
      .join(',');
    const read = copyBinary(
      tx,
      `SELECT metric, day - DATE '1970-01-01', block::int, v FROM early_warning.day_vector WHERE (metric, day, block) IN (VALUES ${wanted})`,
      () => {},
      ([metric, day, block], bytes) => {
        if (!block) return undefined;
        const key = { metric: metric!.readInt16BE(), day: day!.readInt32BE(), block: block.readInt32BE() };
        return this.room(byKey.get(keyOf(key))!, bytes, now);
      },
    );
    await read.catch((error: unknown) => {
      // What was read in part must not be taken for whole.
      forget();
      throw error;
    });
  }

  /** The place in memory of a vector that is being read. */
  private room(row: Row, bytes: number, used: number): Buffer {
    const { day, hwm, first, width } = row;
    const address = this.memory.allocate(bytes);
    const vector = { day, address, first, end: first + bytes / width, wide: width === 4 };
    this.resident.set(row.key, { ...vector, hwm, bytes, used });
    this.bytes += bytes;
    return Buffer.from(this.memory.buffer, address, bytes);
  }

  private makeRoom(coming: readonly Row[], now: number): void {
    const needed = coming.reduce((sum, row) => sum + row.bytes, 0);
    const budget = this.config.vectorMemoryMb * 1_048_576;
    if (this.bytes + needed <= budget) return;
    const idle = [...this.resident].filter(([, { used }]) => used < now).sort(([, a], [, b]) => a.used - b.used);
    for (const [key] of idle) {
      if (this.bytes + needed <= budget) return;
      this.drop(key);
    }
  }

  private drop(key: string): void {
    const known = this.resident.get(key);
    if (!known) return;
    this.memory.release(known.address, known.bytes);
    this.bytes -= known.bytes;
    this.resident.delete(key);
  }

  private async rows(tx: Tx, needs: readonly Need[]): Promise<Row[]> {
    if (needs.length === 0) return [];
    const from = needs.map((need) => dateOfDay(Math.max(need.from, BEGINNING / 2)));
    const rows = await query<Row & { hwm: string }>(
      tx,
      sql`SELECT v.metric, v.day - DATE '1970-01-01' AS day, v.block, v.hwm, v.first, v.width, octet_length(v.v) AS bytes
            FROM unnest(${needs.map((need) => need.metric)}::smallint[], ${from}::date[], ${needs.map((need) => dateOfDay(need.to))}::date[])
                 AS n(metric, first_day, last_day)
            JOIN early_warning.day_vector v ON v.metric = n.metric AND v.day BETWEEN n.first_day AND n.last_day
           WHERE v.n > 0 ORDER BY v.metric, v.day, v.block`,
    );
    return rows.map((row) => ({ ...row, key: keyOf(row), hwm: Number(row.hwm) }));
  }
}

/** The vectors a transaction sees of the days it needs. */
export class LoadedVectors {
  private readonly byMetric = new Map<number, Row[]>();
  private readonly days = new Map<number, number[]>();

  constructor(
    private readonly store: VectorStore,
    private readonly tx: Tx,
    rows: readonly Row[],
    /** The newest high-water mark of all vectors and leave masks; evidence names it. */
    readonly hwm: number,
  ) {
    for (const row of rows) {
      const of = this.byMetric.get(row.metric);
      if (of) of.push(row);
      else this.byMetric.set(row.metric, [row]);
    }
    for (const [metric, of] of this.byMetric) this.days.set(metric, [...new Set(of.map(({ day }) => day))]);
  }

  /** First students of the blocks in which anybody has data. */
  blocks(): number[] {
    return [...new Set([...this.byMetric.values()].flat().map(({ block }) => block * BLOCK))].sort((a, b) => a - b);
  }

  /** Brings what is needed of the block that begins with a student into memory. */
  async load(needs: readonly Need[], student: number): Promise<void> {
    const block = student / BLOCK;
    const rows = needs.flatMap(({ metric, from, to }) =>
      (this.byMetric.get(metric) ?? []).filter((row) => row.block === block && row.day >= from && row.day <= to),
    );
    await this.store.ensure(this.tx, rows);
  }

  /** The lanes of a block, whose lanes are the students' ordinals. */
  lanes(student: number): Lanes {
    const block = student / BLOCK;
    return {
      start: student,
      end: student + BLOCK,
      vectors: (metric) =>
        (this.byMetric.get(metric) ?? [])
          .filter((row) => row.block === block)
          .map((row) => this.store.find(row.key))
          .filter((vector) => vector !== undefined),
      knownDays: (metric) => this.days.get(metric) ?? [],
      laneOf: (ordinal) => ordinal,
    };
  }
}
