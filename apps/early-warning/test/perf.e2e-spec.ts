import { sql } from '#database';
import { TestApp } from '#testing';
import { foldDirty } from '../src/engine/folding.js';
import { earlyWarning } from '../src/early-warning.module.js';
import { simpleRule } from './kit.js';

it('perf', async () => {
  const test = await TestApp.create([earlyWarning]);
  const app = await test.client();
  await test.query(sql`UPDATE events.schedule SET last_period = '2100-01-01'`);
  await test.query(sql`ALTER SYSTEM SET log_min_duration_statement = 100`); await test.query(sql`SELECT pg_reload_conf()`);
  const N = 32593, D = 300;
  await test.query(sql`INSERT INTO directory.person (id, kind, number, name) SELECT gen_random_uuid(), 'student', 'P' || i, 'x' FROM generate_series(1, ${N}::int) i`);
  const [unit] = await test.query<{id: string}>(sql`SELECT id FROM directory.unit WHERE code = 'SE2401'`);
  await test.query(sql`INSERT INTO directory.membership (id, person_id, unit_id, valid_from) SELECT gen_random_uuid(), id, ${unit!.id}, '2014-01-01' FROM directory.person WHERE number LIKE 'P%'`);
  await test.query(sql`ANALYZE directory.person; `); await test.query(sql`ANALYZE directory.membership`);
  const time = async <T>(name: string, fn: () => Promise<T>): Promise<T> => { const t = Date.now(); const c = process.cpuUsage(); const r = await fn(); const u = process.cpuUsage(c); console.log(name, Date.now() - t, 'ms, node cpu', Math.round((u.user + u.system) / 1000), Math.round(process.memoryUsage().rss / 1e6), 'MB'); return r; };
  await time('first evaluation (ordinals)', () => app.post('/early-warning/v1/evaluations', { rule: simpleRule('p.x', { metric: 'awards', agg: 'sum' }, { ge: [{ f: 'x' }, 1] }), asOf: '2015-01-01' }).expect(200));
  // batches of observations through HTTP
  const batch = (b: number) => ({ source: 'p', batchKey: `b${b}`, observations: Array.from({ length: 10000 }, (_, i) => ({ student: `P${((b * 10000 + i) % N) + 1}`, metric: ['score_points', 'score_count'][i % 2], day: `2014-0${1 + (i % 9)}-1${b % 10}`, value: i % 100 })) });
  await time('20 batches of 10,000 through HTTP', async () => { for (let b = 0; b < 5; b++) await app.post('/early-warning/v1/observations/batches', batch(b)).expect(200); });
  await time('fold 200k', () => test.database.transaction(null, foldDirty));
  await test.query(sql`UPDATE early_warning.ingest_batch SET n = n`);
  await test.query(sql`INSERT INTO early_warning.day_vector (metric, day, block, hwm, n, first, v)
    SELECT m, DATE '2015-01-01' + d, 0, 1, ${N}, 12, (SELECT decode(repeat(lpad(to_hex(d % 7), 2, '0') || '000000', ${N}::int), 'hex')) FROM generate_series(1, 4) m, generate_series(1, ${D}::int) d`);
  const metrics = ['dorm_gate_in', 'gate_passes', 'late_return', 'not_returned'];
  const rule = { ...simpleRule('p.y', {}, {}), features: Object.fromEntries(metrics.map((metric, i) => [`f${i}`, { metric, agg: 'sum', window: '300d' }])), when: { all: metrics.map((_, i) => ({ ge: [{ f: `f${i}` }, 1] })) }, reason: { zh: 'x', en: 'x' } };
  await time('4 metrics x 300 d x 32,593 cold', () => app.post('/early-warning/v1/evaluations?ids=true', { rule, asOf: '2015-10-28' }).expect(200));
  await time('again', () => app.post('/early-warning/v1/evaluations?ids=true', { rule, asOf: '2015-10-28' }).expect(200));
  const ranked = { ...rule, features: { ...rule.features, r: { metric: 'late_return', agg: 'sum', window: '30d', rank: { cohort: 'class' } }, z: { metric: 'late_return', agg: 'zscore', window: '7d', baseline: '28d' } }, when: { all: [rule.when, { ge: [{ f: 'r' }, 0] }, { ge: [{ f: 'z' }, -9] }] } };
  await time('with rank and z', () => app.post('/early-warning/v1/evaluations', { rule: ranked, asOf: '2015-10-28', unitId: unit!.id }).expect(200));
  await test.query(sql`ALTER SYSTEM RESET log_min_duration_statement`);
  await test.close();
}, 300_000);
