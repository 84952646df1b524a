import { readFile } from 'node:fs/promises';
import { sql } from '#database';
import { Vault } from '#vault';
import { type Answer, ConnectorKit, gb18030, ROOT, type Run } from './connector-kit.js';

const HEADER = 'XH,XM,XBM,CSRQ,YXSH,YXMC,ZYMC,XZNJ,BJMC,SFZH,ZZMMM';
const row = (n: number, more: Partial<Record<'sex' | 'name' | 'birth', string>> = {}): string =>
  `203100000${n},${more.name ?? `钱一${n}`},${more.sex ?? '1'},${more.birth ?? '31.12.2006'},07,测绘学院,测绘工程,2031,测绘310${n % 2},110101200612310000,03`;
const ROWS = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => row(n));
const MAPPING = {
  fields: [
    { field: 'number', column: 'XH', steps: [] },
    { field: 'name', column: 'XM', steps: [] },
    { field: 'sex', column: 'XBM', steps: [{ do: 'lookup', set: 'gbt-2261.1', values: [{ from: 'M', to: '男' }] }] },
    { field: 'birth_date', column: 'CSRQ', steps: [{ do: 'date', order: 'dmy' }] },
    { field: 'college', column: 'YXMC', steps: [] },
    { field: 'major', column: 'ZYMC', steps: [] },
    { field: 'grade', column: 'XZNJ', steps: [] },
    { field: 'class', column: 'BJMC', steps: [] },
    { field: 'identity', constant: '学生', steps: [] },
  ],
};
const FILE = gb18030(HEADER, ...ROWS);

