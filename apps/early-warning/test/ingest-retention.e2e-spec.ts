import { sql } from '#database';
import { type Client, studentNumbers, TestApp } from '#testing';
import { addDays, addMonths } from '#time';
import { earlyWarning } from '../src/early-warning.module.js';
import { Retention } from '../src/observations/retention.js';
import { daysAgo, holdSchedules } from './kit.js';

describe('retention', () => {
  let test: TestApp;
  let app: Client;

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    app = await test.client();
  });
  afterAll(() => test.close());

  /** Begin of the months that are closed, half closed and open in these tests. */
  const [older, old, recent] = [-10, -9, -2].map((n) => addMonths(`${daysAgo(0).slice(0, 7)}-01`, n)) as [
    string,
    string,
    string,
  ];
  const send = (batchKey: string, days: string[], more: object = {}) =>
    app.post('/early-warning/v1/observations/batches', {
      ...{ source: 'test', batchKey },
      observations: days.map((day) => ({
        studentNumber: studentNumbers[0],
        metric: 'class_attend',
        day,
        value: 1,
        ...more,
      })),
    });
  const age = (batchKey: string) =>
    test.query(sql`UPDATE early_warning.ingest_batch SET received_at = ${recent} WHERE batch_key = ${batchKey}`);
  const nightIn = (tx: TestApp['tx']) =>
    test.app.get(Retention).everyNight(tx, { date: daysAgo(0) } as Parameters<Retention['everyNight']>[1]);
  const night = () => test.database.transaction(null, nightIn);
  const ledger = async () => {
    const rows = await test.query<{ key: string }>(
      sql`SELECT batch_key AS key FROM early_warning.ingest_batch ORDER BY seq`,
    );
    return rows.map(({ key }) => key);
  };
  const months = () =>
    test.query(sql`SELECT relname FROM pg_class WHERE relname ~ '^observation_\\d{4}_\\d{2}$' ORDER BY 1`);

  /** Nothing is older: the policy's least. */
  const keepDays = (rawDays: number) =>
    app
      .post('/early-warning/v1/policies/early-warning.retention/versions', {
        ...{ effectiveFrom: daysAgo(0), source: 'test', value: { rawDays } },
      })
      .expect(201);

  it('deletes from the ledger what is only about closed months; sent again, it is refused row by row', async () => {
    await keepDays(30);
    await send('o1', [older]).expect(200);
    await send('o2', [old, older]).expect(200);
    await send('both', [older, recent]).expect(200);
    await send('elsewhere', [old], { metric: 'awards' }).expect(200);
    await send('new', [recent]).expect(200);
    await send('none', [old], { studentNumber: '9999999999' }).expect(422);
    for (const key of ['o1', 'o2', 'elsewhere']) await age(key);
    // As long as one batch that reaches into the month is young, the month is open.
    await night();
    expect(await ledger()).toEqual(['o1', 'o2', 'both', 'elsewhere', 'new']);
    await age('both');
    await night();
    // The newest of awards stays: it says when its source was last heard of.
    expect(await ledger()).toEqual(['both', 'elsewhere', 'new']);
    const again = await send('o2', [old, older]).expect(422);
    expect(again.body).toMatchObject({ errors: [{ code: 'day_closed' }, { code: 'day_closed' }] });
    expect((await send('both', [older, recent]).expect(200)).body).toMatchObject({ duplicateBatch: true });
  });

  it('finds the batches of a window by an index', async () => {
    await test.query(sql`INSERT INTO early_warning.ingest_batch (source, batch_key, sha256, metrics, first_day, last_day)
      SELECT 'bulk', n::text, '', '{1}', ${daysAgo(0)}::date - n / 100, ${daysAgo(0)}::date - n / 100 FROM generate_series(1, 20000) AS n`);
    await test.query(sql`ANALYZE early_warning.ingest_batch`);
    const plan = await test.query(
      sql`EXPLAIN SELECT 1 FROM early_warning.ingest_batch WHERE first_day <= ${daysAgo(0)} AND last_day >= ${daysAgo(6)}`,
    );
    expect(JSON.stringify(plan)).toContain('ingest_batch_last_day_idx');
    await test.query(sql`DELETE FROM early_warning.ingest_batch WHERE source = 'bulk'`);
  });

  it("keeps heartbeats as long as silence looks back, and each source's newest", async () => {
    const put = (source: string, ago: number, day: string | null = null) =>
      test.query(
        sql`INSERT INTO early_warning.source_heartbeat (source, at, day) VALUES (${source}, ${test.clock.now()}::timestamptz - make_interval(days => ${ago}), ${day})`,
      );
    for (const ago of [300, 122, 118]) await put('a', ago);
    await put('a', 200, daysAgo(10));
    await put('a', 200, daysAgo(190));
    for (const ago of [400, 300]) await put('b', ago);
    await night();
    const left = await test.query(
      sql`SELECT source, day::text AS day, (${test.clock.now()}::timestamptz::date - at::date) AS ago FROM early_warning.source_heartbeat ORDER BY source, at`,
    );
    expect(left).toEqual([
      { source: 'a', day: daysAgo(10), ago: 200 },
      { source: 'a', day: null, ago: 118 },
      { source: 'b', day: null, ago: 300 },
    ]);
  });

  it('drops a month without holding up who delivers', async () => {
    const gone = addDays(recent, 3);
    await test.query(sql`DELETE FROM early_warning.closed_month`);
    await send('d1', [gone]).expect(200);
    await send('d2', [gone], { key: 'k', metric: 'awards' }).expect(200);
    await test.query(sql`UPDATE early_warning.ingest_batch SET received_at = ${recent}`);
    const before = await months();
    await test.database.transaction(null, async (tx) => {
      await nightIn(tx);
      expect((await months()).length).toBeLessThan(before.length);
      const answer = await Promise.race([send('meanwhile', [daysAgo(1)]), wait(3_000)]);
      expect(answer?.status).toBe(200);
    });
    const keyed = sql`SELECT 1 FROM early_warning.keyed_observation WHERE day = ${gone}`;
    expect(await test.query(keyed)).toEqual([]);
  });

  it('leaves a month that somebody reads to the next night', async () => {
    await test.query(sql`DELETE FROM early_warning.closed_month`);
    await send('r1', [addDays(recent, 4)]).expect(200);
    await test.query(sql`UPDATE early_warning.ingest_batch SET received_at = ${recent}`);
    const before = await months();
    await test.database.transaction(null, async (tx) => {
      await tx.query('SELECT count(*) FROM early_warning.observation');
      await night();
    });
    expect(await months()).toEqual(before);
    await night();
    expect((await months()).length).toBeLessThan(before.length);
  });
});

function wait(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), ms).unref());
}
