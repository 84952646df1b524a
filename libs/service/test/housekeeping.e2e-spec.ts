import { v7 } from 'uuid';
import { newId, raw, sql } from '#database';
import { Handlers, Schedules } from '#events';
import { drainEvents, TestApp } from '#testing';
import { addDays } from '#time';
import { directory } from '../../../apps/directory/src/directory.module.js';
import { staffing } from '../../../apps/staffing/src/staffing.module.js';

const NAME = 'directory.housekeeping';

describe('housekeeping', () => {
  let test: TestApp;
  beforeAll(async () => {
    test = await TestApp.create([directory, staffing], { keepEventsDays: 7 });
  });
  afterAll(() => test?.close());

  const daysAgo = (days: number): Date => new Date(test.clock.now().getTime() - days * 86_400_000);

  /** An event with one delivery that was handled so many days ago (null: not yet), both written so many days ago. */
  async function event(writtenDaysAgo: number, handledDaysAgo: number | null): Promise<string> {
    const id = v7({ msecs: daysAgo(writtenDaysAgo).getTime() });
    await test.query(
      sql`INSERT INTO events.event (id, name, payload, occurred_at)
          VALUES (${id}, 'test.old.v1', '{}', ${daysAgo(writtenDaysAgo)})`,
    );
    // 'elsewhere' is hosted by nobody: what is open stays open.
    await test.query(
      sql`INSERT INTO events.delivery (event_id, consumer, due_at, handled_at)
          VALUES (${id}, 'elsewhere', 'infinity', ${handledDaysAgo === null ? null : daysAgo(handledDaysAgo)})`,
    );
    return id;
  }

  async function job(endedDaysAgo: number | null): Promise<string> {
    const id = newId();
    await test.query(
      sql`INSERT INTO platform.job (id, service, kind, status, done, total, failed, created_by_app, finished_at)
          VALUES (${id}, 'staffing', 'test', 'failed', 0, 0, 1, 'test', ${endedDaysAgo === null ? null : daysAgo(endedDaysAgo)})`,
    );
    await test.query(sql`INSERT INTO platform.job_error (job_id, zh, en) VALUES (${id}, '错', 'wrong')`);
    return id;
  }

  async function key(hoursAgo: number): Promise<string> {
    const id = newId();
    await test.query(
      sql`INSERT INTO platform.idempotency_key (app, person_id, route, key, status, created_at)
          VALUES ('test', '', 'POST /x', ${id}, 201, ${daysAgo(hoursAgo / 24)})`,
    );
    return id;
  }

  const left = async (table: string, column: string, ids: string[]): Promise<string[]> => {
    const rows = await test.query<{ id: string }>(
      sql`SELECT ${raw(column)}::text AS id FROM ${raw(table)} WHERE ${raw(column)}::text = ANY(${ids}) ORDER BY 1`,
    );
    return rows.map((row) => row.id);
  };

  it('deletes each night what is old and done, and nothing else', async () => {
    const events = [await event(9, 9), await event(9, 2), await event(9, null), await event(2, 2)];
    const jobs = [await job(9), await job(2), await job(null)];
    // Before 04:23 the last night is yesterday's, which keeps up to 52 h 23.
    const keys = [await key(60), await key(23)];

    await test.query(
      sql`UPDATE events.schedule SET last_period = ${`${addDays(test.clock.today(), -3)}T00:00:00+08:00`} WHERE name = ${NAME}`,
    );
    await test.app.get(Schedules).tick();
    await drainEvents(test);

    expect(await left('events.event', 'id', events)).toEqual(events.slice(1).sort());
    expect(await left('events.delivery', 'event_id', events)).toEqual(events.slice(1).sort());
    expect(await left('platform.job', 'id', jobs)).toEqual(jobs.slice(1).sort());
    expect(await left('platform.job_error', 'job_id', jobs)).toEqual(jobs.slice(1).sort());
    expect(await left('platform.idempotency_key', 'key', keys)).toEqual(keys.slice(1).sort());
    // Three nights were missed; sweeping once is enough.
    const runs = await test.query(sql`SELECT 1 FROM events.event WHERE name = ${`schedule/${NAME}`}`);
    expect(runs).toHaveLength(1);
  });

  it("keeps the audit's months by the school's policy, each night by its own time", async () => {
    const officer = await test.client();
    const put = (keepMonths: number) =>
      officer.post('/directory/v1/policies/directory.audit/versions', {
        effectiveFrom: addDays(test.clock.today(), 1),
        value: { keepMonths },
        source: '《网络安全法》第二十一条',
      });
    expect((await put(5).expect(400)).body.errors).toMatchObject([{ pointer: '#/value/keepMonths' }]);
    await put(6).expect(201);
    const months = async () => {
      const rows = await test.query<{ name: string }>(
        sql`SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
             WHERE i.inhparent = 'platform.audit_entry'::regclass AND c.relname < 'audit_entry_2025' ORDER BY 1`,
      );
      return rows.map(({ name }) => name.replace('audit_entry_', ''));
    };
    const night = async (at: string) => {
      const schedule = test.app.get(Handlers).schedules.find(({ name }) => name === 'directory.audit-months')!;
      await test.database.background((tx) => schedule.handle(tx, { at: new Date(at), date: at.slice(0, 10) }));
      return months();
    };
    expect(await night('2019-12-31T20:41:00Z')).toEqual(['2019_12', '2020_01', '2020_02', '2020_03']);
    // In 2022 the shipped three years are in force.
    expect(await night('2022-12-31T20:41:00Z')).toEqual([
      ...['2019_12', '2020_01', '2020_02', '2020_03', '2022_12', '2023_01', '2023_02', '2023_03'],
    ]);
    expect(await night('2023-01-01T20:41:00Z')).toEqual([
      ...['2020_01', '2020_02', '2020_03', '2022_12', '2023_01', '2023_02', '2023_03', '2023_04'],
    ]);
  });

  it('is done once for all services, by the host of the directory', async () => {
    const scheduled = (app: TestApp) =>
      app.app.get(Handlers).schedules.filter(({ name }) => /housekeeping|audit-months/.test(name)).length;
    expect(scheduled(test)).toBe(2);
    const other = await TestApp.create([staffing]);
    try {
      expect(scheduled(other)).toBe(0);
    } finally {
      await other.close();
    }
  });
});
