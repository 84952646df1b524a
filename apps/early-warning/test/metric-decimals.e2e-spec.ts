import { sql } from '#database';
import { campus, type Client, TestApp } from '#testing';
import { earlyWarning } from '../src/early-warning.module.js';
import { foldDirty, rebuildVectors } from '../src/engine/folding.js';
import { QuarterCredits1763750530100 } from '../src/migrations/1763750530100-quarter-credits.js';
import { daysAgo, holdSchedules, observe, publish, retireShipped, simpleRule } from './kit.js';
import { valuesOf, vectorsOf } from './vectors.js';

const METRICS = '/early-warning/v1/metrics';

describe('decimals of metrics', () => {
  let test: TestApp;
  let app: Client;
  let officer: Client;
  const day = daysAgo(3);

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    await retireShipped(test);
    app = await test.client();
    officer = await test.person(campus.staff.schoolOfficer);
  });
  afterAll(() => test.close());

  const metric = async (code: string) =>
    (await officer.get(`${METRICS}?limit=200`).expect(200)).body.data.find(
      (one: { code: string }) => one.code === code,
    );
  const change = async (code: string, values: object) => {
    const { id, version, zh, en, domain, sensitivity, retentionDays } = await metric(code);
    const body = { zh, en, domain, sensitivity, retentionDays, ...values };
    return officer.put(`${METRICS}/${id}`, body).set('If-Match', `"${version}"`);
  };
  const fold = () => test.database.transaction(null, foldDirty);
  /** What a rule reads of the first students, in the metric's unit. */
  const read = async (code: string) => {
    const rule = simpleRule('try.it', { metric: code, agg: 'sum', window: '7d' }, { ge: [{ f: 'x' }, 0] });
    const body = { rule, asOf: daysAgo(0), evidence: true };
    const { evidence } = (await app.post('/early-warning/v1/evaluations', body).expect(200)).body;
    return evidence.map((one: { evidence: { features: { x: { value: number } } } }) => one.evidence.features.x.value);
  };
  const expectWhole = async () => {
    const before = await vectorsOf(test);
    await test.database.transaction(null, rebuildVectors);
    expect(await vectorsOf(test)).toEqual(before);
  };

  it('take quarters of credits', async () => {
    await observe(app, [[0, 'term_credits', day, 12.25]]);
    expect(await read('term_credits')).toEqual([12.25]);
    await expect(observe(app, [[0, 'term_credits', day, 12.255]])).rejects.toThrow('2');
  });

  it('rewrite what is stored when they change, whether folded, waiting or by key', async () => {
    const keyed = (student: string, key: string, value: number | null, batchKey: string) =>
      app
        .post('/early-warning/v1/observations/batches', {
          ...{ source: 'keyed', batchKey },
          observations: [{ studentNumber: student, metric: 'volunteer_hours', day, value, key }],
        })
        .expect(200);
    await observe(app, [
      [0, 'volunteer_hours', day, 1.5],
      [0, 'volunteer_hours', daysAgo(2), 3000],
      [1, 'volunteer_hours', day, 0],
    ]);
    await keyed('2024000003', 'a', 2.5, 'k-1');
    await keyed('2024000004', 'b', 4, 'k-2');
    await keyed('2024000004', 'b', null, 'k-3');
    await fold();
    await observe(app, [[0, 'volunteer_hours', day, 0.5]]);
    // Of a closed month the vectors are all there is.
    await test.query(sql`DELETE FROM early_warning.observation WHERE day = ${daysAgo(2)}`);
    expect(await read('volunteer_hours')).toEqual([3002, 0, 2.5]);

    expect(await (await change('volunteer_hours', { decimals: 3 })).body).toMatchObject({ decimals: 3, version: 2 });
    expect(await read('volunteer_hours')).toEqual([3002, 0, 2.5]);
    expect(await valuesOf(test, 'volunteer_hours', day)).toMatchObject({ '2024000001': 2000, '2024000003': 2500 });
    expect(await valuesOf(test, 'volunteer_hours', daysAgo(2))).toMatchObject({ '2024000001': 3_000_000 });
    await observe(app, [[1, 'volunteer_hours', day, 0.125]]);
    await keyed('2024000003', 'a', 2.625, 'k-4');
    expect(await read('volunteer_hours')).toEqual([3002, 0.125, 2.625]);

    const lossy = await change('volunteer_hours', { decimals: 2 });
    expect([lossy.status, lossy.body]).toMatchObject([
      409,
      { code: 'early-warning/metric-decimals-unfit', errors: [{ pointer: '#/decimals' }] },
    ]);
    const tooLarge = await change('volunteer_hours', { decimals: 9 });
    expect([tooLarge.status, tooLarge.body.errors[0].pointer]).toEqual([400, '#/decimals']);
    expect(await read('volunteer_hours')).toEqual([3002, 0.125, 2.625]);
    await keyed('2024000003', 'a', 2.5, 'k-5');
    await observe(app, [[1, 'volunteer_hours', day, 0.375]]);
    // 0.125 and 0.375 stay, though their sum would fit.
    expect((await change('volunteer_hours', { decimals: 1 })).status).toBe(409);
    await test.query(sql`DELETE FROM early_warning.observation WHERE value IN (125, 375)`);
    await test.query(
      sql`INSERT INTO early_warning.dirty_day (metric, day) SELECT number, ${day} FROM early_warning.metric WHERE code = 'volunteer_hours'`,
    );
    expect((await change('volunteer_hours', { decimals: 1 })).body).toMatchObject({ decimals: 1, version: 3 });
    expect(await read('volunteer_hours')).toEqual([3002, 0, 2.5]);
  });

  it('leave vectors that a rebuild gives', async () => {
    await observe(app, [
      [0, 'work_study_hours', day, 1.5],
      [0, 'work_study_hours', day, 2],
      [5, 'work_study_hours', daysAgo(1), 7],
    ]);
    await fold();
    expect((await change('work_study_hours', { decimals: 4 })).status).toBe(200);
    await test.query(sql`DELETE FROM early_warning.day_vector WHERE day = ${daysAgo(2)}`);
    await expectWhole();
    expect(await read('work_study_hours')).toEqual([3.5, 7]);
  });

  it('stay as they are where a value would be too large, a published rule compares beyond, or days are counted', async () => {
    await observe(app, [[0, 'sport_min', day, 300_000]]);
    const refused = await change('sport_min', { decimals: 4 });
    expect([refused.status, refused.body.code]).toEqual([409, 'early-warning/metric-decimals-unfit']);
    // Of two that fit the sum may not.
    await observe(app, [
      [0, 'awards', day, 200_000],
      [0, 'awards', day, 200_000],
    ]);
    expect((await change('awards', { decimals: 4 })).status).toBe(409);
    expect(await read('awards')).toEqual([400_000]);

    const feature = { metric: 'book_loans', agg: 'days_over', window: '7d', where: { ge: 1_000_000 } };
    await publish(test, simpleRule('a.many', feature, { ge: [{ f: 'x' }, 1] }));
    const used = await change('book_loans', { decimals: 4 });
    expect([used.status, used.body]).toMatchObject([
      409,
      { code: 'early-warning/metric-decimals-in-use', detail: expect.stringContaining('a.many') },
    ]);

    await officer
      .post(METRICS, {
        ...{ code: 'visits', zh: '次', en: 'visits', unit: 'count', decimals: 0, fold: 'count', domain: 'library' },
        ...{ sensitivity: 2, retentionDays: 100 },
      })
      .expect(201);
    expect((await change('visits', { decimals: 1 })).body.errors[0].pointer).toBe('#/decimals');
    expect((await change('visits', { decimals: 0, retentionDays: 200 })).status).toBe(200);
    const stale = await metric('sport_min');
    const { zh, en, domain, sensitivity, retentionDays } = stale;
    await officer
      .put(`${METRICS}/${stale.id}`, { zh, en, domain, sensitivity, retentionDays, decimals: 1 })
      .set('If-Match', '"9"')
      .expect(412);
  });

  it('of credits were one: what was stored then is rewritten', async () => {
    await test.query(
      sql`UPDATE early_warning.metric SET decimals = 1 WHERE code IN ('failed_credits', 'earned_credits')`,
    );
    await observe(app, [
      [0, 'failed_credits', day, 12.5],
      [1, 'failed_credits', day, 3],
      [11, 'failed_credits', daysAgo(2), 4000],
      [2, 'failed_credits', day, 0],
    ]);
    await fold();
    // Waits to be folded when the migration comes.
    await observe(app, [[1, 'failed_credits', daysAgo(1), 8.5]]);
    const runner = test.database.dataSource.createQueryRunner();
    await runner.startTransaction();
    await new QuarterCredits1763750530100().up(runner);
    await runner.commitTransaction();
    await runner.release();
    expect((await metric('failed_credits')).decimals).toBe(2);
    expect(await read('failed_credits')).toEqual([12.5, 11.5, 0, 4000]);
    expect(await valuesOf(test, 'failed_credits', day)).toEqual({
      ...{ '2024000001': 1250, '2024000002': 300, '2024000003': 0 },
    });
    await expectWhole();
    await observe(app, [[0, 'failed_credits', daysAgo(1), 0.25]]);
    expect(await read('failed_credits')).toEqual([12.75, 11.5, 0, 4000]);
  });
});
