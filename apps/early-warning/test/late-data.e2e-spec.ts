import { sql } from '#database';
import { campus, type Client, studentNumbers, TestApp } from '#testing';
import { earlyWarning } from '../src/early-warning.module.js';
import { daysAgo, holdSchedules, publish, retireShipped, run, simpleRule } from './kit.js';

describe('late data', () => {
  let test: TestApp;
  let app: Client;

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    await retireShipped(test);
    app = await test.client();
    // Judged at the day's end, so as of yesterday.
    await publish(
      test,
      simpleRule(
        'a.few',
        { metric: 'library_visits', agg: 'sum', window: '7d' },
        { lt: [{ f: 'x' }, 5] },
        { on: 'day_end' },
      ),
    );
  });
  afterAll(() => test.close());

  let batches = 0;
  const send = (student: number, back: number, value: number | null, key?: string) =>
    app
      .post('/early-warning/v1/observations/batches', {
        ...{ source: 'test', batchKey: `late-${++batches}` },
        observations: [
          {
            student: studentNumbers[student],
            metric: 'library_visits',
            day: daysAgo(back),
            value,
            ...(key && { key }),
          },
        ],
      })
      .expect(200);
  const warning = async (student: number) =>
    (
      await test.query<{ status: string; holds: boolean; corrected: boolean }>(
        sql`SELECT status, holds, corrected_at IS NOT NULL AS corrected FROM early_warning.warning
             WHERE rule_code = 'a.few' AND student_id = ${campus.students[student]}`,
      )
    )[0];

  it('lands in its own day and changes later verdicts only; a correction takes back what rested on it', async () => {
    await send(0, 2, 4);
    await send(1, 2, 4, 'k-1');
    expect(await run(test, app)).toMatchObject({ raised: 2, corrected: 0 });
    // As of yesterday neither would have been warned of, had this been known.
    await send(0, 3, 10);
    await send(1, 2, 14, 'k-1');
    expect(await run(test, app)).toMatchObject({ raised: 0, corrected: 1 });
    expect(await warning(0)).toEqual({ status: 'open', holds: false, corrected: false });
    expect(await warning(1)).toEqual({ status: 'withdrawn', holds: false, corrected: true });
    const values = await test.query(
      sql`SELECT day::text AS day, n FROM early_warning.day_vector WHERE n > 0 ORDER BY day`,
    );
    expect(values).toEqual([
      { day: daysAgo(3), n: 1 },
      { day: daysAgo(2), n: 2 },
    ]);
  });
});
