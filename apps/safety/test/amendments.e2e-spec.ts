import { query, sql, type Tx } from '#database';
import { campus, type Client, drainEvents, eventually, TestApp } from '#testing';
import { NightChecks } from '../src/nights/night-checks.service.js';
import { Rechecks } from '../src/nights/rechecks.service.js';
import { safety } from '../src/safety.module.js';
import { check, findings, keepAll, pass, send, student, told } from './gates.js';

describe('a night that was checked', () => {
  let test: TestApp;
  let app: Client;

  beforeAll(async () => {
    test = await TestApp.create([safety]);
    await keepAll(test);
    app = await test.client();
  });
  afterAll(() => test.close());

  describe('what comes later', () => {
    const night = '2025-03-24';

    it('amends the night by passes that arrive late, and tells only what changed', async () => {
      await send(
        app,
        [1, 2, 3].map((who) => pass(who, 'out', `${night} 18:00`)),
      );
      const before = await check(test, app, night);
      expect([1, 2, 3].map((who) => before[who]?.finding)).toEqual(Array(3).fill('not_returned'));

      await send(app, [pass(1, 'in', `${night} 22:00`), pass(2, 'in', `${night} 23:30`)]);
      await drainEvents(test);
      const after = await findings(app, night);
      expect(after[1]).toBeUndefined();
      expect(after[2]).toMatchObject({ finding: 'late', minutesLate: 30, revision: 2 });
      expect(after[3]).toMatchObject({ finding: 'not_returned', revision: 1 });
      const [, amendment, ...more] = await told(test, night);
      expect(more).toEqual([]);
      expect(amendment).toEqual({
        night,
        revision: 2,
        results: [
          { studentId: student(1), finding: 'clear' },
          { studentId: student(2), finding: 'late', minutesLate: 30 },
        ],
      });
      const one = await app.get(`/safety/v1/findings/${before[1]?.id}`).expect(200);
      expect(one.body).toMatchObject({
        finding: 'clear',
        revision: 2,
        history: [{ revision: 1, finding: 'not_returned' }],
      });
      const cleared = await app.get(`/safety/v1/night-checks/${night}/findings?finding=clear`).expect(200);
      expect(cleared.body.data.map((row: { student: { id: string } }) => row.student.id)).toEqual([student(1)]);
    });

    it('amends by a correction of a device, and by a pass that is taken back', async () => {
      const wrong = pass(3, 'in', `${night} 22:30`);
      await send(app, [wrong]);
      await drainEvents(test);
      expect((await findings(app, night))[3]).toBeUndefined();
      await send(app, [{ ...wrong, at: `${night}T23:45:00+08:00`, replaces: true }]);
      await drainEvents(test);
      expect((await findings(app, night))[3]).toMatchObject({ finding: 'late', minutesLate: 45 });

      const [row] = await test.query<{ id: string }>(
        sql`SELECT id FROM safety.pass WHERE record_id = ${wrong.recordId} AND status = 'counted'`,
      );
      const head = await test.person(campus.staff.buildingHead1);
      const other = await test.person(campus.staff.counselorFl);
      await other.post(`/safety/v1/passes/${row?.id}/void`, { reason: '越权' }).expect(404);
      await head.post(`/safety/v1/passes/${row?.id}/void`, {}).expect(400);
      const gone = await head.post(`/safety/v1/passes/${row?.id}/void`, { reason: '他人代刷' }).expect(200);
      expect(gone.body).toMatchObject({ status: 'void', voidReason: '他人代刷' });
      expect((await head.post(`/safety/v1/passes/${row?.id}/void`, { reason: '再次' }).expect(409)).body.code).toBe(
        'safety/pass-not-counted',
      );
      await drainEvents(test);
      expect((await findings(app, night))[3]).toMatchObject({ finding: 'not_returned' });
      // The device sends it again: what a person took back stays so.
      const again = { ...wrong, at: `${night}T23:45:00+08:00` };
      expect(await send(app, [again])).toMatchObject({ accepted: 0, duplicates: 1 });
      await drainEvents(test);
      expect((await findings(app, night))[3]).toMatchObject({ finding: 'not_returned' });
      expect((await told(test, night)).map((event) => event.revision)).toEqual([1, 2, 3, 4, 5]);
    });

    it('knows the return of who came in under a number that the gate used before its log was emptied', async () => {
      const evening = '2025-03-25';
      const out = pass(4, 'out', `${evening} 18:00`);
      await send(app, [out]);
      expect((await check(test, app, evening))[4]).toMatchObject({ finding: 'not_returned' });
      await send(app, [{ ...out, direction: 'in', at: `${evening}T22:40:00+08:00` }]);
      await drainEvents(test);
      expect((await findings(app, evening))[4]).toBeUndefined();
    });

    it('amends when a device is approved whose passes were held', async () => {
      await send(app, [pass(3, 'in', `${night} 22:10`, 'SN-HELD')]);
      await drainEvents(test);
      expect((await findings(app, night))[3]).toMatchObject({ finding: 'not_returned' });
      const list = await app.get('/safety/v1/devices?status=pending').expect(200);
      await app
        .post(`/safety/v1/devices/${list.body.data[0].id}/approve`, { buildingCode: 'B1', directionMode: 'both' })
        .expect(200);
      await drainEvents(test);
      expect((await findings(app, night))[3]).toBeUndefined();
    });

    it('ends at the same result whatever happens at the same time', async () => {
      const evening = '2025-05-26';
      const passes = Array.from({ length: 12 }, (_, i) => [
        pass(i + 1, 'out', `${evening} 18:00`),
        pass(i + 1, 'in', `${evening} 23:${String(10 + i)}`),
      ]).flat();
      const parts = [0, 6, 12, 18].map((from) => passes.slice(from, from + 6));
      await Promise.all([
        ...parts.map((part) => send(app, part)),
        ...parts.map(() => app.post('/safety/v1/night-checks', { night: evening }).expect(202)),
      ]);
      await drainEvents(test);
      const minutes = Object.values(await findings(app, evening)).map((row) => row.minutesLate);
      expect(minutes).toEqual(Array.from({ length: 12 }, (_, i) => 10 + i));
      const newest = new Map(
        (await told(test, evening)).flatMap((event) => event.results).map((row) => [row.studentId, row]),
      );
      expect([...newest.values()].map((row) => row.minutesLate).sort()).toEqual(minutes);
    });

    /** Runs `work` and commits it only when `meanwhile` is through. */
    const held = async (work: (tx: Tx) => Promise<void>, meanwhile: () => Promise<void>): Promise<void> => {
      let done: () => void = () => undefined;
      const working = new Promise<void>((resolve) => (done = resolve));
      let release: () => void = () => undefined;
      const through = new Promise<void>((resolve) => (release = resolve));
      const transaction = test.database.transaction(null, async (tx) => {
        await work(tx);
        done();
        await through;
      });
      await working;
      await meanwhile().finally(release);
      await transaction;
    };
    const somebodyWaits = () =>
      eventually(async () => {
        const rows = await test.query(
          sql`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        expect(rows).not.toEqual([]);
      });

    it('is not lost on a first check that is under way', async () => {
      const evening = '2025-06-16';
      await send(app, [pass(1, 'out', `${evening} 18:00`)]);
      await drainEvents(test);
      await held(
        (tx) => test.app.get(NightChecks).check(tx, evening),
        async () => {
          await send(app, [pass(1, 'in', `${evening} 22:00`)]);
          await somebodyWaits();
        },
      );
      await drainEvents(test);
      expect((await findings(app, evening))[1]).toBeUndefined();
    });

    it('is not lost on a night that is being taken up while the change is not yet committed', async () => {
      const evening = '2025-06-17';
      const rechecks = test.app.get(Rechecks);
      await test.query(sql`INSERT INTO safety.night_recheck (night) VALUES (${evening})`);
      let taken: Promise<void> = Promise.resolve();
      await held(
        (tx) => rechecks.request(tx, [evening]),
        async () => {
          taken = rechecks.begin(evening);
          await somebodyWaits();
        },
      );
      await taken;
      expect(await test.query(sql`SELECT 1 FROM safety.night_recheck WHERE night = ${evening}`)).toEqual([]);
    });

    it('can be asked for again an hour after it was given up', async () => {
      const rechecks = test.app.get(Rechecks);
      await test.database.transaction(null, async (tx) => {
        const waiting = () => query(tx, sql`SELECT 1 FROM safety.night_recheck WHERE night = '2025-06-18'`);
        await rechecks.request(tx, ['2025-06-18']);
        await rechecks.forgetOld(tx);
        expect(await waiting()).toHaveLength(1);
        test.clock.advance({ minutes: 61 });
        await rechecks.forgetOld(tx);
        expect(await waiting()).toHaveLength(0);
      });
      test.clock.reset();
      await drainEvents(test);
    });

    it('leaves nights alone that were never checked', async () => {
      await send(app, [pass(1, 'out', '2025-05-12 18:00')]);
      await drainEvents(test);
      await app.get('/safety/v1/night-checks/2025-05-12').expect(404);
      expect(await test.query(sql`SELECT 1 FROM safety.night_recheck`)).toEqual([]);
    });

    it('asks once for a night that already waits', async () => {
      const asked = () =>
        test.query(
          sql`SELECT 1 FROM events.event WHERE name = 'safety.night-recheck-requested.v1'
                AND payload->>'night' = '2025-05-19'`,
        );
      await test.query(sql`INSERT INTO safety.night_recheck (night) VALUES ('2025-05-19')`);
      await send(app, [pass(1, 'out', '2025-05-19 18:00')]);
      expect(await asked()).toHaveLength(0);
      await test.query(sql`DELETE FROM safety.night_recheck`);
      await send(app, [pass(1, 'in', '2025-05-19 19:00')]);
      expect(await asked()).toHaveLength(1);
      await drainEvents(test);
    });
  });

  describe('a gate that was out', () => {
    it('suppresses the findings of its building and says so, until the outage is revoked', async () => {
      const night = '2025-03-31';
      await send(app, [
        ...[1, 9].map((who) => pass(who, 'out', `${night} 17:00`)),
        pass(2, 'out', `${night} 17:00`),
        pass(2, 'in', `${night} 23:10`),
      ]);
      await check(test, app, night);
      const gate = (await app.get('/safety/v1/devices?status=active').expect(200)).body.data.find(
        (device: { code: string }) => device.code === 'GATE-B1',
      ) as { id: string };
      const path = `/safety/v1/devices/${gate.id}/outages`;
      const reason = '停电';
      const backwards = { from: '2025-03-31T20:00:00+08:00', to: '2025-03-31T20:00:00+08:00', reason };
      expect((await app.post(path, backwards).expect(400)).body.errors[0].pointer).toBe('#/to');
      expect(
        (await app.post(path, { from: '2025-01-01T00:00:00Z', to: '2025-03-31T20:00:00Z', reason }).expect(400)).body
          .code,
      ).toBe('safety/outage-too-long');
      // Over before the evening begins: does not matter.
      await app.post(path, { from: '2025-03-31T08:00:00+08:00', to: '2025-03-31T18:00:00+08:00', reason }).expect(201);
      await drainEvents(test);
      expect((await findings(app, night))[1]).toMatchObject({ finding: 'not_returned' });
      const outage = await app
        .post(path, { from: '2025-03-31T19:00:00+08:00', to: '2025-03-31T19:30:00+08:00', reason })
        .expect(201);
      await drainEvents(test);
      const found = await findings(app, night);
      expect(found[1]).toMatchObject({ finding: 'suppressed', observed: 'not_returned' });
      expect(found[2]).toMatchObject({ finding: 'suppressed', observed: 'late' });
      expect(found[9]).toMatchObject({ finding: 'not_returned' });
      expect(found[3]).toMatchObject({ finding: 'unknown' });
      const checked = await app.get(`/safety/v1/night-checks/${night}`).expect(200);
      expect(checked.body.outages).toEqual([
        { deviceId: gate.id, buildingId: campus.places.building1, kind: 'registered' },
      ]);
      expect(checked.body.counts.suppressed).toBe(2);
      expect((await told(test, night)).at(-1)?.results.map((row) => row.finding)).toEqual(['clear', 'clear']);

      await app.post(`${path}/${outage.body.id}/revoke`).expect(200);
      await app.post(`${path}/${outage.body.id}/revoke`).expect(409);
      await drainEvents(test);
      expect((await findings(app, night))[2]).toMatchObject({ finding: 'late', minutesLate: 10 });
      expect((await app.get(path).expect(200)).body.data).toHaveLength(2);
    });

    it('is suspected when it was silent on an evening although it is not usually', async () => {
      const evening = (date: string, passes: number): object[] =>
        Array.from({ length: passes }, (_, i) =>
          pass(5 + (i % 4), i % 8 < 4 ? 'out' : 'in', `${date} 20:${String(i % 60).padStart(2, '0')}`),
        );
      // A norm of 24 over the evenings with passes; the silent ones before do not lower it.
      await send(app, [...evening('2025-06-02', 24), ...evening('2025-06-05', 24), ...evening('2025-06-08', 24)]);
      await send(app, [pass(1, 'out', '2025-06-09 17:00'), pass(5, 'out', '2025-06-09 21:00')]);
      const found = await check(test, app, '2025-06-09');
      expect(found[1]).toMatchObject({ finding: 'suppressed', observed: 'not_returned' });
      const night = await app.get('/safety/v1/night-checks/2025-06-09').expect(200);
      expect(night.body.outages).toEqual([
        expect.objectContaining({ buildingId: campus.places.building1, kind: 'suspected' }),
      ]);
      expect(await told(test, '2025-06-09')).toEqual([]);

      // What it had kept back arrives: it was not out after all.
      await send(app, evening('2025-06-09', 2));
      await drainEvents(test);
      expect((await findings(app, '2025-06-09'))[1]).toMatchObject({ finding: 'not_returned' });
      expect((await told(test, '2025-06-09'))[0]?.results.map((row) => row.studentId)).toContain(student(1));

      // A gate that never has many passes is not judged.
      await send(app, [...evening('2025-06-22', 10), pass(1, 'out', '2025-06-26 17:00')]);
      expect((await check(test, app, '2025-06-26'))[1]).toMatchObject({ finding: 'not_returned' });
    });
  });
});
