import { sql } from '#database';
import { Schedules } from '#events';
import { campus, type Client, drainEvents, TestApp } from '#testing';
import { earlyWarning } from '../src/early-warning.module.js';
import { Runs } from '../src/runs/runs.service.js';
import { daysAgo, holdSchedules, observe, publish, retireShipped, run, simpleRule } from './kit.js';

describe('midnights that were missed', () => {
  let test: TestApp;
  let app: Client;

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    await retireShipped(test);
    app = await test.client();
    const today = { metric: 'book_loans', agg: 'sum', window: '1d', default: 0 };
    await publish(test, simpleRule('a.evening', today, { ge: [{ f: 'x' }, 5] }, { on: 'day_end' }));
    await publish(test, simpleRule('b.at-once', today, { ge: [{ f: 'x' }, 5] }));
    await test.query(sql`DELETE FROM early_warning.run_wanted`);
  });
  afterAll(() => test.close());

  const warnings = (student: number) =>
    test.query(
      sql`SELECT rule_code AS rule, status, first_day::text AS first, last_day::text AS last, hits, holds, version
            FROM early_warning.warning WHERE student_id = ${campus.students[student]} ORDER BY rule_code, first_day`,
    );
  const midnightRuns = () =>
    test.query(
      sql`SELECT as_of::text AS "asOf", rule_codes AS rules FROM early_warning.run WHERE trigger = 'midnight' AND finished_at IS NOT NULL
           ORDER BY as_of NULLS LAST`,
    );

  it('are made good, each for its day, for the rules that are judged at the end of the day', async () => {
    await observe(app, [
      // Only on the day before the first missed midnight; on the last day; on a day whose midnight was made.
      [0, 'book_loans', daysAgo(3), 9],
      [1, 'book_loans', daysAgo(1), 9],
      [2, 'book_loans', daysAgo(4), 9],
      // Held on both, and was already seen on the later one.
      [3, 'book_loans', daysAgo(3), 9],
      [3, 'book_loans', daysAgo(1), 9],
    ]);
    await test.query(
      sql`INSERT INTO early_warning.warning (id, rule_code, rule_id, student_id, level, level_rank, status, first_day, last_day, raised_at, hwm,
             reason_zh, reason_en, evidence)
          SELECT gen_random_uuid(), code, id, ${campus.students[3]}, 'yellow', 2, 'withdrawn', ${daysAgo(1)}, ${daysAgo(1)}, now(), 1, '', '', '{}'
            FROM early_warning.rule WHERE code = 'a.evening'`,
    );
    await test.query(
      sql`UPDATE events.schedule SET last_period = ${`${daysAgo(3)}T00:01:00+08:00`} WHERE name = 'early-warning.nightly'`,
    );
    await test.app.get(Schedules).tick(new Date(`${daysAgo(0)}T00:01:30+08:00`));
    await drainEvents(test);
    expect(await midnightRuns()).toEqual([
      { asOf: daysAgo(3), rules: ['a.evening'] },
      { asOf: daysAgo(2), rules: ['a.evening'] },
      { asOf: null, rules: null },
    ]);
    // They come in any order; a run after them has the last word.
    await run(test, app);
    const raised = { rule: 'a.evening', status: 'open', hits: 1, version: 1 };
    expect(await warnings(0)).toEqual([{ ...raised, first: daysAgo(3), last: daysAgo(3), holds: false }]);
    expect(await warnings(1)).toEqual([{ ...raised, first: daysAgo(1), last: daysAgo(1), holds: true }]);
    expect(await warnings(2)).toEqual([]);
  });

  it('change nothing that a later day said, also when they come after it', async () => {
    const seen = await warnings(1);
    await observe(app, [[1, 'book_loans', daysAgo(2), 9]]);
    await test.query(sql`DELETE FROM early_warning.run_wanted`);
    await test.database.transaction(null, (tx) => test.app.get(Runs).runMissed(tx, daysAgo(2)));
    expect(await warnings(1)).toEqual(seen);
    // Which is wanted.
    expect(await test.query(sql`SELECT 1 FROM early_warning.run_wanted`)).not.toEqual([]);
  });

  it('do not reopen what was withdrawn on a later day', async () => {
    await test.query(
      sql`UPDATE early_warning.warning SET status = 'withdrawn', holds = FALSE, last_day = ${daysAgo(1)} WHERE student_id = ${campus.students[3]}`,
    );
    const seen = await warnings(3);
    await test.database.transaction(null, (tx) => test.app.get(Runs).runMissed(tx, daysAgo(3)));
    expect(await warnings(3)).toEqual(seen);
  });
});
