import { sql } from '#database';
import { campus, type Client, drainEvents, eventually, fireTimers, releaseTimers, TestApp } from '#testing';
import { earlyWarning } from '../src/early-warning.module.js';
import { Runs } from '../src/runs/runs.service.js';
import { requestRun } from '../src/engine/run-requests.js';
import { SourceNotices } from '../src/sources/source-notices.service.js';
import { daysAgo, holdSchedules, observe, publish, retireShipped, simpleRule } from './kit.js';

const SOURCES = '/early-warning/v1/sources';

describe('wishes for a run', () => {
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

  const schedule = (onNewData: boolean, pauseSeconds: number) =>
    app
      .post('/early-warning/v1/policies/early-warning.schedule/versions', {
        ...{ effectiveFrom: daysAgo(0), source: 'test', value: { hour: 23, minute: 59, onNewData, pauseSeconds } },
      })
      .expect(201);
  const wanted = async () => {
    const rows = await test.query(sql`DELETE FROM early_warning.run_wanted RETURNING 1`);
    return rows.length > 0;
  };
  const well = {
    ...{ zh: '井', en: 'well', metrics: ['book_loans'], rhythmHours: 1, minPresence: 0, active: true },
  };

  describe('of sources', () => {
    const notices = async () => (await officer.get('/early-warning/v1/source-notices?open=true').expect(200)).body.data;
    const open = () => test.query(sql`SELECT 1 FROM early_warning.warning WHERE status = 'open'`);

    it('come with every change of them and with heartbeats', async () => {
      const { body } = await officer.post(SOURCES, { ...well, code: 'brook' }).expect(201);
      expect(await wanted()).toBe(true);
      await officer.put(`${SOURCES}/${body.id}`, well).set('If-Match', '"1"').expect(200);
      expect(await wanted()).toBe(true);
      await app.post(`${SOURCES}/brook/heartbeat`, {}).expect(200);
      expect(await wanted()).toBe(true);
      await app.post(`${SOURCES}/nobody/heartbeat`, {}).expect(404);
      expect(await wanted()).toBe(false);
      await officer.delete(`${SOURCES}/${body.id}`).set('If-Match', '"2"').expect(204);
      expect(await wanted()).toBe(true);
    });

    it('are not needed for the notice of a silence: within the hour somebody looks for it', async () => {
      await officer.post(SOURCES, { ...well, code: 'well' }).expect(201);
      await test.query(
        sql`UPDATE early_warning.source SET created_at = ${test.clock.now()}::timestamptz - interval '1 day' WHERE code = 'well'`,
      );
      const look = () => test.database.transaction(null, (tx) => test.app.get(SourceNotices).whenReviewDue(tx));
      await Promise.all([look(), look(), look()]);
      expect(await notices()).toMatchObject([{ source: 'well', kind: 'dead', rules: ['a.books'] }]);
      expect(await test.query(sql`SELECT 1 FROM early_warning.run`)).toEqual([]);
      // Hours on it is dead for longer still, and looked at again.
      await test.query(sql`DELETE FROM early_warning.source_notice`);
      await fireTimers(test, new Date(test.clock.now().getTime() + 3_601_000));
      await releaseTimers(test);
      expect(await notices()).toMatchObject([{ source: 'well', kind: 'dead' }]);
    });

    it('are not needed either when a source dies: it is told of within seconds', async () => {
      await officer.post(SOURCES, { ...well, code: 'tarn', rhythmHours: 2 }).expect(201);
      await test.query(
        sql`UPDATE early_warning.source SET created_at = ${test.clock.now()}::timestamptz - interval '4 hours' + interval '2 seconds' WHERE code = 'tarn'`,
      );
      await test.database.transaction(null, (tx) => test.app.get(SourceNotices).whenReviewDue(tx));
      await eventually(async () => expect(await notices()).toMatchObject([{ source: 'tarn' }, { source: 'well' }]));
      expect(await test.query(sql`SELECT 1 FROM early_warning.run`)).toEqual([]);
      await test.query(sql`DELETE FROM early_warning.source WHERE code = 'tarn'`);
      await test.query(sql`DELETE FROM early_warning.source_notice WHERE source = 'tarn'`);
    });

    it('lift a silence: what the rules had to say is said within seconds of the heartbeat', async () => {
      await schedule(true, 0);
      await observe(app, [[0, 'book_loans', daysAgo(1), 9]]);
      await eventually(async () =>
        expect(await test.query(sql`SELECT 1 FROM early_warning.run WHERE finished_at IS NOT NULL`)).not.toEqual([]),
      );
      await drainEvents(test);
      expect([await open(), (await notices()).length]).toEqual([[], 1]);
      await app.post(`${SOURCES}/well/heartbeat`, {}).expect(200);
      await eventually(async () => expect(await open()).toHaveLength(1), 5_000);
      expect(await notices()).toEqual([]);
      await drainEvents(test);
    });
  });

  describe('wake a worker', () => {
    const events = async () => {
      const [row] = await test.query<{ n: number }>(
        sql`SELECT count(*)::int AS n FROM events.event WHERE name = 'early-warning.run-wanted.v1'`,
      );
      return row!.n;
    };
    const wish = () => test.database.transaction(null, requestRun);
    const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    /** So many wake-ups come of a wish every 20 ms. */
    async function wakeUpsIn(ms: number): Promise<number> {
      const before = await events();
      for (const until = Date.now() + ms; Date.now() < until; await pause(20)) await wish();
      return (await events()) - before;
    }

    /** Nobody wants a run, and the pause after the last one is over. */
    async function lull(): Promise<void> {
      await eventually(async () => expect(await test.query(sql`SELECT 1 FROM early_warning.run_wanted`)).toEqual([]));
      await drainEvents(test);
      await pause(1_200);
    }

    it('at once after a lull, then not more often than runs may follow each other', async () => {
      await schedule(true, 1);
      // The first tells the process of the new policy.
      await wish();
      await lull();
      const before = await events();
      await wish();
      await eventually(async () => expect(await events()).toBe(before + 1), 400);
      // Beside the worker's own: a wake-up a pause, and another where a run ended meanwhile.
      expect(await wakeUpsIn(3_000)).toBeLessThanOrEqual(8);
      await lull();
    });

    it('once a pause while a run is going on, whichever process makes it', async () => {
      await test.database.transaction(null, async (tx) => {
        await test.app.get(Runs).runAll(tx, 'new_data');
        const began = performance.now();
        const wakeUps = await wakeUpsIn(2_000);
        // One at the beginning, and one a second for as long as it took.
        expect(wakeUps).toBeLessThanOrEqual(1 + Math.ceil((performance.now() - began) / 1_000));
      });
      await lull();
    });

    it('not at all where no run is made on new data', async () => {
      await schedule(false, 0);
      const before = await events();
      await wish();
      await pause(300);
      expect(await events()).toBe(before);
    });
  });
});