describe('connectors', () => {
  let kit: ConnectorKit;
  beforeAll(async () => {
    kit = await ConnectorKit.start();
  });
  afterAll(() => kit?.stop());

  const people = async (): Promise<number> =>
    (
      await kit.test.query<{ n: number }>(
        sql`SELECT count(*)::int AS n FROM directory.person WHERE number LIKE '203100000_' AND active`,
      )
    )[0]!.n;
  const parts = (): Promise<{ sealed: Buffer; place: string }[]> =>
    kit.test.query(
      sql`SELECT sealed, 'integration.connector_run_part ' || run_id || ' ' || part AS place FROM integration.connector_run_part`,
    );

  it('propose how a file is meant, by the names of its columns and by what stands in them, and keep nothing', async () => {
    const { body } = await kit.upload(kit.it, `${ROOT}/proposals`, FILE).expect(200);
    expect(body).toMatchObject({
      format: { type: 'csv', encoding: 'gb18030', separator: ',' },
      rows: [
        {
          line: 2,
          cells: { number: '2031000001', name: '钱一1', sex: '男', birth_date: '2006-12-31', college: '测绘学院' },
        },
        ...Array<object>(7).fill({}),
      ],
      problems: [],
    });
    const { columns } = body as { columns: { column: string; field: string | null; zh: string | null }[] };
    expect(Object.fromEntries(columns.map(({ column, field }) => [column, field]))).toEqual({
      ...{ XH: 'number', XM: 'name', XBM: 'sex', CSRQ: 'birth_date', YXSH: null, YXMC: 'college', ZYMC: 'major' },
      ...{ XZNJ: 'grade', BJMC: 'class', SFZH: null, ZZMMM: null },
    });
    expect(JSON.stringify(body)).not.toContain('110101');
    // What is proposed can be taken as it stands.
    const { id } = await kit.make('proposed');
    const { mapping } = body as { mapping: object };
    expect((await kit.draft(id, mapping)).status).toBe(200);
    expect((await kit.upload(kit.it, `${ROOT}/${id}/trials`, FILE).expect(200)).body).toMatchObject({
      rowsRead: 8,
      problemCount: 0,
    });
  });

  it('are tried before they are published, by somebody who did not write the mapping', async () => {
    const { id } = await kit.make('tried');
    expect((await kit.draft(id, MAPPING)).status).toBe(200);
    expect((await kit.publish(kit.registrar, id)).body).toMatchObject({ code: 'integration/connector-not-tried' });
    const wrong = gb18030(
      HEADER,
      row(1, { sex: '3' }),
      row(2, { sex: '3' }),
      row(3, { birth: '31.02.2006' }),
      row(4, { sex: 'M' }),
    );
    const { body } = await kit.upload(kit.it, `${ROOT}/${id}/trials`, wrong).expect(200);
    expect(body).toMatchObject({
      rowsRead: 4,
      problemCount: 3,
      rows: [{ line: 5, cells: { sex: '男', identity: '学生' } }],
      unmapped: [{ column: 'XBM', value: '3', rows: 2 }],
    });
    expect((body as { problems: object[] }).problems).toContainEqual({
      ...{ pointer: '#/fields/3', line: 4, column: 'CSRQ', zh: '不是该次序的日期', en: 'is no date in this order' },
    });
    expect((await kit.publish(kit.registrar, id)).body).toMatchObject({ code: 'integration/connector-not-tried' });
    await kit.upload(kit.it, `${ROOT}/${id}/trials`, FILE).expect(200);
    // Another draft is another matter.
    expect((await kit.draft(id, MAPPING)).status).toBe(200);
    expect((await kit.publish(kit.registrar, id)).status).toBe(409);
    await kit.upload(kit.it, `${ROOT}/${id}/trials`, FILE).expect(200);
    expect((await kit.publish(kit.it, id)).status).toBe(403);
    const version = await kit.versionOf(id);
    await kit.registrar.put(`${ROOT}/${id}/draft`, MAPPING).set('If-Match', version).expect(200);
    await kit.upload(kit.it, `${ROOT}/${id}/trials`, FILE).expect(200);
    expect((await kit.publish(kit.registrar, id)).body).toMatchObject({
      code: 'integration/connector-second-person-needed',
    });
  });

  it('say what is wrong with a mapping, where it is', async () => {
    const { id } = await kit.make('wrong');
    const fields = [
      { field: 'number', column: 'XH', constant: '1', steps: [{ do: 'lookup' }] },
      { field: 'number', column: 'XH2', steps: [{ do: 'part', part: 0 }] },
    ];
    const { status, body } = await kit.draft(id, { fields });
    expect([status, (body as { code: string }).code]).toEqual([422, 'integration/connector-mapping-refused']);
    const { errors } = body as { errors: { pointer: string }[] };
    expect(errors.map(({ pointer }) => pointer)).toEqual([
      ...['#/fields/0', '#/fields/0/steps/0/values', '#/fields/1/field', '#/fields/1/steps/0/separator'],
      ...['#/fields/1/steps/0/part', '#/fields'],
    ]);
    expect((await kit.upload(kit.it, `${ROOT}/${id}/runs`, FILE)).body).toMatchObject({
      code: 'integration/connector-has-no-profile',
    });
  });

  it.each(['docs/connecting.md', 'docs/connecting.zh-CN.md'])('read the sample of %s by its mapping', async (guide) => {
    const text = await readFile(guide, 'utf8');
    const [, sample] = /```csv students.csv\n(.*?)```/s.exec(text)!;
    const [, mapping] = /```json mapping.json\n(.*?)```/s.exec(text)!;
    const id = await kit.publishedFor(
      guide.includes('zh') ? 'guide-zh' : 'guide',
      JSON.parse(mapping!) as object,
      sample!,
    );
    expect(await kit.run(id, sample!, '?dryRun=true')).toMatchObject({
      state: 'compared',
      counts: { people: { create: 2 } },
    });
  });

  describe('run', () => {
    let id: string;
    beforeAll(async () => {
      id = await kit.publishedFor('runs', MAPPING, FILE);
    });

    it('compares first, then takes a listing over; the second time there is nothing to do', async () => {
      const dry = await kit.run(id, FILE, '?dryRun=true');
      expect(dry).toMatchObject({ state: 'compared', rows: 8, counts: { people: { create: 8, change: 0, close: 0 } } });
      expect(await people()).toBe(0);
      const run = await kit.run(id, FILE);
      expect(run).toMatchObject({ state: 'applied', counts: { people: { create: 8, change: 0, close: 0 } } });
      expect(await people()).toBe(8);
      const [first] = await kit.test.query(
        sql`SELECT p.name, p.sex, p.birth_date::text AS birth FROM directory.person p WHERE number = '2031000001'`,
      );
      expect(first).toEqual({ name: '钱一1', sex: '1', birth: '2006-12-31' });
      const again = await kit.run(id, FILE);
      expect(again.state).toBe('applied');
      for (const count of Object.values(again.counts!)) expect(count).toEqual({ create: 0, change: 0, close: 0 });
      expect(await parts()).toEqual([]);
    });

    it('refuses a listing with a wrong row as a whole, and hands back the sheet with its errors', async () => {
      const wrong = gb18030(HEADER, ...ROWS.slice(0, 7), row(8, { sex: '7', name: '钱改名' }));
      const run = await kit.run(id, wrong);
      expect(run).toMatchObject({ state: 'refused', rows: 8, problems: [{ column: 'XBM', rows: 1, firstLine: 9 }] });
      expect(JSON.stringify(run)).not.toContain('钱改名');
      expect(await parts()).toEqual([]);
      const sheet = await kit
        .upload(kit.it, `${ROOT}/${id}/error-sheet?rows=refused`, wrong)
        .responseType('blob')
        .expect(200);
      const text = new TextDecoder('gb18030').decode(sheet.body as Buffer);
      expect(text).toBe(`${HEADER},错误\n${row(8, { sex: '7', name: '钱改名' })},XBM：对照表中没有这个值\n`);
      // Corrected, with its column of errors, it is read as any other.
      const corrected = gb18030(`${HEADER},错误`, ...ROWS.map((one) => `${one},`));
      expect(await kit.run(id, corrected, '?dryRun=true')).toMatchObject({ state: 'compared', rows: 8 });
    });

    it('stops where too much would end, until somebody else answers for it', async () => {
      const short = gb18030(HEADER, ...ROWS.slice(0, 2));
      const held = await kit.run(id, short);
      expect(held).toMatchObject({ state: 'held', rows: 2 });
      expect(JSON.stringify(held.reasons)).toContain('50%');
      expect(await people()).toBe(8);
      const [{ sealed, place }] = (await parts()) as [{ sealed: Buffer; place: string }];
      expect(sealed.includes('钱一1')).toBe(false);
      expect(kit.test.app.get(Vault).open(place, sealed)).toContain('2031000001,钱一1,男,2006-12-31');
      expect((await kit.upload(kit.it, `${ROOT}/${id}/runs`, FILE)).body).toMatchObject({
        code: 'integration/connector-run-under-way',
      });
      const path = `${ROOT}/${id}/runs/${held.id}`;
      await kit.it.post(`${path}/release`, { reason: '毕业' }).set('If-Match', `"${held.version}"`).expect(403);
      await kit.registrar.post(`${path}/release`, {}).set('If-Match', `"${held.version}"`).expect(400);
      const released = await kit.registrar
        .post(`${path}/release`, { reason: '毕业离校' })
        .set('If-Match', `"${held.version}"`)
        .expect(200);
      expect(released.body).toMatchObject({
        state: 'ready',
        releasedBy: { id: 'registrar' },
        releaseReason: '毕业离校',
      });
      expect(await kit.ended(id, held.id)).toMatchObject({ state: 'applied', counts: { people: { close: 6 } } });
      expect(await people()).toBe(2);
      expect(await parts()).toEqual([]);
    });

    it('that is held can be discarded, and not released by who asked for it', async () => {
      expect(await kit.run(id, FILE)).toMatchObject({ state: 'applied' });
      const short = gb18030(HEADER, ROWS[0]!);
      const { body } = await kit.upload(kit.registrar, `${ROOT}/${id}/runs`, short).expect(202);
      const held = await kit.ended(id, (body as Run).id);
      const path = `${ROOT}/${id}/runs/${held.id}`;
      const own = await kit.registrar.post(`${path}/release`, { reason: '毕业' }).set('If-Match', `"${held.version}"`);
      expect(own.body).toMatchObject({ code: 'integration/connector-second-person-needed' });
      await kit.it.post(`${path}/discard`).set('If-Match', `"${held.version}"`).expect(200);
      expect(await parts()).toEqual([]);
      expect(await people()).toBe(8);
      const list = await kit.it.get(`${ROOT}/${id}/runs?state=discarded`).expect(200);
      expect((list.body as { data: Answer[] }).data.map((one) => one.id)).toEqual([held.id]);
    });

    it('tells what directory finds wrong, on the line of the sender', async () => {
      // Twice the same person; and a title above the header.
      const twice = gb18030('二〇三一级学生名册', '', HEADER, ROWS[0]!, '', ROWS[0]!);
      expect(await kit.run(id, twice)).toMatchObject({
        state: 'failed',
        problems: [{ column: 'number', rows: 1, firstLine: 6 }],
      });
    });

    it('takes nothing while the connector is paused', async () => {
      await kit.it
        .post(`${ROOT}/${id}/pause`)
        .set('If-Match', await kit.versionOf(id))
        .expect(200);
      expect((await kit.upload(kit.it, `${ROOT}/${id}/runs`, FILE)).body).toMatchObject({
        code: 'integration/connector-paused',
      });
      await kit.it
        .post(`${ROOT}/${id}/resume`)
        .set('If-Match', await kit.versionOf(id))
        .expect(200);
    });

    it('of a request that is cut anywhere leaves nothing', async () => {
      const runs = async (): Promise<unknown> => kit.test.query(sql`SELECT count(*) FROM integration.connector_run`);
      const before = await runs();
      const form = Buffer.concat([
        Buffer.from('--b\r\nContent-Disposition: form-data; name="file"; filename="r.csv"\r\n\r\n'),
        FILE,
        Buffer.from('\r\n--b--\r\n'),
      ]);
      for (const cut of [10, 60, 200, form.length - 40, form.length - 6])
        await kit.it
          .post(`${ROOT}/${id}/runs`)
          .set('Content-Type', 'multipart/form-data; boundary=b')
          .send(form.subarray(0, cut))
          .expect(400);
      expect(await runs()).toEqual(before);
    });
  });
});
