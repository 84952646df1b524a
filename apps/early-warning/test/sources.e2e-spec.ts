import { sql } from '#database';
import { campus, type Client, TestApp } from '#testing';
import { earlyWarning } from '../src/early-warning.module.js';
import { silentMetrics, sourceStates } from '../src/engine/silence.js';
import { daysAgo, holdSchedules, observe, publish, retireShipped, run, simpleRule } from './kit.js';

const SOURCES = '/early-warning/v1/sources';
const NOTICES = '/early-warning/v1/source-notices';

describe('sources', () => {
  let test: TestApp;
  let app: Client;
  let officer: Client;
  let collegeOfficer: Client;

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    await retireShipped(test);
    app = await test.client();
    officer = await test.person(campus.staff.schoolOfficer);
    collegeOfficer = await test.person(campus.staff.collegeOfficerCs);
  });
  afterAll(() => test.close());

  const well = {
    ...{ code: 'well', zh: '井', en: 'well', metrics: ['book_loans'], rhythmHours: 24, minPresence: 0.5, active: true },
  };
  const { code: _code, ...change } = well;
  const state = async (code: string) => {
    const { data } = (await officer.get(`${SOURCES}?limit=200`).expect(200)).body;
    return data.find((one: { code: string }) => one.code === code);
  };

  describe('declared by the school', () => {
    it('the house declares its own', async () => {
      const { data } = (await officer.get(SOURCES).expect(200)).body;
      expect(data).toMatchObject([
        { code: 'event:safety.night-checked.v1', metrics: ['late_return', 'not_returned', 'late_minutes'] },
        { code: 'event:safety.passes-recorded.v1', metrics: ['dorm_gate_in', 'gate_passes'], now: { state: 'alive' } },
      ]);
    });

    it('are added, changed and taken off by who answers for the school', async () => {
      const created = await officer.post(SOURCES, well).expect(201);
      const url = `${SOURCES}/${created.body.id}`;
      expect(created.headers['location']).toBe(url);
      expect(created.body).toMatchObject({ ...well, now: { state: 'alive', since: null, seenAt: null } });
      expect((await officer.post(SOURCES, well).expect(409)).body.code).toBe('early-warning/source-code-taken');
      await officer.put(url, change).expect(428);
      const changed = await officer
        .put(url, { ...change, active: false })
        .set('If-Match', '"1"')
        .expect(200);
      expect(changed.body).toMatchObject({ version: 2, now: { state: 'inactive' } });
      await officer.put(url, change).set('If-Match', '"1"').expect(412);
      const unknown = await officer.put(url, { ...change, metrics: ['book_loans', 'nope'] }).set('If-Match', '"2"');
      expect([unknown.status, unknown.body.errors[0].pointer]).toEqual([400, '#/metrics/1']);
      await officer.delete(url).set('If-Match', '"1"').expect(412);
      await officer.delete(url).set('If-Match', '"2"').expect(204);
      await officer.get(url).expect(404);
    });

    it('are not for others', async () => {
      const counselor = await test.person(campus.staff.counselorCs);
      await counselor.get(SOURCES).expect(403);
      await counselor.get(NOTICES).expect(403);
      await collegeOfficer.post(SOURCES, well).expect(403);
      await (await test.client('early-warning:source:read')).post(`${SOURCES}/well/heartbeat`, {}).expect(403);
    });
  });

  describe('as of a day', () => {
    const SILENT = { dead: undefined as number | undefined };
    const deliver = (source: string, key: string, metric: string, day: string, students = 12) =>
      app
        .post('/early-warning/v1/observations/batches', {
          ...{ source, batchKey: key },
          observations: Array.from({ length: students }, (_, i) => ({
            ...{ studentNumber: `2024${String(i + 1).padStart(6, '0')}`, metric, day, value: 1 },
          })),
        })
        .expect(200);
    /** Moves all that a source sent back in time. */
    const age = (source: string, interval: string) =>
      test.query(
        sql`UPDATE early_warning.ingest_batch SET received_at = ${test.clock.now()}::timestamptz - ${interval}::interval WHERE source = ${source}`,
      );
    const silent = async (asOf = daysAgo(0)) =>
      Object.fromEntries([...(await test.database.read((tx) => silentMetrics(tx, asOf, test.clock)))]);

    beforeAll(async () => {
      await officer.post(SOURCES, well).expect(201);
      const [metric] = await test.query<{ number: number }>(
        sql`SELECT number FROM early_warning.metric WHERE code = 'book_loans'`,
      );
      SILENT.dead = metric!.number;
    });

    it('have time from when they were declared, and are dead after twice their rhythm', async () => {
      expect(await silent()).toEqual({});
      await test.query(
        sql`UPDATE early_warning.source SET created_at = ${test.clock.now()}::timestamptz - interval '47 hours' WHERE code = 'well'`,
      );
      expect(await silent()).toEqual({});
      await test.query(
        sql`UPDATE early_warning.source SET created_at = ${test.clock.now()}::timestamptz - interval '49 hours' WHERE code = 'well'`,
      );
      expect(await silent()).toEqual({ [SILENT.dead!]: { source: 'well', kind: 'dead', since: expect.any(String) } });
      expect(await silent(daysAgo(30))).toEqual({});
    });

    it('live by every batch, and by a heartbeat', async () => {
      await deliver('well', 'b1', 'book_loans', daysAgo(2), 1);
      expect(await silent()).toEqual({});
      await age('well', '47 hours');
      expect(await silent()).toEqual({});
      await age('well', '49 hours');
      expect(await silent()).toMatchObject({ [SILENT.dead!]: { kind: 'dead' } });
      const { body } = await app.post(`${SOURCES}/well/heartbeat`, {}).expect(200);
      expect(body).toMatchObject({ source: 'well', at: expect.any(String) });
      expect(await silent()).toEqual({});
      await app.post(`${SOURCES}/nobody/heartbeat`, {}).expect(404);
      await test.query(sql`DELETE FROM early_warning.source_heartbeat`);
    });

    it('live and die by the campus clock', async () => {
      await app.post(`${SOURCES}/well/heartbeat`, {}).expect(200);
      const dead = async () => (await silent(test.clock.today()))[SILENT.dead!];
      test.clock.advance({ hours: 47 });
      expect(await dead()).toBeUndefined();
      test.clock.advance({ hours: 2 });
      expect(await dead()).toMatchObject({ kind: 'dead' });
      await app.post(`${SOURCES}/well/heartbeat`, {}).expect(200);
      expect(await dead()).toBeUndefined();
      test.clock.reset();
      await test.query(sql`DELETE FROM early_warning.source_heartbeat`);
    });

    it('are not missed where another supplies the metric', async () => {
      const spare = { ...well, code: 'spare' };
      await officer.post(SOURCES, spare).expect(201);
      expect(await silent()).toEqual({});
      expect((await state('well')).now).toMatchObject({ state: 'dead', silentMetrics: [] });
      await test.query(
        sql`UPDATE early_warning.source SET created_at = ${test.clock.now()}::timestamptz - interval '3 days' WHERE code = 'spare'`,
      );
      expect(await silent()).toMatchObject({ [SILENT.dead!]: { kind: 'dead' } });
      await test.query(sql`UPDATE early_warning.source SET active = FALSE WHERE code = 'spare'`);
      expect(Object.keys(await silent())).toHaveLength(1);
      await test.query(sql`DELETE FROM early_warning.source WHERE code = 'spare'`);
    });

    it('of the past count what was delivered later', async () => {
      await test.query(
        sql`UPDATE early_warning.source SET created_at = ${test.clock.now()}::timestamptz - interval '90 days' WHERE code = 'well'`,
      );
      await test.database.transaction(null, async (tx) => (await import('../src/engine/folding.js')).foldDirty(tx));
      const [dead] = await test.database
        .read((tx) => sourceStates(tx, daysAgo(20), test.clock))
        .then((all) => all.filter((one) => one.code === 'well'));
      expect(dead).toMatchObject({ silence: { kind: 'dead' }, silentMetrics: ['book_loans'] });
      await deliver('well', 'b2', 'book_loans', daysAgo(21));
      await test.database.transaction(null, async (tx) => (await import('../src/engine/folding.js')).foldDirty(tx));
      expect(await silent(daysAgo(20))).toEqual({});
      expect(await silent(daysAgo(22))).not.toEqual({});
    });
  });

  describe('that are degraded', () => {
    // The workdays from 2026-10-12 on, a Monday after the holidays of the national day.
    const date = (i: number) => new Date(Date.UTC(2026, 9, 12 + i)).toISOString().slice(0, 10);
    const day = (i: number) => date(7 * Math.floor(i / 5) + (i % 5));
    const fold = () =>
      test.database.transaction(null, async (tx) => (await import('../src/engine/folding.js')).foldDirty(tx));
    const students = async (on: string, n: number) =>
      observe(
        app,
        Array.from({ length: n }, (_, i): [number, string, string, number] => [i, 'sport_min', on, 1]),
      );
    const spring = { ...well, code: 'spring', metrics: ['sport_min'], rhythmHours: 72 };
    const silent = async (asOf: string) => {
      await fold();
      const states = await test.database.read((tx) => sourceStates(tx, asOf, test.clock));
      return states.find((one) => one.code === 'spring')!.silence;
    };

    beforeAll(async () => {
      await officer.post(SOURCES, spring).expect(201);
      await app
        .post('/early-warning/v1/observations/batches', {
          ...{ source: 'spring', batchKey: 's1' },
          observations: [{ studentNumber: '2024000001', metric: 'awards', day: day(0), value: 1 }],
        })
        .expect(200);
    });

    it('are so below the share of the median, on at least seven days', async () => {
      for (let i = 0; i < 6; i++) await students(day(i), 12);
      await students(day(6), 5);
      expect(await silent(day(6))).toBeNull();
      await students(day(7), 5);
      expect(await silent(day(7))).toEqual({ kind: 'degraded', since: `${day(6)}T16:00:00.000Z` });
      await students(day(8), 6);
      expect(await silent(day(8))).toBeNull();
      expect(await silent(day(9))).toMatchObject({ kind: 'degraded' });
    });

    it('are judged on a day off by other days off', async () => {
      // Saturday, 21 November: the five weekends before are no holidays, nor are workdays moved there.
      const saturday = date(40);
      await students(date(39), 12);
      expect(await silent(saturday)).toBeNull();
      for (let week = 0; week < 5; week++) for (const on of [5, 6]) await students(date(on + 7 * week), 12);
      expect(await silent(saturday)).toEqual({ kind: 'degraded', since: `${date(39)}T16:00:00.000Z` });
      await students(saturday, 6);
      expect(await silent(saturday)).toBeNull();
      await test.query(
        sql`DELETE FROM early_warning.day_vector v USING early_warning.metric m
             WHERE m.number = v.metric AND m.code = 'sport_min' AND (v.day > ${day(8)} OR extract(isodow FROM v.day) > 5)`,
      );
    });

    it('are so where another alive source does not supply the metric for everybody', async () => {
      const brook = { ...spring, code: 'brook', minPresence: 0 };
      await officer.post(SOURCES, brook).expect(201);
      const silentMetricsOf = async (asOf: string) => {
        const states = await test.database.read((tx) => sourceStates(tx, asOf, test.clock));
        return Object.fromEntries(states.map(({ code, silentMetrics: metrics }) => [code, metrics]));
      };
      // 6 of 12 students on the eighth day.
      expect((await silent(day(9)))!.kind).toBe('degraded');
      expect(await silentMetricsOf(day(9))).toMatchObject({ spring: [], brook: [] });
      await app
        .post('/early-warning/v1/observations/batches', {
          ...{ source: 'brook', batchKey: 'w1' },
          observations: [{ studentNumber: '2024000001', metric: 'awards', day: day(0), value: 1 }],
        })
        .expect(200);
      await test.query(sql`UPDATE early_warning.source SET min_presence = 0.1 WHERE code = 'brook'`);
      expect(await silentMetricsOf(day(7))).toMatchObject({ spring: ['sport_min'] });
      expect(await silentMetricsOf(day(5))).toMatchObject({ spring: [], brook: [] });
      await test.query(sql`DELETE FROM early_warning.source WHERE code = 'brook'`);
    });

    it('are never so with a share of 0', async () => {
      await test.query(sql`UPDATE early_warning.source SET min_presence = 0 WHERE code = 'spring'`);
      expect(await silent(day(9))).toBeNull();
      await test.query(sql`UPDATE early_warning.source SET min_presence = 0.5 WHERE code = 'spring'`);
    });

    it('are not judged by a day they declared to be without data, nor by a holiday', async () => {
      await app.post(`${SOURCES}/spring/heartbeat`, { day: day(9) }).expect(200);
      expect(await silent(day(9))).toBeNull();
      await test.query(
        sql`INSERT INTO directory.calendar_day (id, day, workday, name) VALUES (gen_random_uuid(), ${day(10)}, FALSE, '校庆')`,
      );
      expect(await silent(day(10))).toBeNull();
      expect(await silent(day(11))).toMatchObject({ kind: 'degraded' });
    });
  });

  describe('and runs', () => {
    const notices = async (query = '') => (await officer.get(`${NOTICES}${query}`).expect(200)).body.data;
    const events = () =>
      test.query<{ name: string; payload: { source: string; kind?: string } }>(
        sql`SELECT name, payload FROM events.event WHERE name LIKE 'early-warning.source-%' ORDER BY id`,
      );
    const open = () =>
      test.query(sql`SELECT 1 FROM early_warning.warning WHERE rule_code = 'a.books' AND status = 'open'`);

    it('a silent source inhibits its rules and is told of once; when it is back the rules go on', async () => {
      await test.query(sql`DELETE FROM early_warning.source WHERE code IN ('well', 'spring')`);
      await publish(
        test,
        simpleRule('a.books', { metric: 'book_loans', agg: 'sum', window: '7d' }, { ge: [{ f: 'x' }, 5] }),
      );
      await publish(
        test,
        simpleRule('b.awards', { metric: 'awards', agg: 'sum', window: '7d' }, { ge: [{ f: 'x' }, 5] }),
      );
      await officer.post(SOURCES, well).expect(201);
      await test.query(
        sql`UPDATE early_warning.source SET created_at = ${test.clock.now()}::timestamptz - interval '3 days' WHERE code = 'well'`,
      );
      await test.query(
        sql`UPDATE early_warning.ingest_batch SET received_at = ${test.clock.now()}::timestamptz - interval '3 days' WHERE source = 'well'`,
      );
      await observe(app, [
        [0, 'book_loans', daysAgo(1), 9],
        [0, 'awards', daysAgo(1), 9],
      ]);
      expect(await run(test, app)).toMatchObject({ rules: 2, noData: 1, raised: 1 });
      expect(await open()).toEqual([]);
      expect(await notices()).toMatchObject([
        { source: 'well', kind: 'dead', metrics: ['book_loans'], rules: ['a.books'], closedAt: null },
      ]);
      const runs = (await officer.get('/early-warning/v1/runs').expect(200)).body.data;
      expect(runs[0].result).toMatchObject({ noData: 1 });

      expect(await run(test, app)).toMatchObject({ noData: 1 });
      expect(await run(test, app, { asOf: daysAgo(8) })).toMatchObject({ noData: 1 });
      expect(await notices()).toHaveLength(1);
      expect((await events()).map(({ name, payload }) => [name, payload.source, payload.kind])).toEqual([
        ['early-warning.source-silent.v1', 'well', 'dead'],
      ]);

      await app.post(`${SOURCES}/well/heartbeat`, {}).expect(200);
      expect(await run(test, app)).toMatchObject({ noData: 0, raised: 1 });
      expect(await open()).toHaveLength(1);
      expect(await notices('?open=true')).toEqual([]);
      const [closed] = await notices('?open=false&source=well');
      expect(Date.parse(closed.closedAt)).toBeGreaterThan(Date.parse(closed.openedAt));
      expect((await events()).at(-1)!.name).toBe('early-warning.source-recovered.v1');
    });

    it('what a person settled is not raised again because a source was away', async () => {
      await test.query(sql`UPDATE early_warning.warning SET status = 'dismissed' WHERE rule_code = 'a.books'`);
      await test.query(
        sql`UPDATE early_warning.source_heartbeat SET at = ${test.clock.now()}::timestamptz - interval '3 days'`,
      );
      expect(await run(test, app)).toMatchObject({ noData: 1 });
      expect(await notices('?open=true')).toHaveLength(1);
      await app.post(`${SOURCES}/well/heartbeat`, {}).expect(200);
      expect(await run(test, app)).toMatchObject({ noData: 0, raised: 0 });
      expect(await notices()).toHaveLength(2);
    });
  });
});
