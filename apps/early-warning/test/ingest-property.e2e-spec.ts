import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { sql } from '#database';
import { AllRowsRefused } from '#problems';
import { campus, eventually, studentNumbers, TestApp } from '#testing';
import { earlyWarning } from '../src/early-warning.module.js';
import { foldDirty, rebuildVectors } from '../src/engine/folding.js';
import { ensureOrdinals } from '../src/engine/ordinals.js';
import { eraseStudent } from '../src/observations/erasure.js';
import { forgetOrdinals } from '../src/observations/ledger.js';
import { Observations } from '../src/observations/observations.service.js';
import { holdSchedules } from './kit.js';
import { valuesOf, vectorsOf } from './vectors.js';

const FOLDS = { awards: 'sum', book_loans: 'count', sport_min: 'max', net_min: 'min', class_attend: 'last' } as const;
type Metric = keyof typeof FOLDS;
const METRICS = Object.keys(FOLDS) as Metric[];
const DAYS = ['2026-10-30', '2026-11-01'];

interface Row {
  student: number;
  metric: Metric;
  day: string;
  value: number | null;
  key?: string;
}
type Step = { batch: Row[] } | { fold: true } | { erase: number };

const plain = fc.record({
  student: fc.nat(5),
  metric: fc.constantFrom(...METRICS),
  day: fc.constantFrom(...DAYS),
  value: fc.nat(9),
});
const keyed = fc.record({
  student: fc.nat(2),
  metric: fc.constantFrom(...METRICS),
  day: fc.constantFrom(...DAYS),
  value: fc.option(fc.nat(9)),
  key: fc.constantFrom('a', 'b', 'c'),
});
const batch = fc.array(fc.oneof(plain, keyed), { minLength: 1, maxLength: 8 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ batch }) },
  { weight: 3, arbitrary: fc.constant({ fold: true as const }) },
  { weight: 1, arbitrary: fc.record({ erase: fc.nat(5) }) },
);

describe('whatever comes in whatever order', () => {
  let test: TestApp;
  let keys = 0;

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning], { roles: ['api'] });
    await holdSchedules(test);
    for (const [code, fold] of Object.entries(FOLDS))
      await test.query(sql`UPDATE early_warning.metric SET fold = ${fold}, decimals = 0 WHERE code = ${code}`);
  });
  afterAll(() => test.close());

  /** A batch of erased students alone is refused, which leaves everything as it was. */
  const take = async (rows: Row[], batchKey = `p${++keys}`) => {
    const taken = test.app.get(Observations).take(null, {
      ...{ source: 'test', batchKey, pointer: '#/', size: rows.length },
      sha256: createHash('sha256').update(JSON.stringify(rows)).digest(),
      read: (into) =>
        rows.forEach(({ student, ...rest }, i) => into.add(i, { ...rest, studentNumber: studentNumbers[student] })),
    });
    return taken.catch((error: unknown) => {
      if (!(error instanceof AllRowsRefused)) throw error;
    });
  };
  const fold = () => test.database.transaction(null, foldDirty);
  const erase = (student: number) =>
    test.database.transaction(null, (tx) => eraseStudent(tx, campus.students[student] as string));
  const afresh = async () => {
    for (const table of [
      'observation',
      'keyed_observation',
      'unfolded_batch',
      'dirty_day',
      'day_vector',
      'ingest_batch',
      'erased_student',
    ])
      await test.tx.query(`TRUNCATE early_warning.${table}`);
    await test.query(sql`DELETE FROM early_warning.student_ordinal WHERE student_id IS NULL`);
    await test.database.transaction(null, async (tx) => {
      await ensureOrdinals(tx);
      await forgetOrdinals(tx);
    });
  };
  const expectRebuildChangesNothing = async () => {
    await fold();
    const before = await vectorsOf(test);
    await test.database.transaction(null, rebuildVectors);
    expect(await vectorsOf(test)).toEqual(before);
  };

  it('leaves the vectors that a rebuild gives, with the values that were observed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
        await afresh();
        const model = new Model();
        for (const one of steps) {
          if ('batch' in one) {
            await take(one.batch);
            // The same again has no effect.
            await take(one.batch, `p${keys}`);
            model.take(one.batch);
          } else if ('fold' in one) await fold();
          else {
            await erase(one.erase);
            model.erase(one.erase);
          }
        }
        await expectRebuildChangesNothing();
        for (const metric of METRICS)
          for (const day of DAYS) expect(await valuesOf(test, metric, day)).toEqual(model.valuesOf(metric, day));
      }),
      { numRuns: 25 },
    );
  }, 180_000);

  it('leaves the vectors that a rebuild gives when it comes at the same time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(batch, { minLength: 3, maxLength: 5 }), fc.nat(5), async (batches, student) => {
        await afresh();
        await Promise.all([...batches.map((rows) => take(rows)), fold(), erase(student), fold()]);
        await expectRebuildChangesNothing();
      }),
      { numRuns: 10 },
    );
  }, 120_000);

  it('counts a batch once that comes between taking the queue and making its day anew', async () => {
    await afresh();
    const row = (value: number, key?: string): Row => ({
      ...{ student: 0, metric: 'awards', day: DAYS[0]!, value, ...(key && { key }) },
    });
    await take([row(5, 'a')]);
    await fold();
    await take([row(4, 'a')]);
    // The fold waits here, with the queue already taken.
    const { folding } = await test.database.transaction(null, async (tx) => {
      await tx.query('LOCK TABLE early_warning.corrected_day');
      const waiting = fold();
      await eventually(async () =>
        expect(await test.query(sql`SELECT 1 FROM pg_locks WHERE NOT granted`)).not.toEqual([]),
      );
      await take([row(3)]);
      return { folding: waiting };
    });
    await folding;
    expect(await valuesOf(test, 'awards', DAYS[0]!)).toEqual({ [studentNumbers[0]!]: 7 });
  });
});

/** What should be there, by the plainest means. */
class Model {
  private facts: (Row & { order: number })[] = [];
  private readonly records = new Map<string, Row & { order: number }>();
  private readonly erased = new Set<number>();
  private order = 0;

  take(rows: Row[]): void {
    const inBatch = new Map<string, Row & { order: number }>();
    for (const row of rows) {
      const fact = { ...row, order: this.order++ };
      if (this.erased.has(row.student)) continue;
      if (row.key === undefined) this.facts.push(fact);
      else inBatch.set(JSON.stringify([row.student, row.metric, row.day, row.key]), fact);
    }
    for (const [key, fact] of inBatch)
      this.records.set(key, { ...fact, order: this.records.get(key)?.order ?? fact.order });
  }

  erase(student: number): void {
    this.erased.add(student);
    this.facts = this.facts.filter((fact) => fact.student !== student);
    for (const [key, fact] of this.records) if (fact.student === student) this.records.delete(key);
  }

  valuesOf(metric: Metric, day: string): Record<string, number> {
    const values: Record<string, number> = {};
    const all = [...this.facts, ...this.records.values()].sort((a, b) => a.order - b.order);
    for (const { student, value, ...fact } of all) {
      if (fact.metric !== metric || fact.day !== day || value === null) continue;
      const number = studentNumbers[student]!;
      const held = values[number];
      values[number] = {
        sum: () => (held ?? 0) + value,
        count: () => (held ?? 0) + 1,
        max: () => Math.max(held ?? 0, value),
        min: () => Math.min(held ?? 10, value),
        last: () => value,
      }[FOLDS[metric]]();
    }
    return values;
  }
}
