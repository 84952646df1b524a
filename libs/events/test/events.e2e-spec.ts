import { newId, query, sql } from '#database';
import { Consumer, Handlers, latestPeriod, Schedules } from '#events';
import { drainEvents, eventually, RedisProxy, TestApp } from '#testing';
import { Redis } from 'ioredis';
import { counted, createFixtureTables, FIXTURE, moods, Things, things } from './fixture.js';

describe('the event core', () => {
  let test: TestApp;
  let fixture: Things;

  beforeAll(async () => {
    test = await TestApp.create([things]);
    await createFixtureTables(test.tx);
    fixture = test.app.get(Things);
  });
  afterAll(() => test.close());
  afterEach(() => {
    for (const mood of Object.keys(moods)) delete moods[mood];
  });

  const happen = (thing: { id: string; version: number }, mood?: string) =>
    test.database.transaction(null, (tx) => fixture.happen(tx, thing, mood));
  const effects = (thingId: string) =>
    test
      .query<{ step: number }>(sql`SELECT step FROM fixture.effect WHERE thing_id = ${thingId} ORDER BY seq`)
      .then((rows) => rows.map((row) => row.step));
  const openState = (eventId: string) =>
    test.query<{ attempts: number; dead: boolean; handled: boolean; problem: string | null }>(
      sql`SELECT attempts, dead_at IS NOT NULL AS dead, handled_at IS NOT NULL AS handled, last_problem AS problem FROM events.delivery WHERE event_id = ${eventId}`,
    );

  const deliveryOf = async (eventId: string) =>
    (await test.query<{ id: string }>(sql`SELECT id FROM events.delivery WHERE event_id = ${eventId}`))[0]!.id;
  const givenUp = (thing: { id: string }) =>
    test.query<{ step: number }>(sql`SELECT step FROM fixture.given_up WHERE thing_id = ${thing.id} ORDER BY step`);

  it('takes effect once after the commit, and never after a rollback', async () => {
    const id = newId();
    await happen({ id, version: 1 });
    await expect(
      test.database.transaction(null, async (tx) => {
        await fixture.happen(tx, { id, version: 2 });
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    await drainEvents(test);
    expect(await effects(id)).toEqual([1]);
  });

  it('finds the deliveries of a job by their ids, however many others are open', async () => {
    const eventId = await happen({ id: newId(), version: 1 });
    const taken = test.app.get(Consumer)['waiting'](FIXTURE, ['1', '2', '3'], false);
    let plan: unknown;
    // Nobody would handle these: they are rolled back.
    const done = test.database.transaction(null, async (tx) => {
      await query(
        tx,
        sql`INSERT INTO events.delivery (event_id, consumer, dispatched_at)
            SELECT ${eventId}, 'fixture-' || n, now() FROM generate_series(1, 2000) AS n`,
      );
      plan = await query(tx, sql`EXPLAIN ${taken}`);
      throw new Error('enough');
    });
    await expect(done).rejects.toThrow('enough');
    expect(JSON.stringify(plan)).toContain('delivery_pkey');
  });

  it('keeps the order within an aggregate over many events and workers', async () => {
    const ids = Array.from({ length: 10 }, () => newId());
    for (let version = 1; version <= 20; version++) await Promise.all(ids.map((id) => happen({ id, version })));
    await drainEvents(test);
    for (const id of ids) expect(await effects(id)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });

  it('has one effect per event when every job comes three times and shuffled', async () => {
    const id = newId();
    const eventIds: string[] = [];
    for (let version = 1; version <= 30; version++) eventIds.push(await happen({ id, version }));
    const rows = await test.query<{ id: string }>(
      sql`SELECT id FROM events.delivery WHERE event_id = ANY(${eventIds}::uuid[])`,
    );
    const thrice = [...rows, ...rows, ...rows].map((row) => row.id).sort(() => Math.random() - 0.5);
    const consumer = test.app.get(Consumer);
    await Promise.all(thrice.map((deliveryId) => consumer.handle(FIXTURE, { ids: [deliveryId] })));
    await drainEvents(test);
    expect(await effects(id)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
  });

  it('tries a poison event eight times, then it is dead; others flow; replay works after the mending', async () => {
    moods['poison'] = () => Promise.reject(new TypeError('personal words'));
    const sick = { id: newId(), version: 1 };
    const well = { id: newId(), version: 1 };
    const poison = await happen(sick, 'poison');
    const behind = await happen({ ...sick, version: 2 });
    await happen(well);
    await drainEvents(test);
    expect(await effects(well.id)).toEqual([1]);
    expect(await openState(poison)).toEqual([{ attempts: 8, dead: true, handled: false, problem: 'TypeError' }]);
    expect(await openState(behind)).toEqual([{ attempts: 0, dead: false, handled: false, problem: null }]);
    expect(await effects(sick.id)).toEqual([]);

    const operator = await test.client('platform:operations:read', 'platform:operations:write');
    const { body } = await operator.get('/fixture/v1/deliveries?dead=true').expect(200);
    expect(body.data).toMatchObject([{ eventId: poison, state: 'dead', attempts: 8, lastProblem: 'TypeError' }]);
    delete moods['poison'];
    await operator.post(`/fixture/v1/deliveries/${body.data[0].id}/replay`).expect(200);
    await drainEvents(test);
    expect(await effects(sick.id)).toEqual([1, 2]);
    await operator.post(`/fixture/v1/deliveries/${body.data[0].id}/replay`).expect(409);
  });

  it('says so to whoever waits when a delivery is dead, and when an operator discards one that keeps failing', async () => {
    moods['poison'] = () => Promise.reject(new TypeError('no'));
    const dead = { id: newId(), version: 1 };
    const eventId = await happen(dead, 'poison');
    await drainEvents(test);
    expect(await givenUp(dead)).toEqual([{ step: 1 }]);
    const operator = await test.client('platform:operations:read', 'platform:operations:write');
    await operator.post(`/fixture/v1/deliveries/${await deliveryOf(eventId)}/discard`).expect(200);

    // One that has failed once and waits for its next try: those behind it need not wait for seven more.
    const failing = { id: newId(), version: 1 };
    const first = await happen(failing, 'poison');
    await happen({ ...failing, version: 2 });
    await eventually(async () => expect((await openState(first))[0]!.attempts).toBeGreaterThan(0));
    await eventually(async () => {
      await operator.post(`/fixture/v1/deliveries/${await deliveryOf(first)}/discard`).expect(200);
    });
    await drainEvents(test);
    expect(await givenUp(failing)).toEqual([{ step: 1 }]);
    expect(await effects(failing.id)).toEqual([2]);
    const handled = await happen({ id: newId(), version: 1 });
    await drainEvents(test);
    await operator.post(`/fixture/v1/deliveries/${await deliveryOf(handled)}/discard`).expect(409);
  });

  it('goes on saying so until whoever waits has heard it, once', async () => {
    const thing = { id: newId(), version: 1 };
    let tries = 0;
    moods['hopeless'] = () => Promise.reject(new TypeError('no'));
    moods['dead hopeless'] = async () => {
      if (++tries < 3) throw new TypeError('not yet');
    };
    const eventId = await happen(thing, 'hopeless');
    await drainEvents(test);
    expect(await openState(eventId)).toMatchObject([{ dead: true, handled: false }]);
    expect(tries).toBe(3);
    expect(await givenUp(thing)).toEqual([{ step: 1 }]);
    // Whoever waits has been told: that nobody will mend it is no news.
    const operator = await test.client('platform:operations:write');
    await operator.post(`/fixture/v1/deliveries/${await deliveryOf(eventId)}/discard`).expect(200);
    await drainEvents(test);
    expect(await givenUp(thing)).toEqual([{ step: 1 }]);
  });

  it('does not say so of a delivery that was replayed meanwhile', async () => {
    const thing = { id: newId(), version: 1 };
    moods['hopeless'] = () => Promise.reject(new TypeError('no'));
    moods['dead hopeless'] = () => Promise.reject(new TypeError('no'));
    const eventId = await happen(thing, 'hopeless');
    await drainEvents(test);
    const [news] = await test.query<{ id: string }>(
      sql`SELECT id FROM events.event WHERE name LIKE 'dead/%' AND payload ->> 'eventId' = ${eventId}`,
    );
    expect(await openState(news!.id)).toMatchObject([{ attempts: 8, dead: true }]);
    for (const mood of ['hopeless', 'dead hopeless']) delete moods[mood];
    const operator = await test.client('platform:operations:write');
    for (const id of [eventId, news!.id])
      await operator.post(`/fixture/v1/deliveries/${await deliveryOf(id)}/replay`).expect(200);
    await drainEvents(test);
    expect(await effects(thing.id)).toEqual([1]);
    expect(await openState(news!.id)).toMatchObject([{ handled: true }]);
    expect(await givenUp(thing)).toEqual([]);
  });

  it('rolls back only the failing event of a batch', async () => {
    moods['poison'] = () => Promise.reject(new Error('no'));
    const batch = Array.from({ length: 20 }, () => ({ id: newId(), version: 1 }));
    await test.database.transaction(null, async (tx) => {
      for (const [i, thing] of batch.entries()) await fixture.happen(tx, thing, i === 7 ? 'poison' : 'fine');
    });
    await drainEvents(test);
    for (const [i, thing] of batch.entries()) expect(await effects(thing.id)).toEqual(i === 7 ? [] : [1]);
  });

  it('hands a handler of several what is delivered together, each thing once at a time and in its order', async () => {
    const batch = Array.from({ length: 20 }, () => newId());
    await test.database.transaction(null, async (tx) => {
      for (const version of [1, 2]) for (const id of batch) await fixture.count(tx, { id, version });
    });
    await drainEvents(test);
    for (const id of batch) expect(await effects(id)).toEqual([1, 2]);
    // A later event of a thing comes with the next ones.
    expect(counted).toEqual([batch, batch]);
  });

  it('undoes no other effect when one of several fails', async () => {
    moods['poison'] = () => Promise.reject(new Error('no'));
    const batch = Array.from({ length: 5 }, () => ({ id: newId(), version: 1 }));
    await test.database.transaction(null, async (tx) => {
      for (const [i, thing] of batch.entries()) await fixture.count(tx, thing, i === 2 ? 'poison' : 'fine');
    });
    await drainEvents(test);
    for (const [i, thing] of batch.entries()) expect(await effects(thing.id)).toEqual(i === 2 ? [] : [1]);
  });

  it('loses nothing when Redis is emptied while events are under way', async () => {
    const redis = new Redis(test.config.redisUrl);
    const batch = Array.from({ length: 200 }, () => ({ id: newId(), version: 1 }));
    const emptied = (async () => {
      for (let i = 0; i < 10; i++) {
        const keys = await redis.keys(`{${test.config.redisPrefix}*`);
        if (keys.length > 0) await redis.del(...keys);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })();
    for (const thing of batch) await happen(thing);
    await emptied;
    redis.disconnect();
    await eventually(async () => {
      const [row] = await test.query<{ n: number }>(
        sql`SELECT count(*)::int AS n FROM fixture.effect WHERE thing_id = ANY(${batch.map((t) => t.id)}::uuid[])`,
      );
      expect(row?.n).toBe(200);
    }, 30_000);
  }, 40_000);

  it('delivers what got lost also when the clock was set back', async () => {
    const thing = { id: newId(), version: 1 };
    const eventId = await happen(thing);
    await drainEvents(test);
    const { now } = Date;
    Date.now = () => now() - 3_600_000;
    try {
      // As though it had been dispatched before, and its job had been lost.
      await test.query(
        sql`UPDATE events.delivery SET handled_at = NULL, dispatched_at = now() + interval '1 hour' WHERE event_id = ${eventId}`,
      );
      await eventually(async () => expect(await effects(thing.id)).toEqual([1, 1]), 30_000);
    } finally {
      Date.now = now;
    }
  }, 40_000);

  it('prepares a long event with no row locked, for longer than it may lie unhandled, and once', async () => {
    let prepared = 0;
    moods['prepare'] = async () => {
      prepared++;
      expect(await openState(eventId)).toEqual([{ attempts: 0, dead: false, handled: false, problem: null }]);
      const waits = sql`SELECT FROM events.delivery WHERE event_id = ${eventId} FOR UPDATE SKIP LOCKED`;
      expect(await test.query(waits)).toHaveLength(1);
      await new Promise((resolve) => setTimeout(resolve, 3_500));
    };
    const id = newId();
    const eventId = await test.database.transaction(null, (tx) => fixture.grow(tx, id));
    await drainEvents(test);
    expect([prepared, await effects(id)]).toEqual([1, [36]]);
  });

  it('prepares anew when it is tried again, and a preparation that always fails is dead in the end', async () => {
    let prepared = 0;
    let tries = 0;
    moods['prepare'] = () => (++prepared === 1 ? Promise.reject(new TypeError('personal words')) : Promise.resolve());
    // Both ways of the first try: together with others, and by itself.
    moods['grow'] = () => (++tries <= 2 ? Promise.reject(new Error('no')) : Promise.resolve());
    const id = newId();
    await test.database.transaction(null, (tx) => fixture.grow(tx, id));
    await drainEvents(test);
    expect([prepared, await effects(id)]).toEqual([3, [36]]);
    moods['prepare'] = () => Promise.reject(new TypeError('personal words'));
    const eventId = await test.database.transaction(null, (tx) => fixture.grow(tx, newId()));
    await drainEvents(test);
    expect(await openState(eventId)).toEqual([{ attempts: 8, dead: true, handled: false, problem: 'TypeError' }]);
  });

  it('puts nothing but ids of deliveries into Redis', async () => {
    const redis = new Redis(test.config.redisUrl);
    const monitor = await redis.monitor();
    const commands: string[] = [];
    monitor.on('monitor', (_time: string, args: string[]) => commands.push(args.join(' ')));
    const thing = { id: newId(), version: 1 };
    const eventId = await happen(thing, 'secret mood');
    await drainEvents(test);
    await eventually(() => expect(commands.some((command) => command.includes('ids'))).toBe(true));
    monitor.disconnect();
    redis.disconnect();
    for (const command of commands) {
      for (const secret of [thing.id, eventId, 'secret mood']) expect(command).not.toContain(secret);
    }
  });

  it('refuses to publish a payload that breaks its own rules', async () => {
    await expect(happen({ id: 'not-a-uuid', version: 1 })).rejects.toThrow('invalid payload at thingId');
  });
});

describe('events after a fault, long before the sweep', () => {
  let test: TestApp;
  let fixture: Things;
  beforeAll(async () => {
    test = await TestApp.create([things], { redeliverAfterSeconds: 3_600 });
    await createFixtureTables(test.tx);
    fixture = test.app.get(Things);
  });
  afterAll(() => test.close());
  const takesEffectOnce = (thing: { id: string }) =>
    eventually(async () => {
      const rows = await test.query(sql`SELECT 1 FROM fixture.effect WHERE thing_id = ${thing.id}`);
      expect(rows).toHaveLength(1);
    }, 10_000);

  it('takes effect within seconds when its job is gone from Redis', async () => {
    const thing = { id: newId(), version: 1 };
    const eventId = await test.database.transaction(null, (tx) => fixture.happen(tx, thing));
    await takesEffectOnce(thing);
    await test.query(sql`DELETE FROM fixture.effect WHERE thing_id = ${thing.id}`);
    await test.query(
      sql`UPDATE events.delivery SET handled_at = NULL, dispatched_at = now() - interval '5 seconds' WHERE event_id = ${eventId}`,
    );
    await takesEffectOnce(thing);
  }, 20_000);

  it('takes effect within seconds when the database went away under its handler', async () => {
    const thing = { id: newId(), version: 1 };
    let tries = 0;
    moods['cut'] = async (tx) => {
      if (++tries > 1) return;
      await query(tx, sql`SELECT pg_terminate_backend(pg_backend_pid())`);
    };
    await test.database.transaction(null, (tx) => fixture.happen(tx, thing, 'cut'));
    await takesEffectOnce(thing);
    expect(tries).toBeGreaterThan(1);
  }, 20_000);
});

describe('schedules', () => {
  let test: TestApp;
  beforeAll(async () => {
    // No worker: only the test moves their time.
    test = await TestApp.create([things], { roles: ['api'] });
    await createFixtureTables(test.tx);
  });
  afterAll(() => test.close());

  const since = (name: string, cron: string, lastPeriod: string) =>
    test.query(
      sql`INSERT INTO events.schedule (name, service, cron, last_period) VALUES (${name}, ${FIXTURE}, ${cron}, ${lastPeriod})`,
    );
  const ticks = async (now: Date) => {
    const schedules = test.app.get(Schedules);
    for (let i = 0; i < 2; i++) await Promise.all([1, 2, 3].map(() => schedules.tick(now)));
  };
  const written = (name: string) =>
    test.query<{ id: string; at: string }>(
      sql`SELECT d.id, e.payload ->> 'at' AS at FROM events.event e JOIN events.delivery d ON d.event_id = e.id
           WHERE e.name = ${`schedule/${name}`} ORDER BY at`,
    );

  it('run every missed period once, in several processes at a time', async () => {
    const name = 'fixture.test-nightly';
    await since(name, '7 3 * * *', '2026-11-01T00:00:00Z');
    await ticks(new Date('2026-11-05T00:00:00Z'));
    for (const { id } of await written(name)) await test.app.get(Consumer).handle(FIXTURE, { ids: [id] });
    const nights = await test.query(sql`SELECT date::text AS date FROM fixture.night ORDER BY 1`);
    // 03:07 in Shanghai is 19:07 UTC of the day before.
    expect(nights.map((row) => row['date'])).toEqual(['2026-11-02', '2026-11-03', '2026-11-04', '2026-11-05']);
  });

  it('run the newest missed period alone where they say so: once after two days of every minute', async () => {
    const [name, cron] = ['fixture.test-minutely', '* * * * *'];
    await since(name, cron, '2026-11-01T00:00:30Z');
    test.app.get(Handlers).schedules.push({
      ...{ name: name as never, cron, catchUp: 'latest', service: FIXTURE },
      handle: async () => undefined,
    });
    await ticks(new Date('2026-11-03T00:00:30Z'));
    expect(await written(name)).toMatchObject([{ at: '2026-11-03T00:00:00.000Z' }]);
    await ticks(new Date('2026-11-03T00:01:00Z'));
    expect(await written(name)).toHaveLength(2);
  });

  it('find the newest period however many were missed', () => {
    const [after, now] = [new Date('2026-11-01T00:00:30Z'), new Date('2026-11-03T00:00:00Z')];
    expect(latestPeriod('* * * * *', 'Asia/Shanghai', after, now)).toEqual([now]);
    expect(latestPeriod('* * * * *', 'Asia/Shanghai', now, now)).toEqual([]);
    expect(latestPeriod('7 3 * * *', 'Asia/Shanghai', after, now)).toEqual([new Date('2026-11-02T19:07:00Z')]);
    expect(latestPeriod('7 3 * * *', 'Asia/Shanghai', new Date('2026-11-02T19:07:00Z'), now)).toEqual([]);
  });
});

describe('a process that closes while Redis is away', () => {
  it('leaves nothing behind that goes on connecting', async () => {
    const proxy = new RedisProxy();
    await proxy.open();
    const test = await TestApp.create([things], { redisUrl: proxy.url, roles: ['api'] });
    await proxy.cut();
    const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    // They have noticed, and wait for their next try.
    await wait(1_000);
    await test.close();
    await proxy.open();
    await wait(6_000);
    const { connections } = proxy;
    await proxy.cut();
    expect(connections).toBe(0);
  }, 60_000);
});

describe('a process that closes while a handler does not end', () => {
  it('waits for it as long as it may, and ends', async () => {
    const test = await TestApp.create([things]);
    await createFixtureTables(test.tx);
    const begun = new Promise<void>((resolve) => {
      moods['prepare'] = () => {
        resolve();
        return new Promise(() => undefined);
      };
    });
    const fixture = test.app.get(Things);
    await test.database.transaction(null, (tx) => fixture.grow(tx, newId()));
    await begun;
    delete moods['prepare'];
    const since = performance.now();
    await test.close();
    expect(performance.now() - since).toBeGreaterThan(20_000);
  }, 60_000);
});
