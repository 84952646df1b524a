import fc from 'fast-check';
import { sql } from '#database';
import { TestApp } from '#testing';
import { earlyWarning } from '../src/early-warning.module.js';
import { foldDirty } from '../src/engine/folding.js';
import { stored } from './vectors.js';

/** A metric of each fold. */
const FOLDS = {
  ...{ gate_passes: 'sum', late_return: 'max', not_returned: 'min', late_minutes: 'count', canteen_spend: 'last' },
};

interface Cell {
  metric: number;
  day: number;
  ordinal: number;
  value: number;
}

describe('the view of cells', () => {
  let test: TestApp;

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    for (const [code, fold] of Object.entries(FOLDS))
      await test.query(sql`UPDATE early_warning.metric SET fold = ${fold} WHERE code = ${code}`);
    await test.query(sql`SELECT early_warning.create_observation_months('{2026-10-01,2026-11-01}'::date[])`);
  });

  afterAll(() => test?.close());

  const row = fc.record({
    metric: fc.constantFrom(...Object.keys(FOLDS)),
    day: fc.constantFrom('2026-10-31', '2026-11-01'),
    ordinal: fc.nat(3),
    value: fc.constantFrom(0, 1, 5, 32_767, 2_000_000_000),
    at: fc.constantFrom(null, '2026-10-31T08:00:00Z', '2026-10-31T09:00:00Z'),
    batch: fc.integer({ min: 1, max: 3 }),
    keyed: fc.constantFrom('no', 'yes', 'withdrawn'),
  });

  it('holds what the vectors of the same observations hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 60 }), async (rows) => {
        await test.query(sql`DELETE FROM early_warning.day_vector`);
        await test.query(sql`DELETE FROM early_warning.observation`);
        await test.query(sql`DELETE FROM early_warning.keyed_observation`);
        const listed = JSON.stringify(rows.map((one, line) => ({ ...one, line })));
        const given = sql`(SELECT m.number, r.* FROM early_warning.metric m JOIN jsonb_to_recordset(${listed}::jsonb)
            AS r(metric text, day date, ordinal int, value int, at timestamptz, batch bigint, keyed text, line int) ON r.metric = m.code) g`;
        await test.query(sql`INSERT INTO early_warning.observation (batch_seq, at, day, ordinal, value, line, metric)
          SELECT batch, at, day, ordinal, value, line, number FROM ${given} WHERE keyed = 'no'`);
        await test.query(sql`
          INSERT INTO early_warning.keyed_observation (batch_seq, at, day, ordinal, value, line, metric, revision, source, key)
          SELECT batch, at, day, ordinal, CASE keyed WHEN 'yes' THEN value END, line, number, 1, 'turnstiles', line::text
            FROM ${given} WHERE keyed <> 'no'`);
        await test.query(
          sql`INSERT INTO early_warning.dirty_day (metric, day) SELECT DISTINCT number, day FROM ${given}`,
        );
        await test.database.transaction(null, (tx) => foldDirty(tx));
        const cells = await test.query<Cell>(
          sql`SELECT metric, day, ordinal, value FROM early_warning.cell ORDER BY metric, day, ordinal`,
        );
        expect(cells).toEqual(await vectorCells());
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  async function vectorCells(): Promise<Cell[]> {
    const vectors = await test.query<{ metric: number; day: number; first: number; width: number; v: Buffer }>(
      sql`SELECT metric, day - DATE '1970-01-01' AS day, first, width, v FROM early_warning.day_vector ORDER BY metric, day, block`,
    );
    return vectors.flatMap(({ metric, day, first, ...vector }) =>
      stored(vector)
        .map((value, i) => ({ metric, day, ordinal: first + i, value }))
        .filter(({ value }) => value >= 0),
    );
  }
});
