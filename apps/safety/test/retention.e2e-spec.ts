import { migrate, keepMonths, newId, query, connect, Database, sql } from '#database';
import { Handlers } from '#events';
import { migrationSets } from '#service';
import { campus, type Client, drainEvents, emptyDatabase, TestApp } from '#testing';
import { services } from '../../campus/src/services.js';
import { PASS_MONTHS } from '../src/passes/pass-months.js';
import { safety } from '../src/safety.module.js';
import { keepAll, pass, send, student } from './gates.js';

const NIGHT = '2025-03-10';

describe('retention of passes and findings', () => {
  let test: TestApp;
  let app: Client;
  beforeEach(async () => {
    test = await TestApp.create([safety]);
    app = await test.client();
  });
  afterEach(() => test?.close());

  /** What the nightly schedule does in the night of an instant. */
  const night = async (name: string, at: string): Promise<void> => {
    const schedule = test.app.get(Handlers).schedules.find((one) => one.name === name)!;
    await test.database.background((tx) => schedule.handle(tx, { at: new Date(at), date: at.slice(0, 10) }));
  };
  const months = async (): Promise<string[]> => {
    const rows = await test.query<{ month: string }>(
      sql`SELECT right(c.relname, 7) AS month FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
           WHERE i.inhparent = 'safety.pass'::regclass AND c.relname < 'pass_2025' ORDER BY 1`,
    );
    return rows.map(({ month }) => month);
  };
  const records = async (): Promise<string[]> => {
    const rows = await test.query<{ id: string }>(sql`SELECT record_id AS id FROM safety.pass ORDER BY at, id`);
    return rows.map(({ id }) => id);
  };

  it('puts passes of before and after a new year into their months, and drops a month as a whole', async () => {
    await keepAll(test);
    const [december, january] = [pass(1, 'out', '2019-12-31 22:00'), pass(1, 'in', '2020-01-01 22:00')];
    await send(app, [december, january]);
    await night('safety.pass-months', '2019-12-31T20:37:00Z');
    expect(await months()).toEqual(['2019_12', '2020_01', '2020_02', '2020_03']);
    // A device corrects its record over the end of the month; the later one stays when the earlier goes.
    await send(app, [{ ...december, at: '2020-01-01T09:00:00+08:00', replaces: true }]);
    expect(await records()).toHaveLength(3);
    await send(app, [january]);
    expect(await records()).toHaveLength(3);
    const policy = { passMonths: 12, findingMonths: 48 };
    await test.query(
      sql`UPDATE platform.policy_version SET value = ${JSON.stringify(policy)}::jsonb WHERE key = 'safety.retention'`,
    );
    await night('safety.pass-months', '2020-12-31T20:37:00Z');
    expect(await records()).toHaveLength(3);
    await night('safety.pass-months', '2021-01-01T20:37:00Z');
    expect((await months())[0]).toBe('2020_01');
    expect(await records()).toEqual([december.recordId, january.recordId]);
    const seen = await test.query(sql`SELECT at FROM safety.published_pass_v1 ORDER BY at`);
    expect(seen).toHaveLength(2);
  });

  it('refuses a row that is older than passes are kept, and says so of the row', async () => {
    const year = (years: number) => new Date(Date.now() - years * 366 * 86_400_000).toISOString();
    const rows = [
      { ...pass(1, 'in', '2025-03-03 08:00'), at: year(2) },
      { ...pass(2, 'in', '2025-03-03 08:00'), at: year(0.5) },
    ];
    const answer = await send(app, rows);
    expect(answer).toMatchObject({ accepted: 1, duplicates: 0, held: 0 });
    expect(answer.rejected).toMatchObject([{ index: 0, pointer: '#/passes/0/at' }]);
    expect(answer.rejected[0]!.en).toContain('older than passes are kept');
    expect(await records()).toEqual([rows[1]!.recordId]);
    const refused = await app.post('/safety/v1/passes/batches', { passes: [rows[0]] }).expect(422);
    expect(refused.body.errors).toMatchObject([{ pointer: '#/passes/0/at' }]);
  });

  it('judges no night again whose passes are kept no longer, and keeps what was found', async () => {
    await keepAll(test);
    await send(app, [pass(1, 'out', `${NIGHT} 18:00`), pass(1, 'in', `${NIGHT} 23:40`)]);
    await app.post('/safety/v1/night-checks', { night: NIGHT }).expect(202);
    await drainEvents(test);
    const findings = async () =>
      (await app.get(`/safety/v1/findings?studentId=${student(1)}`).expect(200)).body.data as {
        finding: string;
        revision: number;
      }[];
    const before = await findings();
    expect(before).toMatchObject([{ finding: 'late' }]);
    await test.query(sql`DELETE FROM platform.policy_version WHERE key = 'safety.retention'`);
    const refused = await app.post('/safety/v1/night-checks', { night: NIGHT }).expect(400);
    expect(refused.body).toMatchObject({ code: 'safety/night-no-longer-kept', errors: [{ pointer: '#/night' }] });
    await test.query(sql`DELETE FROM safety.pass`);
    const [device] = await test.query<{ id: string }>(sql`SELECT id FROM safety.device WHERE code = 'GATE-B1'`);
    await app
      .post(`/safety/v1/devices/${device!.id}/outages`, {
        ...{ from: `${NIGHT}T18:00:00+08:00`, to: `${NIGHT}T20:00:00+08:00`, reason: '停电' },
      })
      .expect(201);
    await drainEvents(test);
    expect(await findings()).toEqual(before);
  });

  it('deletes findings with their history when their time is over, not sooner than passes', async () => {
    const finding = async (date: string): Promise<string> => {
      const id = newId();
      await test.query(
        sql`INSERT INTO safety.night (id, night, revision, policy_number, checked_at, students, buildings, outages)
            VALUES (${newId()}, ${date}, 1, 0, now(), 1, '{}', '[]')`,
      );
      await test.query(
        sql`INSERT INTO safety.night_finding (id, night, student_id, building_id, finding, revision)
            VALUES (${id}, ${date}, ${student(1)}, ${campus.places.building1}, 'late', 2)`,
      );
      await test.query(
        sql`INSERT INTO safety.night_finding_history (finding_id, revision, finding) VALUES (${id}, 1, 'not_returned')`,
      );
      return id;
    };
    const [old, recent] = [await finding('2019-12-31'), await finding('2020-01-01')];
    const left = async () => {
      const rows = await test.query<{ id: string }>(
        sql`SELECT f.id FROM safety.night_finding f JOIN safety.night_finding_history h ON h.finding_id = f.id ORDER BY night`,
      );
      return rows.map(({ id }) => id);
    };
    await night('safety.finding-retention', '2023-12-31T20:47:00Z');
    expect(await left()).toEqual([old, recent]);
    await night('safety.finding-retention', '2024-01-01T20:47:00Z');
    expect(await left()).toEqual([recent]);
    expect(await test.query(sql`SELECT 1 FROM safety.night WHERE night < '2021-01-01'`)).toHaveLength(2);
  });
});

