import { sql } from '#database';
import { campusToday, studentNumbers } from '#testing';
import { addDays } from '#time';
import { earlyWarning } from '../../early-warning/src/early-warning.module.js';
import { holdSchedules } from '../../early-warning/test/kit.js';
import { valuesOf } from '../../early-warning/test/vectors.js';
import { ConnectorRun } from '../src/connectors/connector-run.entity.js';
import { FeedRuns } from '../src/connectors/feed-runs.js';
import { ConnectorKit, gb18030, ROOT } from './connector-kit.js';

const DAY = addDays(campusToday(), -3);
const [FIRST, SECOND, THIRD] = studentNumbers as [string, string, string];
const ABSENCES = {
  fields: [
    { field: 'number', column: 'XH', steps: [] },
    { field: 'metric', constant: 'absent_class', steps: [] },
    { field: 'day', column: 'KQRQ', steps: [{ do: 'date', order: 'ymd' }] },
    { field: 'value', column: 'KKJS', steps: [] },
    { field: 'key', column: 'KCH', steps: [] },
  ],
};
const absences = (...rows: string[]): Buffer => gb18030('XH,XM,KQRQ,KCH,KKJS', ...rows);
const compact = DAY.replaceAll('-', '');

describe('connectors that bring observations', () => {
  let kit: ConnectorKit;
  let id: string;
  beforeAll(async () => {
    kit = await ConnectorKit.start({}, [earlyWarning]);
    await holdSchedules(kit.test);
    id = await kit.publishedFor(
      'attendance',
      ABSENCES,
      absences(`${FIRST},张三,${compact},C1,1`, `${FIRST},张三,${compact},C2,2`),
      'observations',
    );
  });
  afterAll(() => kit?.stop());

  const values = (metric: string): Promise<Record<string, number>> => valuesOf(kit.test, metric, DAY);
  const records = (): Promise<unknown[]> =>
    kit.test.query(
      sql`SELECT key, value, corrected_seq FROM early_warning.keyed_observation WHERE source = 'attendance' ORDER BY ordinal, key`,
    );

  it('propose what the columns of a card system mean, and the metric', async () => {
    const file = gb18030('学号,姓名,交易时间,交易额,交易流水号', `${FIRST},张三,${DAY} 11:58:03,12.50,9001`);
    const { body } = await kit.upload(kit.it, `${ROOT}/proposals?brings=observations`, file).expect(200);
    expect(body).toMatchObject({
      rows: [
        {
          line: 2,
          cells: { number: FIRST, metric: 'canteen_spend', value: '1250', key: '9001', at: `${DAY}T03:58:03.000Z` },
        },
      ],
      problems: [],
    });
    const { columns, mapping } = body as { columns: object[]; mapping: object };
    expect(columns).toContainEqual(
      expect.objectContaining({ column: '姓名', field: null, zh: '观测没有此项，不读取' }),
    );
    // What is proposed can be taken as it stands.
    const { id: other } = await kit.make('card', 'observations');
    expect((await kit.draft(other, mapping)).status).toBe(200);
  });

  it('say what is wrong with the mapping of a feed', async () => {
    const { id: other } = await kit.make('wrong', 'observations');
    const fields = [
      { field: 'number', column: 'XH', steps: [] },
      { field: 'name', column: 'XM', steps: [] },
      { field: 'value', column: 'JE', steps: [{ do: 'times' }] },
    ];
    const { status, body } = await kit.draft(other, { fields });
    expect(status).toBe(422);
    const { errors } = body as { errors: { pointer: string }[] };
    expect(errors.map(({ pointer }) => pointer)).toEqual([
      ...['#/fields/1/field', '#/fields/2/steps/0/by', '#/fields', '#/fields'],
    ]);
  });

  it('are compared, then taken; the same again changes nothing, and a correction replaces what was said', async () => {
    const file = absences(
      `${FIRST},张三,${compact},C1,1`,
      `${FIRST},张三,${compact},C2,2`,
      `${SECOND},李四,${compact},C1,4`,
    );
    const dry = await kit.run(id, file, '?dryRun=true');
    expect(dry).toMatchObject({ state: 'compared', rows: 3, counts: { observations: { accepted: 3, refused: 0 } } });
    expect(await records()).toEqual([]);
    expect(await kit.run(id, file)).toMatchObject({ state: 'applied', counts: { observations: { accepted: 3 } } });
    expect(await values('absent_class')).toEqual({ [FIRST]: 3, [SECOND]: 4 });
    const before = await records();
    expect(await kit.run(id, file)).toMatchObject({ state: 'applied' });
    expect(await records()).toEqual(before);
    expect(await values('absent_class')).toEqual({ [FIRST]: 3, [SECOND]: 4 });
    // Without a value there is none: what the record said is taken back. The others of an earlier file stay.
    const corrected = absences(`${FIRST},张三,${compact},C2,1.0`, `${SECOND},李四,${compact},C1,`);
    expect(await kit.run(id, corrected)).toMatchObject({ state: 'applied' });
    expect(await values('absent_class')).toEqual({ [FIRST]: 2 });
    const left = await kit.test.query(sql`SELECT FROM integration.connector_run_part`);
    expect(left).toEqual([]);
  });

  it('refuse a file that says the same record twice, and tell it where it is', async () => {
    const twice = absences(`${FIRST},张三,${compact},C1,1`, `${FIRST},张三,${DAY},C1,5`);
    expect(await kit.run(id, twice)).toMatchObject({
      state: 'refused',
      problems: [{ column: 'KCH', rows: 1, firstLine: 3 }],
    });
    expect(await values('absent_class')).toEqual({ [FIRST]: 2 });
  });

  it('wait for somebody else where many rows cannot be taken; released, the others go in', async () => {
    const rows = [1, 2, 3, 4, 5, 6].map((n) => `209900000${n},无,${compact},C9,1`);
    const held = await kit.run(id, absences(`${THIRD},王五,${compact},C9,7`, ...rows));
    expect(held).toMatchObject({
      state: 'held',
      counts: { observations: { accepted: 1, refused: 6 } },
      problems: [{ column: 'XH', rows: 6, firstLine: 3, zh: '没有这个学号的学生' }],
    });
    expect(held.reasons).toHaveLength(1);
    expect(JSON.stringify(held)).not.toContain('209900000');
    expect(await values('absent_class')).toEqual({ [FIRST]: 2 });
    await kit.registrar
      .post(`${ROOT}/${id}/runs/${held.id}/release`, { reason: '交换生尚未入名册' })
      .set('If-Match', `"${held.version}"`)
      .expect(200);
    expect(await kit.ended(id, held.id)).toMatchObject({ state: 'applied', problems: [{ column: 'XH', rows: 6 }] });
    expect(await values('absent_class')).toEqual({ [FIRST]: 2, [THIRD]: 7 });
  });

  it('fail where not one row can be taken', async () => {
    expect(await kit.run(id, absences(`2099000001,无,${compact},C9,1`))).toMatchObject({
      state: 'failed',
      counts: { observations: { accepted: 0, refused: 1 } },
      problems: [{ column: 'XH', rows: 1, zh: '没有这个学号的学生' }],
    });
  });

  it('are not taken twice where an attempt dies half-way', async () => {
    const rows = [1, 2, 3, 4, 5].map((n) => `209900000${n},无,${compact},C5,1`);
    const held = await kit.run(id, absences(`${SECOND},李四,${compact},C5,3`, ...rows));
    const run = await kit.test.database.connection.findOneByOrFail(ConnectorRun, { id: held.id });
    // What was sent before the process died, with nothing noted of it.
    run.state = 'ready';
    await kit.test.app.get(FeedRuns).send(run, 'attendance');
    await kit.registrar
      .post(`${ROOT}/${id}/runs/${held.id}/release`, { reason: '补录' })
      .set('If-Match', `"${held.version}"`)
      .expect(200);
    expect(await kit.ended(id, held.id)).toMatchObject({
      state: 'applied',
      counts: { observations: { accepted: 1, refused: 5 } },
    });
    expect(await values('absent_class')).toMatchObject({ [SECOND]: 3 });
    const batches = sql`SELECT FROM early_warning.ingest_batch WHERE batch_key LIKE ${`connector-run-${held.id}-%`}`;
    expect(await kit.test.query(batches)).toHaveLength(1);
  });
});
