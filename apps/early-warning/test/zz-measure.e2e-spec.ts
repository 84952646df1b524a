import { sql } from '#database';
import { TestApp } from '#testing';
import { earlyWarning } from '../src/early-warning.module.js';
import { daysAgo, holdSchedules } from './kit.js';

const N = 50_000;
describe('measure', () => {
  it('dry run', async () => {
    const test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    await test.query(sql`INSERT INTO directory.person (id, kind, number, name, sex, grade) SELECT gen_random_uuid(), 'student', 'X' || i, 'x', '1', '2024' FROM generate_series(1, ${N}) i`);
    const app = await test.client();
    await test.query(sql`INSERT INTO early_warning.student_ordinal (ordinal, student_id) SELECT (SELECT coalesce(max(ordinal), -1) FROM early_warning.student_ordinal) + row_number() OVER (), id FROM directory.person p WHERE kind = 'student' AND NOT EXISTS (SELECT 1 FROM early_warning.student_ordinal o WHERE o.student_id = p.id)`);
    const metrics = await test.query<{ number: number; code: string }>(sql`SELECT number, code FROM early_warning.metric ORDER BY number`);
    for (const m of metrics.filter(({ code }) => ['late_return', 'absent_class', 'canteen_meals'].includes(code))) {
      for (let d = 0; d < 155; d++) {
        const v = new Int32Array(N);
        for (let i = 0; i < N; i++) v[i] = Math.random() < 0.8 ? Math.floor(Math.random() * 6) : -1;
        await test.query(sql`INSERT INTO early_warning.day_vector (metric, day, block, hwm, n, first, v) VALUES (${m.number}, ${daysAgo(d)}, 0, 1, ${N}, 0, ${Buffer.from(v.buffer)})`);
      }
    }
    const rule = (agg: string, window: string, t: number) => ({
      id: 'm.x', title: { zh: 'x', en: 'x' }, features: { x: { metric: 'late_return', agg, window }, y: { metric: 'absent_class', agg: 'sum', window: '28d' } },
      level: 'yellow', when: { all: [{ ge: [{ f: 'x' }, t] }, { ge: [{ f: 'y' }, 60] }] }, reason: { zh: '{x}', en: '{x}' },
    });
    const { Engine } = await import('../src/engine/engine.js');
    const engine = test.app.get(Engine);
    for (let k = 0; k < 1; k++) {
      const t0 = performance.now();
      await test.database.read((tx) => engine.sweep(tx, { rules: [{ number: 0, definition: rule('sum', '7d', 20) as never }], from: daysAgo(121), to: daysAgo(1) }, () => undefined));
      const t1 = performance.now();
      await test.database.read(async (tx) => { for (let d = 1; d <= 10; d++) await engine.evaluate(tx, { rules: [{ number: 0, definition: rule('sum', '7d', 20) as never }], asOf: daysAgo(d) }); });
      console.log('sweep', Math.round(t1 - t0), '10 evaluations', Math.round(performance.now() - t1));
    }
    const mine = { number: 0, definition: rule('sum', '7d', 20) as never };
    const pub = await (await import('../src/rules/rules.service.js')).publishedRules(test.tx);
    const time = async (name: string, fn: (tx: never) => Promise<unknown>) => { const t = performance.now(); await test.database.read((tx) => fn(tx as never)); console.log(name, Math.round(performance.now() - t)); };
    await time('evidence x3', async (tx) => { for (let d = 1; d <= 3; d++) { const f = await engine.evaluate(tx, { rules: [mine], asOf: daysAgo(d) }); const l = f.levels(0); await f.evidence(tx, 0, [100, 200], l); } });
    for (const one of pub) await time('published ' + one.code, (tx) => engine.sweep(tx, { rules: [one], from: daysAgo(11), to: daysAgo(1) }, () => undefined));
    const t2 = performance.now();
    const a = await app.post('/early-warning/v1/dry-runs', { rule: rule('sum', '7d', 25), from: daysAgo(120), to: daysAgo(1) });
    console.log('whole', a.status, Math.round(performance.now() - t2), a.body.fired);
    const t3 = performance.now();
    const b = await app.post('/early-warning/v1/dry-runs', { rule: rule('sum', '7d', 28), from: daysAgo(120), to: daysAgo(1) });
    console.log('whole again', b.status, Math.round(performance.now() - t3), b.body.fired);
    await test.close();
  }, 150_000);
});
