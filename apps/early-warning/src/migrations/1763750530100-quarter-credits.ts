import type { MigrationInterface, QueryRunner } from 'typeorm';

const METRICS = [
  ...['failed_credits', 'earned_credits', 'failed_required_credits', 'mean_term_credits'],
  ...['term_credits', 'term_credits_planned', 'credits_chosen', 'credit_gap'],
];
const FACTOR = 10;
const MAX = 2_147_483_647;
const MAX_NARROW = 32_767;
const AT_A_TIME = 50;

interface VectorRow {
  metric: number;
  day: string;
  block: number;
  width: number;
  v: Buffer;
}

/** Courses of 0.25 credits are common: credits take two decimals where they took one. What is stored of them is rewritten, and stays what it is. */
export class QuarterCredits1763750530100 implements MigrationInterface {
  name = 'QuarterCredits1763750530100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`SELECT set_config('lock_timeout', '60s', TRUE)`);
    // No batch is taken and no vector written by others until this is committed.
    await runner.query(`SELECT pg_advisory_xact_lock(hashtext('early-warning ingest'))`);
    await runner.query(`SELECT pg_advisory_xact_lock(hashtext('early-warning vectors'))`);
    const metrics = (await runner.query(
      `UPDATE early_warning.metric SET decimals = 2, version = version + 1, updated_at = now() WHERE code = ANY($1) AND decimals = 1 AND fold = 'last'
       RETURNING number`,
      [METRICS],
    )) as [{ number: number }[], number];
    const numbers = metrics[0].map(({ number }) => number);
    // All are of fold 'last', of which nothing waits but days to be made anew from these two.
    for (const table of ['observation', 'keyed_observation'])
      await runner.query(
        `UPDATE early_warning.${table} SET value = least(value::bigint * ${FACTOR}, ${MAX}) WHERE metric = ANY($1) AND value IS NOT NULL`,
        [numbers],
      );
    const [{ hwm }] = (await runner.query(`SELECT nextval('early_warning.vector_hwm') AS hwm`)) as [{ hwm: string }];
    for (;;) {
      const rows = (await runner.query(
        `SELECT metric, day::text AS day, block, width, v FROM early_warning.day_vector
          WHERE metric = ANY($1) AND n > 0 AND hwm < $2 LIMIT ${AT_A_TIME}`,
        [numbers, hwm],
      )) as VectorRow[];
      if (rows.length === 0) return;
      for (const { metric, day, block, width, v } of rows)
        await runner.query(
          `UPDATE early_warning.day_vector SET v = $4, width = $5, hwm = $6 WHERE (metric, day, block) = ($1, $2::date, $3)`,
          [metric, day, block, ...rescaled(v, width), hwm],
        );
    }
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}

/** Values of `width` bytes, little-endian, −1 = no data; answers them and their width: 2 where every value fits. */
function rescaled(v: Buffer, width: number): [v: Buffer, width: number] {
  const values = Array.from({ length: v.length / width }, (_, lane) => v.readIntLE(lane * width, width)).map((value) =>
    value < 0 ? -1 : Math.min(MAX, value * FACTOR),
  );
  const needed = values.some((value) => value > MAX_NARROW) ? 4 : 2;
  const bytes = Buffer.alloc(values.length * needed);
  values.forEach((value, lane) => bytes.writeIntLE(value, lane * needed, needed));
  return [bytes, needed];
}
