import { newId, sql } from '#database';
import { type Client, TestApp } from '#testing';
import { earlyWarning } from '../src/early-warning.module.js';
import { daysAgo, holdSchedules, publish, retireShipped, run, simpleRule } from './kit.js';

/** More than are written at a time, twice over. */
const STUDENTS = 1_234;
const numberOf = (i: number) => `M${String(i).padStart(6, '0')}`;

describe('a rule that holds for very many', () => {
  let test: TestApp;
  let app: Client;

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    await retireShipped(test);
    app = await test.client();
    const ids = Array.from({ length: STUDENTS }, () => newId());
    await test.query(
      sql`INSERT INTO directory.person (id, kind, number, name)
          SELECT id, 'student', number, number FROM unnest(${ids}::uuid[], ${ids.map((_, i) => numberOf(i))}::text[]) AS p(id, number)`,
    );
  });
  afterAll(() => test.close());

  it('warns of each of them once, with the evidence of that student, and says so to others', async () => {
    const observations = Array.from({ length: STUDENTS }, (_, i) => ({
      ...{ studentNumber: numberOf(i), metric: 'library_visits', day: daysAgo(1), value: i + 1 },
    }));
    const body = { source: 'test', batchKey: 'many', observations };
    await app.post('/early-warning/v1/observations/batches', body).expect(200);
    await publish(
      test,
      simpleRule('a.many', { metric: 'library_visits', agg: 'sum', window: '7d' }, { ge: [{ f: 'x' }, 1] }),
    );
    expect(await run(test, app)).toMatchObject({ raised: STUDENTS });
    const rows = await test.query<{ number: string; value: number }>(
      sql`SELECT s.number, (w.evidence -> 'features' -> 'x' ->> 'value')::int AS value
            FROM early_warning.warning w JOIN directory.published_student_v1 s ON s.id = w.student_id
           WHERE w.rule_code = 'a.many' ORDER BY s.number`,
    );
    expect(rows).toEqual(observations.map(({ studentNumber, value }) => ({ number: studentNumber, value })));
    const [told] = await test.query(
      sql`SELECT count(DISTINCT payload ->> 'warningId')::int AS n FROM events.event WHERE name = 'early-warning.warning-raised.v1'`,
    );
    expect(told).toEqual({ n: STUDENTS });
    expect(await run(test, app)).toMatchObject({ raised: 0, standing: STUDENTS });
  });
});
