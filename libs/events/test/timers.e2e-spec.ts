import { newId, sql } from '#database';
import { Timers } from '#events';
import { drainEvents, eventually, fireTimers, holdTimers, releaseTimers, TestApp } from '#testing';
import { createFixtureTables, ThingHappenedV1, things } from './fixture.js';

const DAY = new Date('2100-01-01T00:00:00Z');
const later = (days: number): Date => new Date(DAY.getTime() + days * 86_400_000);

describe('timers', () => {
  let test: TestApp;
  let timers: Timers;

  beforeAll(async () => {
    test = await TestApp.create([things]);
    await createFixtureTables(test.tx);
    timers = test.app.get(Timers);
  });
  afterAll(() => test.close());

  const timer = (id: string, at: Date, step = 1) => ({
    key: `fixture.thing ${id}` as never,
    at,
    event: new ThingHappenedV1(id, step),
  });
  const set = (id: string, at: Date, step?: number) =>
    test.database.transaction(null, (tx) => timers.set(tx, timer(id, at, step)));
  const effects = (id: string) =>
    test
      .query<{ step: number }>(sql`SELECT step FROM fixture.effect WHERE thing_id = ${id} ORDER BY seq`)
      .then((rows) => rows.map((row) => row.step));

  // Some of them look at what fires by itself.
  beforeEach(() => releaseTimers(test));

  it('fire once, when their time has come', async () => {
    const id = newId();
    await set(id, later(1));
    await fireTimers(test, later(0));
    expect(await effects(id)).toEqual([]);
    await fireTimers(test, later(1));
    await fireTimers(test, later(2));
    expect(await effects(id)).toEqual([1]);
  });

  it('come due by the campus clock', async () => {
    const id = newId();
    await set(id, new Date(test.clock.now().getTime() + 8 * 3_600_000));
    await timers.fire();
    await drainEvents(test);
    expect(await effects(id)).toEqual([]);
    test.clock.advance({ hours: 9 });
    await timers.fire();
    await drainEvents(test);
    expect(await effects(id)).toEqual([1]);
    test.clock.reset();
  });

  it('are moved by setting them again, and cancelled', async () => {
    const [moved, cancelled, again] = [newId(), newId(), newId()];
    await set(moved, later(1), 1);
    await set(moved, later(3), 2);
    await set(cancelled, later(1));
    await set(again, later(1), 1);
    await test.database.transaction(null, (tx) =>
      timers.cancel(tx, timer(cancelled, DAY).key, timer(again, DAY).key, timer(newId(), DAY).key),
    );
    await set(again, later(2), 2);
    await fireTimers(test, later(2));
    expect(await effects(moved)).toEqual([]);
    expect(await effects(cancelled)).toEqual([]);
    expect(await effects(again)).toEqual([2]);
    await fireTimers(test, later(3));
    expect(await effects(moved)).toEqual([2]);
  });

  it('stay as they were when the transaction rolls back', async () => {
    const [unset, kept] = [newId(), newId()];
    await set(kept, later(1));
    const undone = test.database.transaction(null, async (tx) => {
      await timers.set(tx, timer(unset, later(1)));
      await timers.cancel(tx, timer(kept, DAY).key);
      throw new Error('changed my mind');
    });
    await expect(undone).rejects.toThrow('changed my mind');
    await fireTimers(test, later(1));
    expect(await effects(unset)).toEqual([]);
    expect(await effects(kept)).toEqual([1]);
  });

  it('do not fire while somebody is moving them', async () => {
    const id = newId();
    await set(id, later(1), 1);
    await test.database.transaction(null, async (tx) => {
      await timers.set(tx, timer(id, later(3), 2));
      // Sent is not done: what is read behind it says that it is.
      await tx.query('SELECT 1');
      await timers.fire(later(2));
    });
    await fireTimers(test, later(2));
    expect(await effects(id)).toEqual([]);
    await fireTimers(test, later(3));
    expect(await effects(id)).toEqual([2]);
  });

  it('fire once also when several processes look at them at a time', async () => {
    const ids = Array.from({ length: 1_700 }, () => newId());
    await test.database.transaction(null, (tx) =>
      timers.setAll(
        tx,
        ids.map((id) => timer(id, later(1))),
      ),
    );
    const { databaseUrl, redisPrefix } = test.config;
    const other = await TestApp.create([things], { databaseUrl, redisPrefix });
    try {
      const both = [timers, other.app.get(Timers)];
      await Promise.all([...both, ...both].map((one) => one.fire(later(1))));
      await drainEvents(test);
    } finally {
      await other.close();
    }
    const rows = await test.query<{ id: string; n: number }>(
      sql`SELECT thing_id AS id, count(*)::int AS n FROM fixture.effect WHERE thing_id = ANY(${ids}::uuid[]) GROUP BY thing_id`,
    );
    expect(rows).toHaveLength(ids.length);
    expect(rows.filter(({ n }) => n !== 1)).toEqual([]);
  });

  it('leave those of other services alone', async () => {
    await test.query(
      sql`INSERT INTO events.timer (key, service, due_at, event_name, payload)
          VALUES ('affairs.x', 'affairs', ${test.clock.now()}::timestamptz - interval '1 day', 'affairs.x.v1', '{}')`,
    );
    await fireTimers(test, later(1));
    expect(await test.query(sql`DELETE FROM events.timer WHERE key = 'affairs.x' RETURNING key`)).toHaveLength(1);
  });

  it('become a dead delivery when their event no longer exists', async () => {
    await test.query(
      sql`INSERT INTO events.timer (key, service, due_at, event_name, payload) VALUES ('fixture.gone', 'fixture', ${test.clock.now()}::timestamptz - interval '1 minute', 'fixture.gone.v1', '{}')`,
    );
    await fireTimers(test);
    const operator = await test.client('platform:operations:read');
    const { body } = await operator.get('/fixture/v1/deliveries?dead=true').expect(200);
    expect(body.data).toMatchObject([{ eventName: 'fixture.gone.v1', state: 'dead' }]);
  });

  it('refuse a payload that breaks its own rules', async () => {
    await expect(set('not-a-uuid', later(1))).rejects.toThrow('invalid payload at thingId');
  });

  it('do not wait for the next look when a near one is set', async () => {
    let lateness = 0;
    // Each is set right after a look that others would have to wait five seconds for.
    for (let i = 0; i < 3; i++) {
      const id = newId();
      const at = new Date(test.clock.now().getTime() + 100);
      await set(id, at);
      await eventually(async () => expect(await effects(id)).toEqual([1]), 30_000);
      lateness += test.clock.now().getTime() - at.getTime();
    }
    expect(lateness).toBeLessThan(8_000);
  }, 60_000);

  it('fire again once they are looked at again, though one came due meanwhile', async () => {
    const id = newId();
    await set(id, new Date(test.clock.now().getTime() + 200));
    await holdTimers(test);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await effects(id)).toEqual([]);
    await releaseTimers(test);
    await eventually(async () => expect(await effects(id)).toEqual([1]));
  });

  it('outlive the process that set them, and fire late rather than never', async () => {
    const { databaseUrl, redisPrefix } = test.config;
    const api = await TestApp.create([things], { databaseUrl, redisPrefix, roles: ['api'] });
    const id = newId();
    await api.database.transaction(null, (tx) =>
      api.app.get(Timers).set(tx, timer(id, new Date(test.clock.now().getTime() - 3_600_000))),
    );
    await api.close();
    await eventually(async () => expect(await effects(id)).toEqual([1]), 30_000);
  });
});
