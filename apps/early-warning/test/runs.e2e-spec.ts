import { sql } from '#database';
import { Schedules } from '#events';
import { campus, type Client, drainEvents, eventually, TestApp } from '#testing';
import { instantOf } from '#time';
import { earlyWarning } from '../src/early-warning.module.js';
import { RunHandlers } from '../src/runs/runs.handlers.js';
import { Runs } from '../src/runs/runs.service.js';
import { daysAgo, holdSchedules, observe, publish, retireShipped, simpleRule } from './kit.js';

const POLICY = '/early-warning/v1/policies/early-warning.schedule/versions';
const ZONE = 'Asia/Shanghai';

describe('when rules run', () => {
  let test: TestApp;
  let app: Client;
  let officer: Client;

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    await retireShipped(test);
    app = await test.client();
    officer = await test.person(campus.staff.schoolOfficer);
    await publish(
      test,
      simpleRule('a.books', { metric: 'book_loans', agg: 'sum', window: '7d' }, { ge: [{ f: 'x' }, 5] }),
    );
    await test.query(sql`DELETE FROM early_warning.run_wanted`);
  });
  afterAll(() => test.close());

  const runs = async (trigger: string) =>
    test.query<{ id: string; startedAt: Date; finishedAt: Date; result: { raised: number } }>(
      sql`SELECT id, started_at AS "startedAt", finished_at AS "finishedAt", result FROM early_warning.run WHERE trigger = ${trigger} ORDER BY created_at`,
    );
  const schedule = (value: object) => officer.post(POLICY, { effectiveFrom: daysAgo(0), value, source: '测试' });
  const set = async (value: object) => void (await schedule(value).expect(201));
  const warned = (student: number) =>
    test.query(
      sql`SELECT 1 FROM early_warning.warning WHERE student_id = ${campus.students[student]} AND status = 'open'`,
    );
  const within = <T>(work: (handlers: RunHandlers, runs: Runs) => Promise<T>) =>
    work(test.app.get(RunHandlers), test.app.get(Runs));
  const minute = (date: string, time: string) =>
    within((handlers) =>
      test.database.transaction(null, (tx) => handlers.everyMinute(tx, { at: instantOf(date, time, ZONE), date })),
    );

  it('within seconds of new data, without a schedule', async () => {
    await set({ hour: 6, minute: 11, onNewData: true, pauseSeconds: 0 });
    const asked = Date.now();
    await observe(app, [[0, 'book_loans', daysAgo(1), 5]]);
    await eventually(async () => expect(await warned(0)).toHaveLength(1), 5_000);
    expect(Date.now() - asked).toBeLessThan(5_000);
    await drainEvents(test);
    expect(await runs('new_data')).toHaveLength(1);
    expect(await test.query(sql`SELECT 1 FROM early_warning.run_wanted`)).toEqual([]);
  });

  it('once more, and only once, for whatever came while a run was going on', async () => {
    const before = (await runs('new_data')).length;
    // A run that is going on: it holds the lock until its transaction ends.
    await within((_, service) =>
      test.database.transaction(null, async (tx) => {
        await service.runAll(tx, 'new_data');
        for (const student of [1, 2, 3]) await observe(app, [[student, 'book_loans', daysAgo(1), 6]]);
        await eventually(async () =>
          expect(await test.query(sql`SELECT 1 FROM early_warning.run_wanted`)).toHaveLength(3),
        );
        await drainEvents(test);
        expect(await warned(1)).toEqual([]);
      }),
    );
    await eventually(async () => expect([await warned(1), await warned(3)].flat()).toHaveLength(2), 5_000);
    await drainEvents(test);
    const made = (await runs('new_data')).slice(before);
    expect(made).toHaveLength(2);
    expect(made[1]!.result).toMatchObject({ raised: 3 });
    expect(made[1]!.startedAt.getTime()).toBeGreaterThanOrEqual(made[0]!.finishedAt.getTime());
  });

  it('says when a run really ended', async () => {
    for (const { startedAt, finishedAt } of await runs('new_data'))
      expect(finishedAt.getTime()).toBeGreaterThan(startedAt.getTime());
  });

  it('not more often than the school wants', async () => {
    await set({ hour: 6, minute: 11, onNewData: true, pauseSeconds: 3600 });
    const before = (await runs('new_data')).length;
    await observe(app, [[4, 'book_loans', daysAgo(1), 7]]);
    await within((_, service) =>
      test.database.transaction(null, async (tx) => expect(await service.runIfRequested(tx)).toBe(false)),
    );
    expect(await runs('new_data')).toHaveLength(before);
    await set({ hour: 6, minute: 11, onNewData: true, pauseSeconds: 0 });
    await minute(daysAgo(0), '00:05');
    await drainEvents(test);
    expect(await warned(4)).toHaveLength(1);
  });

  it('not on new data where the school does not want it', async () => {
    await set({ hour: 6, minute: 11, onNewData: false, pauseSeconds: 0 });
    await observe(app, [[5, 'book_loans', daysAgo(1), 7]]);
    await drainEvents(test);
    await minute(daysAgo(0), '00:05');
    expect(await warned(5)).toEqual([]);
  });

  it('ends as failed when it fails again and again', async () => {
    await test.query(
      sql`ALTER TABLE early_warning.run ADD CONSTRAINT never CHECK (job_id IS NULL OR finished_at IS NULL) NOT VALID`,
    );
    const asked = await officer.post('/early-warning/v1/runs', {}).expect(202);
    await drainEvents(test);
    const job = await officer.get(asked.headers['location'] as string).expect(200);
    expect(job.body).toMatchObject({ status: 'failed', progress: { failed: 1 } });
    await test.query(sql`ALTER TABLE early_warning.run DROP CONSTRAINT never`);
  });

  it("once a day at the school's own minute, also when that minute was missed", async () => {
    await set({ hour: 5, minute: 17, onNewData: false, pauseSeconds: 0 });
    await test.query(sql`DELETE FROM early_warning.run WHERE trigger = 'nightly'`);
    const tomorrow = daysAgo(-1);
    await minute(tomorrow, '05:16');
    expect(await runs('nightly')).toEqual([]);
    await minute(tomorrow, '05:40');
    expect(await runs('nightly')).toHaveLength(1);
    expect(await warned(5)).toHaveLength(1);
    await test.query(
      sql`UPDATE early_warning.run SET created_at = ${instantOf(tomorrow, '05:40', ZONE)} WHERE trigger = 'nightly'`,
    );
    await minute(tomorrow, '05:41');
    expect(await runs('nightly')).toHaveLength(1);
    await minute(daysAgo(-2), '05:17');
    expect(await runs('nightly')).toHaveLength(2);
  });

  it('at local midnight, when windows move on', async () => {
    await within((handlers) => test.database.transaction(null, (tx) => handlers.everyMidnight(tx)));
    expect(await runs('midnight')).toHaveLength(1);
    const names = test.app.get(Schedules)['handlers'].schedules.map(({ name, cron }) => [name, cron]);
    expect(names).toContainEqual(['early-warning.nightly', '1 0 * * *']);
  });

  it('never on the hour or the half hour', async () => {
    for (const value of [0, 30]) {
      const refused = await schedule({ hour: 6, minute: value }).expect(400);
      expect(JSON.stringify(refused.body.errors)).toContain('minute');
    }
    await schedule({ hour: 24, minute: 5 }).expect(400);
    await schedule({ hour: 0, minute: 29 }).expect(201);
  });
});