it('keeps passes of before there were months, in the same file, with what replaced them', async () => {
  const { url, drop } = await emptyDatabase();
  try {
    const before = migrationSets(services).map((set) => ({
      ...set,
      migrations: set.migrations.filter(({ name }) => !name.startsWith('PassMonths')),
    }));
    await migrate(url, before);
    const database = new Database(await connect({ url, entities: [], poolSize: 2, applicationName: 'test' }));
    const run = <T = Record<string, unknown>>(statement: ReturnType<typeof sql>) =>
      query<T>(database.connection, statement);
    try {
      const [device, old, by] = [newId(), newId(), newId()];
      await run(sql`INSERT INTO safety.device (id, code) VALUES (${device}, 'G')`);
      await run(
        sql`INSERT INTO safety.pass (id, device_id, record_id, student_id, building_id, direction, at, status, replaced_by)
            VALUES (${old}, ${device}, '1', ${newId()}, ${newId()}, 'in', '2019-12-31T10:00:00Z', 'replaced', ${by}),
                   (${by}, ${device}, '1', ${newId()}, ${newId()}, 'in', '2020-01-01T10:00:00Z', 'counted', NULL)`,
      );
      const rows = () => run(sql`SELECT *, pg_relation_filenode(tableoid) AS file FROM safety.pass ORDER BY at`);
      const kept = await rows();
      await migrate(url, migrationSets(services));
      expect(await rows()).toEqual(kept);
      const again = sql`INSERT INTO safety.pass (id, device_id, record_id, student_id, building_id, direction, at, status)
        VALUES (${newId()}, ${device}, '1', ${newId()}, ${newId()}, 'in', '2020-01-01T10:00:00Z', 'counted')`;
      await expect(run(again)).rejects.toMatchObject({ driverError: { code: '23505' } });
      const foreign = sql`INSERT INTO safety.pass (id, device_id, record_id, student_id, at, status)
        VALUES (${newId()}, ${newId()}, '1', ${newId()}, now(), 'held')`;
      await expect(run(foreign)).rejects.toMatchObject({ driverError: { code: '23503' } });
      const dropped = await database.transaction(null, (tx) =>
        keepMonths(tx, PASS_MONTHS, { now: new Date('2019-01-01T00:00:00Z'), months: 6 }),
      );
      expect(dropped).toEqual({ dropped: [], outside: 0 });
      expect(await rows()).toEqual(kept);
    } finally {
      await database.dataSource.destroy();
    }
  } finally {
    await drop();
  }
});
