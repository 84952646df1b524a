import { sql } from '#database';
import { drainEvents, fireTimers } from '#testing';
import { ConnectorKit, ROOT, type Run } from './connector-kit.js';
import { HAS_MARIADB, MariaDb } from './mariadb.js';

const MAPPING = {
  fields: [
    { field: 'number', column: 'XH', steps: [] },
    { field: 'name', column: 'XM', steps: [] },
    { field: 'sex', column: 'XBM', steps: [{ do: 'lookup', set: 'gbt-2261.1' }] },
    { field: 'birth_date', column: 'CSRQ', steps: [] },
    { field: 'college', column: 'YXMC', steps: [] },
    { field: 'major', constant: '测绘工程', steps: [] },
    { field: 'grade', column: 'NJ', steps: [] },
    { field: 'class', constant: '测绘3301', steps: [] },
    { field: 'identity', constant: '学生', steps: [] },
  ],
};

interface Errors {
  status: number;
  code: string;
  errors: { pointer: string; detail: string }[];
}

describe('connectors that read a view of a database', () => {
  let kit: ConnectorKit;
  beforeAll(async () => {
    kit = await ConnectorKit.start({ connectorTargets: ['127.0.0.0/8'] });
  });
  afterAll(() => kit?.stop());

  const setView = async (id: string, view: object) =>
    kit.it.put(`${ROOT}/${id}/view`, view).set('If-Match', await kit.versionOf(id));
  const tried = async (id: string): Promise<Errors> => (await kit.it.post(`${ROOT}/${id}/view/trials`)).body as Errors;
  const people = (prefix: string): Promise<object[]> =>
    kit.test.query(
      sql`SELECT p.number, p.name, p.sex, p.birth_date::text AS birth, p.grade FROM directory.person p
           WHERE number LIKE ${`${prefix}%`} AND active ORDER BY number`,
    );
  const pull = async (id: string, query = ''): Promise<Run> => {
    const { body } = await kit.it.post(`${ROOT}/${id}/pulls${query}`).expect(202);
    return kit.ended(id, (body as Run).id);
  };

  describe('in PostgreSQL', () => {
    let id: string;
    let where: Record<string, unknown>;
    beforeAll(async () => {
      const { hostname, port, username, password, pathname } = new URL(kit.test.config.databaseUrl);
      where = {
        ...{
          database: 'postgresql',
          host: hostname === 'localhost' ? '127.0.0.1' : hostname,
          port: Number(port || 5432),
        },
        ...{
          name: pathname.slice(1),
          user: decodeURIComponent(username),
          password: decodeURIComponent(password) || 'none',
        },
        ...{ view: 'sis.V_学生', key: 'XH', tls: false, at: null, jitterMinutes: 0 },
      };
      await kit.test.query(sql`CREATE SCHEMA sis`);
      await kit.test.query(sql`
        CREATE TABLE sis.student ("XH" char(15), "XM" text, "XBM" smallint, "CSRQ" date, "YXMC" text, "NJ" int, "SFZH" text, at timestamptz)`);
      await kit.test.query(sql`
        INSERT INTO sis.student SELECT lpad(n::text, 10, '0'), '赵' || n, 1 + n % 2, '2006-01-01'::date + n % 1000, '测绘学院', 2033, '110101200612310000', now()
          FROM generate_series(990000001, 990001200) AS n`);
      await kit.test.query(sql`CREATE VIEW sis."V_学生" AS SELECT * FROM sis.student`);
      ({ id } = await kit.make('view'));
    });

    it('keep the password to themselves, and go nowhere that is not allowed', async () => {
      const { status, text } = await setView(id, { ...where, password: 'pa/ssw0rd' });
      expect(status === 200 ? '' : text).toBe('');
      expect(text).not.toContain('pa/ssw0rd');
      const [row] = await kit.test.query<{ sealed: Buffer }>(
        sql`SELECT sealed_secret AS sealed FROM integration.connector WHERE id = ${id}`,
      );
      expect(row!.sealed.includes('pa/ssw0rd')).toBe(false);
      for (const host of ['10.0.0.1', '169.254.169.254', '::ffff:10.0.0.1', '8.8.8.8'])
        expect((await setView(id, { ...where, host })).body).toMatchObject({
          ...{ code: 'integration/connector-source-refused', errors: [{ pointer: '#/host' }] },
        });
      // It is not sent to another place, nor as another user, nor in clear.
      for (const other of [{ port: 1 }, { user: 'other' }, { tls: true }])
        expect((await setView(id, { ...where, ...other, password: undefined })).body).toMatchObject({
          ...{ status: 400, errors: [{ pointer: '#/password' }] },
        });
      for (const view of ['student; DROP TABLE sis.student', 'a"b', '(SELECT 1)'])
        expect([400, 200]).toContain((await setView(id, { ...where, view })).status);
    });

    it('propose by its columns and first rows, and say why it cannot be read', async () => {
      expect((await setView(id, where)).status).toBe(200);
      const { body } = await kit.it.post(`${ROOT}/${id}/view/proposals`).expect(200);
      expect(body).toMatchObject({
        format: { type: 'view' },
        rows: [
          { line: 2, cells: { number: '0990000001', birth_date: expect.any(String) as string } },
          ...Array<object>(9).fill({}),
        ],
        problems: [],
      });
      expect(JSON.stringify(body)).not.toContain('110101');
      expect((await kit.draft(id, MAPPING)).status).toBe(200);
      const wrong: [object, string][] = [
        [{ view: 'sis.nothing' }, '没有该视图或表'],
        [{ view: 'sis.student"; DROP TABLE sis.student; --' }, ''],
        [{ key: 'nothing' }, '视图缺少映射或键所用的列'],
        [{ key: 'NJ' }, '键列有重复或空值，不能逐页读取：请改用唯一的列'],
        [{ tls: true }, 'TLS 连接不可信或不受支持'],
      ];
      for (const [more, detail] of wrong) {
        const { status } = await setView(id, { ...where, ...more });
        if (detail === '') expect(status).toBe(400);
        else expect(await tried(id)).toMatchObject({ status: 422, errors: [{ pointer: '#/view', detail }] });
      }
      expect((await setView(id, where)).status).toBe(200);
      expect(await tried(id)).toMatchObject({ rowsRead: 1200, problemCount: 0 });
      expect((await kit.publish(kit.registrar, id)).status).toBe(200);
    });

    it('take all pages over in one snapshot; dates are days, padding is none, and nothing new is nothing to do', async () => {
      const run = await pull(id);
      expect(run).toMatchObject({ state: 'applied', rows: 1200, counts: { people: { create: 1200 } } });
      const all = await people('09900');
      expect([all.length, all[0]]).toEqual([
        1200,
        { number: '0990000001', name: '赵990000001', sex: '2', birth: expect.any(String) as string, grade: '2033' },
      ]);
      const [same] = await kit.test.query(
        sql`SELECT count(*)::int AS n FROM directory.person p JOIN sis.student s ON trim(s."XH") = p.number WHERE s."CSRQ" = p.birth_date`,
      );
      expect(same).toEqual({ n: 1200 });
      expect(await pull(id)).toMatchObject({
        state: 'applied',
        counts: { people: { create: 0, change: 0, close: 0 } },
      });
      expect(await kit.test.query(sql`SELECT FROM integration.connector_run_part`)).toEqual([]);
    });

    it('refuse wrong rows and a key that is there twice, and are held where the view is short', async () => {
      await kit.test.query(sql`UPDATE sis.student SET "XBM" = 7 WHERE "XH" = '0990000003'`);
      expect(await pull(id)).toMatchObject({ state: 'refused', problems: [{ column: 'XBM', rows: 1, firstLine: 4 }] });
      await kit.test.query(sql`UPDATE sis.student SET "XBM" = 2 WHERE "XH" = '0990000003'`);
      await kit.test.query(sql`UPDATE sis.student SET "XH" = '0990001000' WHERE "XH" = '0990001001'`);
      expect(await pull(id)).toMatchObject({ state: 'refused', problems: [{ column: null, rows: 0 }] });
      await kit.test.query(sql`DELETE FROM sis.student WHERE "XH" > '0990000400'`);
      expect(await pull(id)).toMatchObject({ state: 'held', rows: 400 });
      expect(await people('09900')).toHaveLength(1200);
    });

    it('can only read, and are read each day at their time', async () => {
      const held = (await kit.it.get(`${ROOT}/${id}/runs?state=held`).expect(200)).body.data[0] as Run;
      const forget = await kit.it.post(`${ROOT}/${id}/source/forget`).set('If-Match', await kit.versionOf(id));
      expect(forget.body).toMatchObject({ code: 'integration/connector-run-under-way' });
      await kit.it.post(`${ROOT}/${id}/runs/${held.id}/discard`).set('If-Match', `"${held.version}"`).expect(200);
      await kit.test.query(sql`CREATE TABLE sis.seen (n int)`);
      await kit.test.query(sql`
        CREATE FUNCTION sis.see() RETURNS text LANGUAGE sql VOLATILE AS $$ INSERT INTO sis.seen VALUES (1) RETURNING 'x' $$`);
      await kit.test.query(sql`CREATE VIEW sis.writes AS SELECT s.*, sis.see() AS x FROM sis.student s`);
      const writes = { ...where, view: 'sis.writes' };
      expect((await setView(id, writes)).status).toBe(200);
      expect((await kit.it.post(`${ROOT}/${id}/view/proposals`)).body).toMatchObject({
        errors: [{ detail: '该视图会写入数据，不能只读' }],
      });
      expect((await setView(id, { ...where, port: 1 })).status).toBe(200);
      expect((await kit.it.post(`${ROOT}/${id}/view/proposals`)).body).toMatchObject({
        ...{ status: 422, errors: [{ detail: '数据库现在连不上' }] },
      });
      expect(await kit.test.query(sql`SELECT FROM sis.seen`)).toEqual([]);
      kit.test.clock.set('2027-01-05T01:00:00+08:00');
      expect((await setView(id, { ...where, at: '02:10' })).status).toBe(200);
      kit.test.clock.set('2027-01-05T02:11:00+08:00');
      await fireTimers(kit.test);
      await drainEvents(kit.test);
      const [newest] = (await kit.it.get(`${ROOT}/${id}/runs`).expect(200)).body.data as (Run & {
        requestedBy: object;
      })[];
      expect(newest).toMatchObject({ requestedBy: { kind: 'system', id: 'integration' } });
    });
  });

  (HAS_MARIADB ? describe : describe.skip)('in MariaDB', () => {
    let server: MariaDb;
    let id: string;
    const where = (more: object = {}): object => ({
      ...{ database: 'mysql', host: '127.0.0.1', port: server.port, name: 'sis', user: 'reader', password: 'r3ad' },
      ...{ view: 'v_student', key: 'ID', tls: false, at: null, jitterMinutes: 0, ...more },
    });
    beforeAll(async () => {
      server = await MariaDb.start();
      await server.write(
        `CREATE TABLE student (ID BIGINT UNSIGNED PRIMARY KEY, XH CHAR(15), XM VARCHAR(20), XBM TINYINT(1), CSRQ DATE, YXMC VARCHAR(40), NJ YEAR)
           CHARACTER SET gbk`,
        `INSERT INTO student SELECT 9007199254740993 + seq, CONCAT('34', LPAD(seq, 8, '0')), '丂朤', 1, '2006-02-03', '测绘学院', 2034 FROM seq_1_to_1100`,
        `UPDATE student SET CSRQ = '0000-00-00' WHERE ID = 9007199254740994`,
        'CREATE VIEW v_student AS SELECT * FROM student',
      );
      ({ id } = await kit.make('view-mysql'));
    });
    afterAll(() => server?.stop());

    it('are read as text: long numbers keep their digits, zero dates are none, GBK is Chinese', async () => {
      expect((await setView(id, where())).status).toBe(200);
      expect((await kit.draft(id, MAPPING)).status).toBe(200);
      expect(await tried(id)).toMatchObject({ rowsRead: 1100, problemCount: 0 });
      expect((await kit.publish(kit.registrar, id)).status).toBe(200);
      expect(await pull(id)).toMatchObject({ state: 'applied', rows: 1100, counts: { people: { create: 1100 } } });
      const [first, second] = await people('34000');
      expect(first).toEqual({ number: '3400000001', name: '丂朤', sex: '1', birth: null, grade: '2034' });
      expect(second).toMatchObject({ birth: '2006-02-03' });
      expect(await pull(id)).toMatchObject({
        state: 'applied',
        counts: { people: { create: 0, change: 0, close: 0 } },
      });
    });

    it('say why they cannot be read', async () => {
      for (const [more, detail] of [
        [{ password: 'wrong' }, '数据库拒绝该用户登录'],
        [{ view: 'nothing' }, '没有该视图或表'],
        [{ tls: true }, 'TLS 连接不可信或不受支持'],
        [{ key: 'YXMC' }, '键列有重复或空值，不能逐页读取：请改用唯一的列'],
      ] as const) {
        expect((await setView(id, where(more))).status).toBe(200);
        expect(await tried(id)).toMatchObject({ status: 422, errors: [{ pointer: '#/view', detail }] });
      }
      await kit.it
        .post(`${ROOT}/${id}/source/forget`)
        .set('If-Match', await kit.versionOf(id))
        .expect(200);
      expect((await kit.it.post(`${ROOT}/${id}/view/trials`)).body).toMatchObject({
        code: 'integration/connector-has-no-source',
      });
    });
  });
});
