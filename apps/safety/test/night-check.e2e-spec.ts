import { sql } from '#database';
import { Schedules } from '#events';
import { campus, type Client, drainEvents, TestApp } from '#testing';
import { addDays } from '#time';
import { safety } from '../src/safety.module.js';
import { check, findings, keepAll, pass, send, student, told } from './gates.js';

describe('the night check', () => {
  let test: TestApp;
  let app: Client;

  beforeAll(async () => {
    test = await TestApp.create([safety]);
    await keepAll(test);
    app = await test.client();
  });
  afterAll(() => test.close());

  const policy = (effectiveFrom: string, value: object) =>
    app.post('/safety/v1/policies/safety.curfew/versions', { effectiveFrom, value, source: '测试' }).expect(201);

  it('judges by the last pass of the own building before the end of the night', async () => {
    await send(app, [
      // 1 in before curfew; 2 late; 3 out all night; 4 leaves after curfew; 5 leaves after curfew and comes back
      pass(1, 'out', '2025-03-10 18:00'),
      pass(1, 'in', '2025-03-10 23:00'),
      pass(2, 'out', '2025-03-10 18:00'),
      pass(2, 'in', '2025-03-10 23:24:30'),
      pass(3, 'out', '2025-03-10 18:00'),
      pass(3, 'in', '2025-03-11 05:00'),
      pass(4, 'in', '2025-03-10 18:00'),
      pass(4, 'out', '2025-03-10 23:30'),
      pass(5, 'in', '2025-03-10 18:00'),
      pass(5, 'out', '2025-03-10 23:30'),
      pass(5, 'in', '2025-03-11 04:59'),
      // 6 read twice around curfew; 7 out two days ago, then in at another building only; 8 out four days ago
      pass(6, 'in', '2025-03-10 22:58'),
      pass(6, 'in', '2025-03-10 23:03'),
      pass(7, 'out', '2025-03-08 20:00'),
      pass(7, 'in', '2025-03-10 21:00', 'GATE-B2'),
      pass(8, 'out', '2025-03-07 20:00'),
      // 9 in after curfew without an earlier pass; 10 in, and again in long after: came in after curfew; 11 two returns; 12 in
      pass(9, 'in', '2025-03-10 23:01'),
      pass(10, 'in', '2025-03-10 18:00'),
      pass(10, 'in', '2025-03-10 23:40'),
      pass(11, 'out', '2025-03-10 18:00'),
      pass(11, 'in', '2025-03-10 23:20'),
      pass(11, 'out', '2025-03-10 23:30'),
      pass(11, 'in', '2025-03-11 00:30'),
      pass(12, 'in', '2025-03-10 18:00'),
    ]);
    const found = await check(test, app, '2025-03-10');
    const short = Object.fromEntries(Object.entries(found).map(([who, row]) => [who, [row.finding, row.minutesLate]]));
    expect(short).toEqual({
      2: ['late', 25],
      3: ['not_returned', null],
      4: ['not_returned', null],
      5: ['late', 359],
      7: ['not_returned', null],
      8: ['unknown', null],
      9: ['late', 1],
      10: ['late', 40],
      11: ['late', 20],
    });
    const [event, ...more] = await told(test, '2025-03-10');
    expect(more).toEqual([]);
    expect(event?.revision).toBe(1);
    expect(new Set(event?.results.map((row) => row.studentId))).toEqual(
      new Set([2, 3, 4, 5, 7, 9, 10, 11].map(student)),
    );
    expect(event?.results).toContainEqual({ studentId: student(2), finding: 'late', minutesLate: 25 });
    expect(event?.results).toContainEqual({ studentId: student(3), finding: 'not_returned' });

    const night = await app.get('/safety/v1/night-checks/2025-03-10').expect(200);
    expect(night.body).toMatchObject({
      revision: 1,
      policyNumber: 0,
      students: 12,
      counts: { late: 5, notReturned: 3, excused: 0, suppressed: 0, unknown: 1 },
      outages: [],
    });
    // Checked again without anything new: nothing is amended or told.
    await check(test, app, '2025-03-10');
    expect((await app.get('/safety/v1/night-checks/2025-03-10').expect(200)).body.revision).toBe(1);
    expect(await told(test, '2025-03-10')).toHaveLength(1);
  });

  it('takes who is seen both ways at one instant to be in, in whichever order the records come', async () => {
    const night = '2025-02-24';
    await send(app, [pass(1, 'out', `${night} 17:00`), pass(2, 'out', `${night} 17:00`)]);
    await send(app, [pass(1, 'in', `${night} 21:00`), pass(1, 'out', `${night} 21:00`)]);
    await send(app, [pass(2, 'out', `${night} 21:00`), pass(2, 'in', `${night} 21:00`)]);
    const found = await check(test, app, night);
    expect([found[1], found[2]]).toEqual([undefined, undefined]);
  });

  it('checks nobody who has left the roster, and tells earlier nights as they were', async () => {
    const [before, after] = ['2025-02-25', '2025-02-26'];
    for (const night of [before, after])
      await send(app, [pass(10, 'out', `${night} 18:00`), pass(11, 'in', `${night} 18:00`)]);
    const active = (since: string | null) =>
      test.query(
        sql`UPDATE directory.person SET active = ${since === null}, inactive_since = ${since} WHERE id = ${student(10)}`,
      );
    await active('2025-02-26');
    try {
      expect((await check(test, app, before))[10]).toMatchObject({ finding: 'not_returned' });
      const residents = (await app.get(`/safety/v1/night-checks/${before}`).expect(200)).body.students as number;
      expect((await check(test, app, after))[10]).toBeUndefined();
      expect((await app.get(`/safety/v1/night-checks/${after}`).expect(200)).body.students).toBe(residents - 1);
    } finally {
      await active(null);
    }
  });

  it('keeps another curfew on Friday, and none where the school sets none', async () => {
    const friday = '2025-03-14';
    await send(app, [
      pass(1, 'out', `${friday} 18:00`),
      pass(1, 'in', `${friday} 23:30`),
      pass(2, 'out', `${friday} 18:00`),
      pass(2, 'in', `${friday} 23:31`),
    ]);
    const found = await check(test, app, friday);
    expect([found[1], found[2]?.minutesLate]).toEqual([undefined, 1]);

    await policy('2025-03-15', {
      rules: [
        { weekdays: ['sun'], curfew: '22:00', buildings: ['B2'] },
        { weekdays: ['sun'], curfew: '23:00' },
      ],
      notReturnedAfter: '00:00',
      graceMinutes: 10,
    });
    // Saturday: no rule, so nobody is checked.
    expect(await check(test, app, '2025-03-15')).toEqual({});
    expect((await app.get('/safety/v1/night-checks/2025-03-15').expect(200)).body).toMatchObject({
      students: 0,
      policyNumber: 1,
    });

    const sunday = '2025-03-16';
    await send(app, [
      ...[1, 2, 3, 9, 10].map((who) => pass(who, 'out', `${sunday} 18:00`)),
      pass(1, 'in', `${sunday} 23:10`),
      pass(2, 'in', `${sunday} 23:11`),
      pass(3, 'in', '2025-03-17 00:00'),
      pass(9, 'in', `${sunday} 22:10`),
      pass(10, 'in', `${sunday} 22:11`),
    ]);
    const amended = await check(test, app, sunday);
    expect(amended[1]).toBeUndefined();
    expect(amended[2]).toMatchObject({ finding: 'late', minutesLate: 11 });
    expect(amended[3]).toMatchObject({ finding: 'not_returned' });
    expect(amended[9]).toBeUndefined();
    expect(amended[10]).toMatchObject({ finding: 'late', minutesLate: 11 });
    await policy('2025-03-17', {});
  });

  it.each([
    ['#/value/notReturnedAfter', { notReturnedAfter: '05:31' }],
    ['#/value/rules/0/curfew', { rules: [{ weekdays: ['mon'], curfew: '12:00' }] }],
    ['#/value/rules/0/weekdays/0', { rules: [{ weekdays: ['someday'], curfew: '23:00' }] }],
    ['#/value/curfew', { curfew: '23:00' }],
  ])('refuses a policy that is wrong at %s', async (pointer, value) => {
    const answer = await app
      .post('/safety/v1/policies/safety.curfew/versions', { effectiveFrom: '2025-03-17', value, source: '测试' })
      .expect(400);
    expect(answer.body.errors[0].pointer).toBe(pointer);
  });

  it('excuses the evening before a public holiday', async () => {
    // 2025-04-04 (清明) to 04-06 are a holiday; the evening of 04-06 is followed by a workday.
    for (const [eve, morning] of [
      ['2025-04-03', '2025-04-04'],
      ['2025-04-06', '2025-04-07'],
    ] as const) {
      await send(app, [pass(1, 'out', `${eve} 18:00`), pass(1, 'in', `${morning} 01:00`)]);
    }
    expect((await check(test, app, '2025-04-03'))[1]).toMatchObject({
      finding: 'excused',
      excuse: 'holiday',
      observed: 'late',
    });
    expect((await check(test, app, '2025-04-06'))[1]).toMatchObject({ finding: 'late', minutesLate: 120 });
    expect(await told(test, '2025-04-03')).toEqual([]);
  });

  it('counts the evening before a moved working Sunday as the policy says', async () => {
    const saturday = '2025-04-26';
    await send(app, [pass(1, 'out', `${saturday} 18:00`), pass(1, 'in', `${saturday} 23:20`)]);
    expect((await check(test, app, saturday))[1]).toBeUndefined();
    await policy('2025-04-20', { eveningsBy: 'next_day' });
    expect((await check(test, app, saturday))[1]).toMatchObject({ finding: 'late', minutesLate: 20 });
    await policy('2025-04-28', {});
  });

  describe('asking for it', () => {
    it('answers a job, for a range of nights too', async () => {
      await send(
        app,
        [1, 2, 3].map((day) => pass(1, 'out', `2025-02-1${day} 18:00`)),
      );
      const asked = await app.post('/safety/v1/night-checks', { night: '2025-02-11', to: '2025-02-13' }).expect(202);
      expect(asked.headers['location']).toBe(`/safety/v1/jobs/${asked.body.id}`);
      await drainEvents(test);
      const job = await app.get(asked.headers['location'] as string).expect(200);
      expect(job.body).toMatchObject({
        status: 'succeeded',
        progress: { done: 3, total: 3 },
        result: { nights: 3, late: 0, not_returned: 3, excused_by_leave: 0 },
      });
      const nights = await app.get('/safety/v1/night-checks?from=2025-02-11&to=2025-02-13&limit=2').expect(200);
      expect(nights.body.data.map((row: { night: string }) => row.night)).toEqual(['2025-02-13', '2025-02-12']);
      const rest = await app.get(
        `/safety/v1/night-checks?from=2025-02-11&to=2025-02-13&limit=2&cursor=${nights.body.nextCursor}`,
      );
      expect(rest.body).toMatchObject({ data: [{ night: '2025-02-11' }], nextCursor: null });
    });

    it('ends as failed when the check fails again and again', async () => {
      await test.query(sql`ALTER TABLE safety.night ADD CONSTRAINT never CHECK (night <> '2025-02-20')`);
      const asked = await app.post('/safety/v1/night-checks', { night: '2025-02-20' }).expect(202);
      await drainEvents(test);
      const job = await app.get(asked.headers['location'] as string).expect(200);
      expect(job.body).toMatchObject({ status: 'failed', progress: { failed: 1 } });
      expect(job.body.finishedAt).not.toBeNull();
      expect((await app.get(job.body.errors as string).expect(200)).text).toContain('failed again and again');
      await test.query(sql`ALTER TABLE safety.night DROP CONSTRAINT never`);
    });

    it.each([
      [{ night: '2999-01-01' }, 'safety/night-not-over', '#/night'],
      [{ night: '2025-02-10', to: '2999-01-01' }, 'safety/night-not-over', '#/to'],
      [{ night: '2025-02-10', to: '2025-02-09' }, 'safety/range-ends-before-it-begins', '#/to'],
      [{ night: '2025-01-01', to: '2025-04-11' }, 'safety/too-many-nights', '#/to'],
      [{ night: '2025-02-30' }, 'http/invalid', '#/night'],
    ])('refuses %j', async (body, code, pointer) => {
      const answer = await app.post('/safety/v1/night-checks', body).expect(400);
      expect(answer.body).toMatchObject({ code, errors: [{ pointer }] });
    });

    it('takes the right over the whole school', async () => {
      const counselor = await test.person(campus.staff.counselorCs);
      await counselor.post('/safety/v1/night-checks', { night: '2025-02-10' }).expect(403);
      const officer = await test.person(campus.staff.schoolOfficer);
      await officer.post('/safety/v1/night-checks', { night: '2025-02-10' }).expect(202);
      await drainEvents(test);
    });

    it('runs by itself every morning, and makes up for missed ones', async () => {
      const last = addDays(test.clock.today(), 2);
      const nights = [addDays(last, -2), addDays(last, -1), last];
      const checked = async (): Promise<string[]> => {
        await test.app.get(Schedules).tick();
        await drainEvents(test);
        const rows = await test.query<{ night: string }>(
          sql`SELECT night::text AS night FROM safety.night WHERE night >= ${nights[0]} ORDER BY night`,
        );
        return rows.map(({ night }) => night);
      };
      test.clock.set(`${addDays(last, 1)}T05:36:00+08:00`);
      expect(await checked()).toEqual(nights.slice(0, 2));
      test.clock.advance({ minutes: 2 });
      expect(await checked()).toEqual(nights);
      test.clock.reset();
    });
  });

  describe('reading', () => {
    it('shows and counts only the students the reader answers for', async () => {
      const night = '2025-03-10';
      const numbers = async (client: Client): Promise<number[]> =>
        Object.keys(await findings(client, night)).map(Number);
      const head = await test.person(campus.staff.buildingHead1);
      const counselorCs = await test.person(campus.staff.counselorCs);
      const counselorFl = await test.person(campus.staff.counselorFl);
      expect(await numbers(head)).toEqual([2, 3, 4, 5, 7, 8]);
      expect(await numbers(counselorCs)).toEqual([2, 3, 4, 5, 7, 8]);
      expect(await numbers(counselorFl)).toEqual([9, 10, 11]);

      const seen = await counselorFl.get(`/safety/v1/night-checks/${night}`).expect(200);
      expect(seen.body).toMatchObject({ students: 4, counts: { late: 3, notReturned: 0, unknown: 0 } });
      const foreign = (await findings(app, night))[2]?.id as string;
      await counselorFl.get(`/safety/v1/findings/${foreign}`).expect(404);
      const own = await counselorCs.get(`/safety/v1/findings/${foreign}`).expect(200);
      expect(own.body).toMatchObject({
        student: { id: student(2), number: '2024000002', name: '学生2' },
        buildingName: '1号楼',
        history: [],
      });
      const ofStudent = (client: Client) =>
        client.get(`/safety/v1/findings?studentId=${student(2)}&to=${night}`).expect(200);
      expect((await ofStudent(counselorFl)).body.data).toEqual([]);
      expect((await ofStudent(counselorCs)).body.data[0]).toMatchObject({ night, finding: 'late' });
      const late = await app.get(
        `/safety/v1/night-checks/${night}/findings?finding=late&buildingId=${campus.places.building2}`,
      );
      expect(late.body.data).toHaveLength(3);
      await app.get('/safety/v1/night-checks/2025-13-01').expect(404);
      await (await test.person(student(2))).get(`/safety/v1/night-checks/${night}`).expect(403);
    });
  });
});
