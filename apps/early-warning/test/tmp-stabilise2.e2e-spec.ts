import { sql } from '#database';
import { TestApp } from '#testing';
import { earlyWarning } from '../src/early-warning.module.js';
import { copyBinary } from '../src/engine/copy-binary.js';
it('throws', async () => {
  const test = await TestApp.create([earlyWarning]);
  const t = performance.now();
  await expect(test.database.read((tx) => copyBinary(tx, `SELECT repeat('x', 100000)::bytea FROM generate_series(1, 3000)`, () => { throw new RangeError('no more'); }))).rejects.toThrow('no more');
  console.log('threw after', performance.now() - t);
  for (let i = 0; i < 10; i++) await test.database.read((tx) => tx.query('SELECT 1'));
  console.log(await test.query(sql`SELECT state, count(*) FROM pg_stat_activity WHERE datname = current_database() GROUP BY 1`));
  await test.close();
}, 40_000);
