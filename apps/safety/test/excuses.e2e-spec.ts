import { LeaveApprovedV1, LeaveCancelledV1, LeaveChangedV1 } from '#contracts';
import { newId, sql } from '#database';
import { Events } from '#events';
import { campus, type Client, drainEvents, TestApp } from '#testing';
import { safety } from '../src/safety.module.js';
import { check, findings, keepAll, pass, send, student } from './gates.js';

describe('what excuses a student at night', () => {
  let test: TestApp;
  let app: Client;

  beforeAll(async () => {
    test = await TestApp.create([safety]);
    await keepAll(test);
    app = await test.client();
  });
  afterAll(() => test.close());

  const publish = (event: object, aggregate?: { id: string; version: number }) =>
    test.database.transaction(null, (tx) => test.app.get(Events).publish(tx, event, aggregate));
  const leave = (leaveId: string, who: number, from: string, to: string) => ({
    leaveId,
    studentId: student(who),
    startsAt: new Date(`${from.replace(' ', 'T')}:00+08:00`).toISOString(),
    endsAt: new Date(`${to.replace(' ', 'T')}:00+08:00`).toISOString(),
  });
  const lastTold = async (night: string) => {
    const [row] = await test.query<{ results: object[] }>(
      sql`SELECT payload->'results' AS results FROM events.event
           WHERE name = 'safety.night-checked.v1' AND payload->>'night' = ${night} ORDER BY id DESC LIMIT 1`,
    );
    return row?.results;
  };

  describe('a leave', () => {
    it('excuses whom it covers until the return, or until the end of the night', async () => {
      const night = '2025-03-10';
      await send(app, [
        ...[1, 2, 3, 4, 5, 6].map((who) => pass(who, 'out', `${night} 17:00`)),
        pass(2, 'in', `${night} 23:30`),
        pass(3, 'in', `${night} 23:30`),
        pass(4, 'in', `${night} 23:30`),
        pass(6, 'in', `${night} 20:00`),
      ]);
      await publish(new LeaveApprovedV1(leave(newId(), 1, `${night} 08:00`, '2025-03-12 18:00')));
      await publish(new LeaveApprovedV1(leave(newId(), 2, `${night} 08:00`, `${night} 23:30`)));
      // Over at curfew, and beginning after the return: neither covers it.
      await publish(new LeaveApprovedV1(leave(newId(), 3, `${night} 08:00`, `${night} 23:00`)));
      await publish(new LeaveApprovedV1(leave(newId(), 4, `${night} 23:30`, '2025-03-12 18:00')));
      await publish(new LeaveApprovedV1(leave(newId(), 6, `${night} 08:00`, '2025-03-12 18:00')));
      // Without any pass a student on leave is not "no data".
      await publish(new LeaveApprovedV1(leave(newId(), 7, `${night} 08:00`, '2025-03-12 18:00')));
      await drainEvents(test);
      const found = await check(test, app, night);
      expect(found[1]).toMatchObject({ finding: 'excused', excuse: 'leave', observed: 'not_returned' });
      expect(found[2]).toMatchObject({ finding: 'excused', excuse: 'leave', observed: 'late' });
      expect(found[3]).toMatchObject({ finding: 'late', minutesLate: 30 });
      expect(found[4]).toMatchObject({ finding: 'late', minutesLate: 30 });
      expect(found[5]).toMatchObject({ finding: 'not_returned' });
      expect(found[6]).toBeUndefined();
      expect(found[7]).toMatchObject({ finding: 'excused', observed: 'unknown' });
      expect(found[8]).toMatchObject({ finding: 'unknown' });
      const night1 = await app.get(`/safety/v1/night-checks/${night}`).expect(200);
      expect(night1.body.counts).toEqual({
        late: 2,
        notReturned: 1,
        excused: 3,
        excusedByLeave: 3,
        suppressed: 0,
        unknown: 5,
      });
      expect((await lastTold(night))?.length).toBe(3);
    });

    it('does not excuse who is still out when it ends, and counts the minutes of who is back later from its end', async () => {
      const night = '2025-03-12';
      await send(app, [
        pass(1, 'out', `${night} 22:59:50`),
        pass(2, 'out', `${night} 22:00`),
        pass(3, 'out', `${night} 22:00`),
        pass(3, 'in', `${night} 23:30`),
        pass(4, 'out', `${night} 22:00`),
      ]);
      await publish(new LeaveApprovedV1(leave(newId(), 1, `${night} 22:58`, `${night} 23:01`)));
      await publish(new LeaveApprovedV1(leave(newId(), 2, `${night} 08:00`, `${night} 23:59`)));
      await publish(new LeaveApprovedV1(leave(newId(), 3, `${night} 08:00`, `${night} 23:10`)));
      // Two leaves in a row are as good as one.
      await publish(new LeaveApprovedV1(leave(newId(), 4, `${night} 08:00`, `${night} 23:10`)));
      await publish(new LeaveApprovedV1(leave(newId(), 4, `${night} 23:10`, '2025-03-14 18:00')));
      await publish(new LeaveApprovedV1(leave(newId(), 8, `${night} 08:00`, `${night} 23:59`)));
      await drainEvents(test);
      const found = await check(test, app, night);
      expect(found[1]).toMatchObject({ finding: 'not_returned', excuse: null });
      expect(found[2]).toMatchObject({ finding: 'not_returned', excuse: null });
      expect(found[3]).toMatchObject({ finding: 'late', minutesLate: 20 });
      expect(found[4]).toMatchObject({ finding: 'excused', excuse: 'leave' });
      expect(found[8]).toMatchObject({ finding: 'unknown', excuse: null });
    });

    it('amends past nights when it is approved, changed or cancelled afterwards', async () => {
      const night = '2025-03-17';
      const id = newId();
      await send(app, [pass(1, 'out', `${night} 17:00`), pass(1, 'in', `${night} 23:45`)]);
      expect((await check(test, app, night))[1]).toMatchObject({ finding: 'late', minutesLate: 45 });
      await publish(new LeaveApprovedV1(leave(id, 1, '2025-03-15 08:00', '2025-03-19 18:00')), { id, version: 1 });
      await drainEvents(test);
      expect((await findings(app, night))[1]).toMatchObject({ finding: 'excused', excuse: 'leave', revision: 2 });
      expect(await lastTold(night)).toEqual([{ studentId: student(1), finding: 'clear' }]);

      await publish(new LeaveChangedV1(leave(id, 1, '2025-03-15 08:00', '2025-03-16 18:00')), { id, version: 2 });
      await drainEvents(test);
      expect((await findings(app, night))[1]).toMatchObject({ finding: 'late', minutesLate: 45, revision: 3 });
      await publish(new LeaveChangedV1(leave(id, 1, '2025-03-15 08:00', '2025-03-18 18:00')), { id, version: 3 });
      await drainEvents(test);
      expect((await findings(app, night))[1]).toMatchObject({ finding: 'excused' });
      await publish(new LeaveCancelledV1(id, student(1)), { id, version: 4 });
      await drainEvents(test);
      expect((await findings(app, night))[1]).toMatchObject({ finding: 'late', minutesLate: 45, revision: 5 });
      expect(await lastTold(night)).toEqual([{ studentId: student(1), finding: 'late', minutesLate: 45 }]);
    });

    it('stays cancelled when an older event comes late or again', async () => {
      const id = newId();
      const period = leave(id, 2, '2025-03-22 08:00', '2025-03-26 18:00');
      const night = '2025-03-24';
      await send(app, [pass(2, 'out', `${night} 17:00`)]);
      await publish(new LeaveCancelledV1(id, student(2)), { id, version: 3 });
      await drainEvents(test);
      await publish(new LeaveChangedV1(period), { id, version: 2 });
      await publish(new LeaveApprovedV1(period), { id, version: 1 });
      await publish(new LeaveApprovedV1(period), { id, version: 1 });
      await drainEvents(test);
      expect((await check(test, app, night))[2]).toMatchObject({ finding: 'not_returned' });
    });
  });

  describe('a late pass', () => {
    it('excuses coming in by its time, not coming later and not staying out', async () => {
      const counselor = await test.person(campus.staff.counselorCs);
      const night = '2025-03-31';
      const form = { from: night, to: '2025-04-01', reason: '实验室值班' };
      await send(app, [
        ...[1, 2, 3, 4].map((who) => pass(who, 'out', `${night} 17:00`)),
        pass(1, 'in', '2025-04-01 00:30'),
        pass(2, 'in', '2025-04-01 00:41'),
        pass(4, 'in', '2025-04-01 04:00'),
      ]);
      for (const who of [1, 2, 3]) {
        await counselor
          .post('/safety/v1/late-passes', { ...form, studentId: student(who), until: '00:30' })
          .expect(201);
      }
      const made = await counselor.post('/safety/v1/late-passes', { ...form, studentId: student(4) }).expect(201);
      expect(made.headers['location']).toBe(`/safety/v1/late-passes/${made.body.id}`);
      const found = await check(test, app, night);
      expect(found[1]).toMatchObject({ finding: 'excused', excuse: 'late_pass' });
      expect(found[2]).toMatchObject({ finding: 'late', minutesLate: 11 });
      expect(found[3]).toMatchObject({ finding: 'not_returned' });
      expect(found[4]).toMatchObject({ finding: 'excused', excuse: 'late_pass' });

      const path = `/safety/v1/late-passes/${made.body.id}`;
      const gone = await counselor.post(`${path}/revoke`, { reason: '取消' }).expect(200);
      expect(gone.body.revokedAt).not.toBeNull();
      expect((await counselor.post(`${path}/revoke`, { reason: '取消' }).expect(409)).body.code).toBe(
        'safety/late-pass-revoked',
      );
      await drainEvents(test);
      expect((await findings(app, night))[4]).toMatchObject({ finding: 'late', minutesLate: 300 });

      // Registered afterwards: the night is amended.
      const again = await counselor
        .post('/safety/v1/late-passes', { ...form, studentId: student(2), until: '00:41' })
        .expect(201);
      await drainEvents(test);
      expect((await findings(app, night))[2]).toMatchObject({ finding: 'excused', excuse: 'late_pass' });
      expect((await counselor.get(`/safety/v1/late-passes/${again.body.id}`).expect(200)).body.until).toBe('00:41');
      const list = (filter: string) => counselor.get(`/safety/v1/late-passes?limit=200${filter}`).expect(200);
      expect((await list(`&night=${night}&revoked=false`)).body.data).toHaveLength(4);
      expect((await list(`&night=2025-04-02`)).body.data).toHaveLength(0);
      expect((await list(`&studentId=${student(2)}`)).body.data).toHaveLength(2);
    });

    it('is for students the registrar answers for', async () => {
      const head = await test.person(campus.staff.buildingHead1);
      const other = await test.person(campus.staff.counselorFl);
      const form = { studentId: student(9), from: '2025-04-07', to: '2025-04-07', reason: '比赛' };
      const unknown = (await head.post('/safety/v1/late-passes', form).expect(404)).body;
      expect(unknown).toMatchObject({ code: 'http/not-found', what: 'student' });
      await head.post('/safety/v1/late-passes', { ...form, studentId: newId() }).expect(404);
      const made = await other.post('/safety/v1/late-passes', form).expect(201);
      await head.get(`/safety/v1/late-passes/${made.body.id}`).expect(404);
      await head.post(`/safety/v1/late-passes/${made.body.id}/revoke`, { reason: '越权' }).expect(404);
      expect((await head.get(`/safety/v1/late-passes?studentId=${student(9)}`).expect(200)).body.data).toEqual([]);
    });

    it.each([
      [{ to: '2025-04-06' }, '#/to'],
      [{ to: '2025-12-31' }, '#/to'],
      [{ until: '24:30' }, '#/until'],
      [{ reason: '' }, '#/reason'],
      [{ studentId: 'x' }, '#/studentId'],
    ])('refuses %j', async (wrong, pointer) => {
      const form = { studentId: student(1), from: '2025-04-07', to: '2025-04-07', reason: '比赛', ...wrong };
      const answer = await app.post('/safety/v1/late-passes', form).expect(400);
      expect(answer.body.errors[0].pointer).toBe(pointer);
    });
  });
});
