import ICAL from 'ical.js';
import supertest from 'supertest';
import { StudentErasedV1 } from '#contracts';
import { sql } from '#database';
import { Events } from '#events';
import { campus, type Client, drainEvents, fireTimers, type TestApp } from '#testing';
import { type Answer, at, BOOKABLES, BOOKINGS, BookingTest, codeOf, rules, span } from './booking-kit.js';

const { staff, places, classes } = campus;

describe('whose bookings they are', () => {
  const kit = new BookingTest();
  let test: TestApp;
  let head: Client;
  let students: Client[];
  let app: Client;
  beforeAll(async () => {
    await kit.start();
    ({ test, head, students, app } = kit);
  });
  afterEach(() => kit.clear());
  afterAll(() => test.close());

  describe('on the waiting list', () => {
    const when = span('03-03', '09:00', '10:00');
    const waitIfFull = true;

    it('are offered a place in the order in which they asked, for a time', async () => {
      const hall = await kit.open({ capacity: 1 });
      const [first, second, third, fourth] = students as [Client, Client, Client, Client];
      const has = await kit.booked(first, hall, when);
      const waiting = [
        await kit.booked(second, hall, when, { waitIfFull }),
        await kit.booked(third, hall, when, { waitIfFull }),
      ];
      const later = await kit.booked(fourth, hall, when, { waitIfFull });
      // A machine whose clock is ahead changes nothing.
      await test.query(
        sql`UPDATE affairs.booking SET created_at = now() + interval '1 hour' WHERE id = ${waiting[0]!.id}`,
      );
      expect(waiting.map(({ status, ahead }) => [status, ahead])).toEqual([
        ['waiting', 0],
        ['waiting', 1],
      ]);
      expect(later.ahead).toBe(2);
      expect(codeOf(await kit.act(second, waiting[0]!, 'accept').expect(409))).toBe('affairs/booking-not-in-state');
      await kit.act(first, has, 'cancel').expect(200);
      const offered = await kit.see(second, waiting[0]!);
      expect(offered).toMatchObject({ status: 'offered', offeredUntil: expect.stringMatching(/^2027-03-01T01:00:/) });
      expect((await kit.see(third, waiting[1]!)).status).toBe('waiting');
      // What is offered is held: it is not free for others.
      expect(codeOf(await kit.book(first, hall, when).expect(409))).toBe('affairs/booking-full');
      const told = await test.query(
        sql`SELECT payload FROM events.event WHERE name = 'affairs.booking-offered.v1' AND payload->>'bookingId' = ${offered.id}`,
      );
      expect(told).toEqual([
        { payload: { bookingId: offered.id, studentId: campus.students[1], until: offered.offeredUntil } },
      ]);

      // Its time runs out: the next one's turn.
      test.clock.set(at('03-01', '09:01'));
      await fireTimers(test);
      expect((await kit.see(second, offered)).status).toBe('lapsed');
      const next = await kit.see(third, waiting[1]!);
      expect(next.status).toBe('offered');
      expect((await kit.act(third, next, 'accept').expect(200)).body).toMatchObject({
        status: 'booked',
        offeredUntil: null,
      });
      test.clock.set(at('03-02', '09:01'));
      await fireTimers(test);
      expect((await kit.see(third, next)).status).toBe('booked');
      expect((await kit.see(fourth, later)).status).toBe('waiting');
      // Nobody waits for what has begun.
      test.clock.set(at('03-03', '09:00'));
      await fireTimers(test);
      expect((await kit.see(fourth, later)).status).toBe('lapsed');
    });

    it('are offered what becomes free because there is more place, and leave it when they cancel', async () => {
      const hall = await kit.open({ capacity: 1 });
      await kit.booked(students[0]!, hall, when);
      const gone = await kit.booked(students[1]!, hall, when, { waitIfFull });
      const stays = await kit.booked(students[2]!, hall, when, { waitIfFull });
      await kit.act(students[1]!, gone, 'cancel').expect(200);
      await head
        .put(`${BOOKABLES}/${hall.id}`, { ...rules, capacity: 2 })
        .set('If-Match', '"1"')
        .expect(200);
      expect((await kit.see(students[1]!, gone)).status).toBe('cancelled');
      expect((await kit.see(students[2]!, stays)).status).toBe('offered');
    });

    it('are offered the time they wait for, however many wait for others', async () => {
      const hall = await kit.open({ capacity: 1 });
      const has = await kit.booked(students[0]!, hall, when);
      const other = await kit.booked(students[1]!, hall, span('03-04', '09:00', '10:00'));
      // More than are looked at in one go, and all of them have asked before.
      const copy = sql`jsonb_build_object('id', gen_random_uuid(), 'student_id', gen_random_uuid(), 'status', 'waiting')`;
      await test.query(
        sql`INSERT INTO affairs.booking SELECT (jsonb_populate_record(b, ${copy} || jsonb_build_object('n', n))).*
              FROM affairs.booking b, generate_series(1, 200) n WHERE b.id = ${other.id}`,
      );
      const waits = await kit.booked(students[2]!, hall, when, { waitIfFull });
      await kit.act(students[0]!, has, 'cancel').expect(200);
      expect((await kit.see(students[2]!, waits)).status).toBe('offered');
    });

    it('are offered a place that is enough for them, however many wait before them for more than is free', async () => {
      const hall = await kit.open({ capacity: 4 });
      await kit.booked(students[0]!, hall, when, { attendees: 2 });
      const has = await kit.booked(students[1]!, hall, when, { attendees: 2 });
      const many = await kit.booked(students[2]!, hall, when, { attendees: 3, waitIfFull });
      const copy = sql`jsonb_build_object('id', gen_random_uuid(), 'student_id', gen_random_uuid())`;
      await test.query(
        sql`INSERT INTO affairs.booking SELECT (jsonb_populate_record(b, ${copy} || jsonb_build_object('n', n))).*
              FROM affairs.booking b, generate_series(1, 210) n WHERE b.id = ${many.id}`,
      );
      const waits = await kit.booked(students[3]!, hall, when, { attendees: 1, waitIfFull });
      await kit.act(students[1]!, has, 'cancel').expect(200);
      const offered = await test.query(sql`SELECT id FROM affairs.booking WHERE status = 'offered'`);
      expect(offered).toEqual([{ id: waits.id }]);
    });
  });

  it('can be cancelled until a time, and afterwards by whoever keeps it', async () => {
    const hall = await kit.open({ cancelMinutes: 120 });
    const when = span('03-03', '09:00', '10:00');
    const one = await kit.booked(students[0]!, hall, when);
    const two = await kit.booked(students[1]!, hall, when);
    test.clock.set(at('03-03', '06:59'));
    expect((await kit.act(students[0]!, one, 'cancel').expect(200)).body).toMatchObject({
      status: 'cancelled',
      byStaff: false,
    });
    test.clock.set(at('03-03', '07:01'));
    const late = await kit.see(students[1]!, two);
    expect(late.actions.find(({ action }) => action === 'cancel')).toMatchObject({
      allowed: false,
      reason: { code: 'booking-cancel-too-late' },
    });
    expect(codeOf(await kit.act(students[1]!, two, 'cancel').expect(409))).toBe('affairs/booking-cancel-too-late');
    expect((await kit.act(head, two, 'cancel').expect(200)).body).toMatchObject({ status: 'cancelled', byStaff: true });
    expect(
      await test.query(
        sql`SELECT 1 FROM events.event WHERE name = 'affairs.booking-cancelled.v1' AND payload->>'bookingId' = ${two.id}`,
      ),
    ).toHaveLength(1);
    await kit.act(head, two, 'cancel').expect(412);
  });

  it('pauses whoever does not come, until it is appealed against, forgiven or corrected', async () => {
    await kit.put({ noShows: 2, pauseDays: 14, noShowDays: 90 });
    try {
      const hall = await kit.open();
      const who = students[0]!;
      const missed = [
        await kit.booked(who, hall, span('03-02', '09:00', '10:00')),
        await kit.booked(who, hall, span('03-03', '09:00', '10:00')),
      ];
      expect(codeOf(await kit.act(head, missed[0]!, 'no-show').expect(409))).toBe('affairs/booking-not-begun');
      test.clock.set(at('03-04', '08:00'));
      expect(codeOf(await kit.act(who, missed[0]!, 'no-show').expect(403))).toBeTruthy();
      const recorded = [
        (await kit.act(head, missed[0]!, 'no-show').expect(200)).body as Answer,
        (await kit.act(head, missed[1]!, 'no-show').expect(200)).body as Answer,
      ];
      const next = span('03-05', '09:00', '10:00');
      const paused = await kit.book(who, hall, next).expect(409);
      expect(codeOf(paused)).toBe('affairs/booking-paused');
      expect(paused.body.detail).toContain('2027-03-17');
      expect((await who.get(`${BOOKABLES}/${hall.id}`).expect(200)).body.limits.pausedUntil).toBe('2027-03-17');

      const appealed = (await kit.act(who, recorded[1]!, 'appeal', { text: '当天参加竞赛' }).expect(200))
        .body as Answer;
      expect(appealed.appeal).toBe('当天参加竞赛');
      const free = await kit.booked(who, hall, next);
      await kit.act(who, free, 'cancel').expect(200);
      const list = (await head.get(`${BOOKINGS}?appealed=true`).expect(200)).body.data as Answer[];
      expect(list.map(({ id }) => id)).toEqual([appealed.id]);
      const upheld = (await kit.act(head, appealed, 'uphold').expect(200)).body as Answer;
      await kit.book(who, hall, next).expect(409);
      expect(codeOf(await kit.act(who, upheld, 'appeal', { text: '再次' }).expect(409))).toBe(
        'affairs/booking-not-in-state',
      );
      const forgiven = (await kit.act(head, upheld, 'forgive').expect(200)).body as Answer;
      expect(forgiven).toMatchObject({ status: 'no_show', forgiven: true });
      await kit.act(who, await kit.booked(who, hall, next), 'cancel').expect(200);
      const corrected = (await kit.act(head, recorded[0]!, 'attend').expect(200)).body as Answer;
      expect(corrected.status).toBe('attended');
      test.clock.set(at('03-20', '08:00'));
      expect(codeOf(await kit.act(head, corrected, 'no-show').expect(409))).toBe('affairs/booking-afterwards-too-late');
    } finally {
      await kit.put({});
    }
  });

  it('is for those it is for, and seen by the student and whoever keeps it', async () => {
    const hall = await kit.open({ audienceUnitIds: [classes.se2401] });
    const [member, other] = [students[0]!, await test.person(campus.students[11]!)];
    await other.get(`${BOOKABLES}/${hall.id}`).expect(404);
    await kit.book(other, hall, span('03-02', '09:00', '10:00')).expect(404);
    expect((await other.get(BOOKABLES).expect(200)).body.data).toEqual([]);
    const mine = await kit.booked(member, hall, span('03-02', '09:00', '10:00'), { note: '班会' });
    await kit.book(member, hall, span('03-02', '11:00', '12:00'), { studentId: campus.students[11] }).expect(404);
    for (const foreign of [other, students[1]!, await test.person(staff.counselorFl)]) {
      await foreign.get(`${BOOKINGS}/${mine.id}`).expect(404);
      await kit.act(foreign, mine, 'cancel').expect(404);
      expect((await foreign.get(BOOKINGS).expect(200)).body.data).toEqual([]);
    }
    expect((await kit.see(member, mine)).note).toBe('班会');
    const audits = () =>
      test.query(sql`SELECT 1 FROM platform.audit WHERE action = 'affairs.booking.read' AND subject_id = ${mine.id}`);
    expect(await audits()).toHaveLength(0);
    expect((await kit.see(head, mine)).note).toBe('班会');
    expect(await audits()).toHaveLength(1);
    expect((await head.get(`${BOOKINGS}?bookableId=${hall.id}`).expect(200)).body.data[0]).not.toHaveProperty('note');
  });

  it('of hours is between the student and the host', async () => {
    const counselor = await test.person(staff.counselorCs);
    const officer = await test.person(staff.collegeOfficerCs);
    const hours = await kit.open(
      { kind: 'hours', unitId: classes.se2401, hostId: staff.counselorCs, capacity: 1, name: '谈心时段' },
      counselor,
    );
    await counselor
      .post(BOOKABLES, { kind: 'hours', unitId: classes.se2401, hostId: staff.counselorFl, ...rules })
      .expect(422);
    await counselor.post(BOOKABLES, { kind: 'hours', unitId: classes.se2401, ...rules }).expect(422);
    await counselor.post(BOOKABLES, { kind: 'place', unitId: classes.se2401, ...rules }).expect(404);
    await head.post(BOOKABLES, { kind: 'place', unitId: places.building2, ...rules }).expect(404);
    const talk = await kit.booked(students[0]!, hours, span('03-02', '14:00', '15:00'), { note: '想谈谈宿舍关系' });
    expect((await kit.see(counselor, talk)).note).toBe('想谈谈宿舍关系');
    for (const client of [officer, head, await test.person(staff.schoolOfficer)])
      await client.get(`${BOOKINGS}/${talk.id}`).expect(404);
    // Its rules are the officer's matter as well.
    await officer.post(`${BOOKABLES}/${hours.id}/close`).set('If-Match', '"1"').expect(200);
    expect(codeOf(await kit.book(students[1]!, hours, span('03-02', '16:00', '17:00')).expect(409))).toBe(
      'affairs/bookable-closed',
    );
    await head.post(`${BOOKABLES}/${hours.id}/reopen`).set('If-Match', '"2"').expect(404);
    await counselor.post(`${BOOKABLES}/${hours.id}/reopen`).set('If-Match', '"2"').expect(200);
  });

  it('forgets what a student wrote when they are erased', async () => {
    const hall = await kit.open();
    const [id] = (await kit.newcomers(1)) as [string];
    const one = await kit.booked(app, hall, span('03-02', '09:00', '10:00'), { studentId: id, note: '私事' });
    const [row] = await test.query<{ note: Buffer }>(sql`SELECT note FROM affairs.booking WHERE id = ${one.id}`);
    expect(row!.note.toString()).not.toContain('私事');
    await test.database.transaction(null, (tx) => test.app.get(Events).publish(tx, new StudentErasedV1(id)));
    await drainEvents(test);
    const [after] = await test.query<{ note: Buffer | null }>(
      sql`SELECT note FROM affairs.booking WHERE id = ${one.id}`,
    );
    expect(after!.note === null || after!.note.length === 0 || !after!.note.equals(row!.note)).toBe(true);
  });

  it('end when a student is erased, and others get their places', async () => {
    const hall = await kit.open({ capacity: 1 });
    const [id] = (await kit.newcomers(1)) as [string];
    const when = (day: string) => span(day, '09:00', '10:00');
    const own = (day: string, more: object = {}) => kit.booked(app, hall, when(day), { studentId: id, ...more });
    const past = await own('03-01');
    const has = await own('03-02');
    const others = await kit.booked(students[0]!, hall, when('03-03'));
    const waits = await own('03-03', { waitIfFull: true });
    const next = await kit.booked(students[1]!, hall, when('03-02'), { waitIfFull: true });
    test.clock.set(at('03-01', '11:00'));
    await test.database.transaction(null, (tx) => test.app.get(Events).publish(tx, new StudentErasedV1(id)));
    await drainEvents(test);
    expect(await kit.see(app, past)).toMatchObject({ status: 'booked' });
    expect(await kit.see(app, has)).toMatchObject({ status: 'cancelled', byStaff: false });
    expect(await kit.see(app, waits)).toMatchObject({ status: 'cancelled' });
    expect(await kit.see(students[1]!, next)).toMatchObject({ status: 'offered' });
    expect(await kit.see(students[0]!, others)).toMatchObject({ status: 'booked' });
    const timers = await test.query<{ key: string }>(
      sql`SELECT key FROM events.timer WHERE key LIKE 'affairs.booking %'`,
    );
    expect(timers).toEqual([{ key: `affairs.booking ${next.id}` }]);
  });

  it('have an appeal of an erased student count for them: nobody can read it any more', async () => {
    const hall = await kit.open();
    const [id] = (await kit.newcomers(1)) as [string];
    const missed = await kit.booked(app, hall, span('03-01', '09:00', '10:00'), { studentId: id });
    const upheld = await kit.booked(app, hall, span('03-01', '10:00', '11:00'), { studentId: id });
    test.clock.set(at('03-01', '11:00'));
    const appeal = async (one: Answer): Promise<Answer> => {
      const noShow = (await kit.act(head, one, 'no-show').expect(200)).body as Answer;
      return (await kit.act(app, noShow, 'appeal', { text: '当时在医院' }).expect(200)).body as Answer;
    };
    await kit.act(head, await appeal(upheld), 'uphold').expect(200);
    const open = await appeal(missed);
    const inbox = async () =>
      (await head.get('/affairs/v1/tasks').expect(200)).body.data.filter((task: { id: string }) => task.id === open.id);
    expect(await inbox()).toHaveLength(1);
    await test.database.transaction(null, (tx) => test.app.get(Events).publish(tx, new StudentErasedV1(id)));
    await drainEvents(test);
    expect(await inbox()).toEqual([]);
    expect(await kit.see(head, open)).toMatchObject({ status: 'no_show', forgiven: true, appeal: null });
    expect(await kit.see(head, upheld)).toMatchObject({ status: 'no_show', forgiven: false });
  });

  describe('in a calendar', () => {
    const read = (path: string) => supertest(test.url).get(path);

    it('that programs read at a secret address, until it is withdrawn', async () => {
      const hall = await kit.open({ name: '多功能厅；A区, 一层' });
      const who = students[0]!;
      const one = await kit.booked(who, hall, span('03-02', '09:00', '10:00'), { note: '保密' });
      await kit.act(who, await kit.booked(who, hall, span('03-03', '09:00', '10:00')), 'cancel').expect(200);
      const feed = (await who.post('/affairs/v1/booking-feeds').expect(201)).body as {
        id: string;
        path: string;
        version: number;
      };
      const answer = await read(feed.path).expect(200);
      expect(answer.headers['content-type']).toBe('text/calendar; charset=utf-8');
      expect(answer.text).not.toContain('保密');
      for (const line of answer.text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
      const events = new ICAL.Component(ICAL.parse(answer.text) as never)
        .getAllSubcomponents('vevent')
        .map((part) => new ICAL.Event(part));
      expect(
        events.map(({ uid, summary, startDate, endDate }) => [
          uid,
          summary,
          startDate.toJSDate().toISOString(),
          endDate.toJSDate().toISOString(),
        ])[0],
      ).toEqual([...[one.id, '多功能厅；A区, 一层', '2027-03-02T01:00:00.000Z', '2027-03-02T02:00:00.000Z']]);
      expect(events.map(({ component }) => component.getFirstPropertyValue('status'))).toEqual([
        'CONFIRMED',
        'CANCELLED',
      ]);
      expect(
        await test.query(
          sql`SELECT 1 FROM affairs.calendar_feed WHERE encode(digest, 'escape') LIKE ${`%${feed.path.slice(-32)}%`}`,
        ),
      ).toEqual([]);

      const listed = await who.get('/affairs/v1/booking-feeds').expect(200);
      expect(listed.body.data[0]).not.toHaveProperty('path');
      await read(`${feed.path.slice(0, -1)}${feed.path.endsWith('A') ? 'B' : 'A'}`).expect(404);
      await read('/affairs/v1/booking-calendars/x').expect(404);
      const withdraw = (client: Client) =>
        client.post(`/affairs/v1/booking-feeds/${feed.id}/withdraw`).set('If-Match', '"1"');
      await withdraw(students[1]!).expect(404);
      await withdraw(who).expect(200);
      await read(feed.path).expect(404);
      await app.post('/affairs/v1/booking-feeds').expect(403);
    });
  });
});
