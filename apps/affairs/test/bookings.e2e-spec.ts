import ICAL from 'ical.js';
import supertest from 'supertest';
import { StudentErasedV1 } from '#contracts';
import { newId, sql } from '#database';
import { Events } from '#events';
import { Policies } from '#policy';
import { campus, type Client, drainEvents, fireTimers, TestApp } from '#testing';
import { affairs } from '../src/affairs.module.js';
import { BookingPolicy } from '../src/bookings/bookings.policy.js';

const BOOKABLES = '/affairs/v1/bookables';
const BOOKINGS = '/affairs/v1/bookings';
const { staff, places, classes } = campus;
const ALL_WEEK = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '08:00', to: '22:00' }));

interface Answer {
  id: string;
  version: number;
  status: string;
  offeredUntil: string | null;
  ahead: number | null;
  startsAt: string;
  note: string | null;
  appeal: string | null;
  student: { id: string };
  actions: { action: string; allowed: boolean; reason: { code: string } | null }[];
}

/** 2027-03-01 is a Monday. */
const at = (day: string, time: string): string => `2027-${day}T${time}:00+08:00`;
const span = (day: string, from: string, to: string) => ({ startsAt: at(day, from), endsAt: at(day, to) });

describe('bookings', () => {
  let test: TestApp;
  let head: Client;
  let students: Client[];
  let app: Client;

  beforeAll(async () => {
    test = await TestApp.create([affairs]);
    test.clock.set(at('03-01', '07:00'));
    head = await test.person(staff.buildingHead1);
    students = await Promise.all(campus.students.slice(0, 4).map((id) => test.person(id)));
    app = await test.client('affairs:booking:book', 'affairs:booking:read');
  });
  beforeEach(() => test.clock.set(at('03-01', '07:00')));
  afterEach(async () => {
    await test.query(sql`DELETE FROM events.timer`);
    await test.query(sql`DELETE FROM affairs.booking`);
    await test.query(sql`DELETE FROM affairs.bookable`);
  });
  afterAll(() => test.close());

  const rules = { name: '活动室', capacity: 10, openingHours: ALL_WEEK, perWeek: 20, daysAhead: 60 };
  const open = async (more: object = {}, by = head): Promise<Answer> =>
    (await by.post(BOOKABLES, { kind: 'place', unitId: places.building1, ...rules, ...more }).expect(201))
      .body as Answer;
  const book = (who: Client, bookable: { id: string }, when: object, more: object = {}) =>
    who.post(BOOKINGS, { bookableId: bookable.id, ...when, ...more });
  const booked = async (who: Client, bookable: { id: string }, when: object, more: object = {}): Promise<Answer> =>
    (await book(who, bookable, when, more).expect(201)).body as Answer;
  const act = (who: Client, booking: Answer, verb: string, body: object = {}) =>
    who.post(`${BOOKINGS}/${booking.id}/${verb}`, body).set('If-Match', `"${booking.version}"`);
  const see = async (who: Client, { id }: { id: string }): Promise<Answer> =>
    (await who.get(`${BOOKINGS}/${id}`).expect(200)).body as Answer;
  const codeOf = (answer: { body: unknown }): string => (answer.body as { code: string }).code;
  const newcomers = async (n: number): Promise<string[]> => {
    const ids = Array.from({ length: n }, () => newId());
    await test.query(
      sql`INSERT INTO directory.person (id, kind, number, name) SELECT id, 'student', id, '新生' FROM unnest(${ids}::uuid[]) id`,
    );
    return ids;
  };
  const put = (value: Partial<BookingPolicy>) =>
    test.app.get(Policies).put(test.tx, BookingPolicy, {
      ...{ effectiveFrom: '2000-01-01', source: 'test', by: 'test' },
      value: { ...new BookingPolicy(), ...value },
    });

  it('gives ten places to ten of fifty who ask at once', async () => {
    const hall = await open();
    const ids = await newcomers(50);
    const when = span('03-02', '09:00', '10:00');
    const answers = await Promise.all(ids.map((studentId) => book(app, hall, when, { studentId })));
    const counts: Record<number, number> = {};
    for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
    expect(counts).toEqual({ 201: 10, 409: 40 });
    expect(new Set(answers.filter(({ status }) => status === 409).map(codeOf))).toEqual(
      new Set(['affairs/booking-full']),
    );
    const [slot] = (await students[0]!.get(`${BOOKABLES}/${hall.id}/slots?from=2027-03-02&to=2027-03-02`).expect(200))
      .body as { free: number }[];
    expect(slot).toMatchObject({ startsAt: '2027-03-02T00:00:00.000Z', free: 10, reason: null });
    const full = await students[0]!.get(`${BOOKABLES}/${hall.id}/slots?from=2027-03-02&to=2027-03-02`);
    expect(full.body[1]).toMatchObject({ free: 0, reason: { code: 'booking-full' } });
  });

  it('gives a room that is used by one alone to one of twenty, whatever of the time they want', async () => {
    const room = await open({ exclusive: true, maxSlots: 4 });
    const ids = await newcomers(20);
    const answers = await Promise.all(
      ids.map((studentId, i) =>
        book(app, room, i % 2 ? span('03-02', '09:00', '11:00') : span('03-02', '10:00', '13:00'), {
          studentId,
          attendees: 6,
        }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(19).fill(409)]);
    // The database says no as well where the lock is passed by.
    const copy = sql`jsonb_build_object('id', ${newId()}::text, 'student_id', ${newId()}::text)`;
    await expect(
      test.query(sql`INSERT INTO affairs.booking SELECT (jsonb_populate_record(b, ${copy})).* FROM affairs.booking b`),
    ).rejects.toThrow('booking_exclusive');
  });

  it('counts the most who are there at once, not everybody of the time', async () => {
    const hall = await open({ capacity: 5, maxSlots: 4 });
    const [a, b, c] = await newcomers(3);
    await booked(app, hall, span('03-02', '09:00', '10:00'), { studentId: a, attendees: 3 });
    await booked(app, hall, span('03-02', '10:00', '11:00'), { studentId: b, attendees: 3 });
    const when = span('03-02', '09:00', '11:00');
    expect(codeOf(await book(app, hall, when, { studentId: c, attendees: 3 }).expect(409))).toBe(
      'affairs/booking-full',
    );
    await book(app, hall, when, { studentId: c, attendees: 2 }).expect(201);
  });

  it('says what is wrong with a time before it is booked', async () => {
    const hall = await open({
      perWeek: 1,
      daysAhead: 14,
      closedOn: ['2027-03-09'],
      openingHours: [{ weekday: 2, from: '09:00', to: '12:30' }],
    });
    const who = students[0]!;
    const refused = async (when: object, status: number, code: string, more: object = {}) =>
      expect(codeOf(await book(who, hall, when, more).expect(status))).toBe(`affairs/booking-${code}`);
    await refused(span('03-02', '08:00', '09:00'), 422, 'outside-hours');
    await refused(span('03-02', '09:30', '10:30'), 422, 'outside-hours');
    await refused(span('03-02', '12:00', '13:00'), 422, 'outside-hours');
    await refused(span('03-03', '09:00', '10:00'), 422, 'outside-hours');
    await refused(span('03-02', '09:00', '12:00'), 422, 'outside-hours');
    await refused(span('03-16', '09:00', '10:00'), 422, 'too-far-ahead');
    await refused(span('03-09', '09:00', '10:00'), 409, 'closed-that-day');
    await refused(span('03-02', '09:00', '10:00'), 422, 'too-many-attendees', { attendees: 11 });
    const slots = async (query: string) =>
      (await who.get(`${BOOKABLES}/${hall.id}/slots?${query}`).expect(200)).body as {
        startsAt: string;
        reason: { code: string } | null;
      }[];
    expect(
      (await slots('from=2027-03-01&to=2027-03-07')).map(({ startsAt, reason }) => [startsAt.slice(0, 13), reason]),
    ).toEqual([
      ['2027-03-02T01', null],
      ['2027-03-02T02', null],
      ['2027-03-02T03', null],
    ]);
    expect(await slots('from=2027-03-09&to=2027-03-09')).toEqual([]);
    expect((await slots('from=2027-03-16&to=2027-03-16'))[0]!.reason!.code).toBe('booking-too-far-ahead');
    await booked(who, hall, span('03-02', '09:00', '10:00'));
    expect((await slots('from=2027-03-02&to=2027-03-02')).map(({ reason }) => reason?.code)).toEqual(
      Array(3).fill('booking-too-many-in-week'),
    );
    await refused(span('03-02', '10:00', '11:00'), 409, 'too-many-in-week');
    const other = await open({ name: '另一间' });
    expect(codeOf(await book(who, other, span('03-02', '09:00', '10:00')).expect(409))).toBe(
      'affairs/booking-overlaps-own',
    );
    test.clock.set(at('03-02', '09:30'));
    expect(codeOf(await book(students[1]!, hall, span('03-02', '09:00', '10:00')).expect(422))).toBe(
      'affairs/booking-in-past',
    );
    await who.get(`${BOOKABLES}/${hall.id}/slots?from=2027-03-02&to=2027-03-10`).expect(400);
  });

  it('limits how many bookings somebody has, two requests at once included, and shows it in the list', async () => {
    await put({ openPerStudent: 2 });
    try {
      const halls = await Promise.all([open({ name: 'A' }), open({ name: 'B' }), open({ name: 'C' })]);
      const who = students[0]!;
      const answers = await Promise.all(
        halls.map((hall, i) => book(who, hall, span(`03-0${i + 2}`, '09:00', '10:00'))),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 409]);
      const { body } = await who.get(BOOKABLES).expect(200);
      expect(body.data.map(({ name }: { name: string }) => name)).toEqual(['A', 'B', 'C']);
      expect(body.data[0].limits).toEqual({ open: 2, mostOpen: 2, pausedUntil: null });
      expect(body.data[0].actions[0]).toMatchObject({
        action: 'book',
        allowed: false,
        reason: { code: 'booking-too-many' },
      });
      expect((await head.get(BOOKABLES).expect(200)).body.data[0].limits).toBeNull();
    } finally {
      await put({});
    }
  });

  describe('in a weekly series', () => {
    const series = (who: Client, bookable: { id: string }, weeks: number) =>
      who.post(`${BOOKINGS}/series`, {
        bookableId: bookable.id,
        ...span('03-15', '19:00', '20:00'),
        weeks,
        note: '读书会',
      });

    it('passes over days on which it is closed, and tells them', async () => {
      const hall = await open({ closedOn: ['2027-03-29'] });
      const { body } = await series(students[0]!, hall, 5).expect(201);
      expect(body.bookings.map(({ startsAt }: Answer) => startsAt)).toEqual(
        ['03-15', '03-22', '04-12'].map((day) => `2027-${day}T11:00:00.000Z`),
      );
      // 5 April 2027 is 清明节.
      expect(body.skipped.map(({ date }: { date: string }) => date)).toEqual(['2027-03-29', '2027-04-05']);
      const { body: all } = await students[0]!.get(`${BOOKINGS}?seriesId=${body.id}&total=true`).expect(200);
      expect(all.total).toBe(3);
      expect((await see(students[0]!, body.bookings[0])).note).toBe('读书会');
    });

    it('counts itself, and is all or nothing', async () => {
      await put({ openPerStudent: 3 });
      try {
        const hall = await open({ closedOnHolidays: false });
        const answer = await series(students[0]!, hall, 5).expect(409);
        expect(codeOf(answer)).toBe('affairs/booking-series-not-possible');
        expect(answer.body.errors).toHaveLength(2);
        expect(answer.body.errors[0]).toMatchObject({ pointer: '#/weeks' });
        expect(answer.body.errors[0].detail).toContain('2027-04-05');
        expect(await test.query(sql`SELECT 1 FROM affairs.booking`)).toEqual([]);
        await series(students[0]!, hall, 3).expect(201);
      } finally {
        await put({});
      }
    });

    it('books nothing when one week is full', async () => {
      const room = await open({ exclusive: true });
      await booked(students[1]!, room, span('03-22', '19:00', '20:00'));
      const answer = await series(students[0]!, room, 3).expect(409);
      expect(answer.body.errors.map(({ detail }: { detail: string }) => detail.slice(0, 10))).toEqual(['2027-03-22']);
      expect(await test.query(sql`SELECT 1 FROM affairs.booking`)).toHaveLength(1);
    });
  });

  describe('on the waiting list', () => {
    const when = span('03-03', '09:00', '10:00');
    const waitIfFull = true;

    it('are offered a place in the order in which they asked, for a time', async () => {
      const hall = await open({ capacity: 1 });
      const [first, second, third, fourth] = students as [Client, Client, Client, Client];
      const has = await booked(first, hall, when);
      const waiting = [
        await booked(second, hall, when, { waitIfFull }),
        await booked(third, hall, when, { waitIfFull }),
      ];
      const later = await booked(fourth, hall, when, { waitIfFull });
      expect(waiting.map(({ status, ahead }) => [status, ahead])).toEqual([
        ['waiting', 0],
        ['waiting', 1],
      ]);
      expect(later.ahead).toBe(2);
      expect(codeOf(await act(second, waiting[0]!, 'accept').expect(409))).toBe('affairs/booking-not-in-state');
      await act(first, has, 'cancel').expect(200);
      const offered = await see(second, waiting[0]!);
      expect(offered).toMatchObject({ status: 'offered', offeredUntil: expect.stringMatching(/^2027-03-01T01:00:/) });
      expect((await see(third, waiting[1]!)).status).toBe('waiting');
      // What is offered is held: it is not free for others.
      expect(codeOf(await book(first, hall, when).expect(409))).toBe('affairs/booking-full');
      const told = await test.query(
        sql`SELECT payload FROM events.event WHERE name = 'affairs.booking-offered.v1' AND payload->>'bookingId' = ${offered.id}`,
      );
      expect(told).toEqual([
        { payload: { bookingId: offered.id, studentId: campus.students[1], until: offered.offeredUntil } },
      ]);

      // Its time runs out: the next one's turn.
      test.clock.set(at('03-01', '09:01'));
      await fireTimers(test);
      expect((await see(second, offered)).status).toBe('lapsed');
      const next = await see(third, waiting[1]!);
      expect(next.status).toBe('offered');
      expect((await act(third, next, 'accept').expect(200)).body).toMatchObject({
        status: 'booked',
        offeredUntil: null,
      });
      test.clock.set(at('03-02', '09:01'));
      await fireTimers(test);
      expect((await see(third, next)).status).toBe('booked');
      expect((await see(fourth, later)).status).toBe('waiting');
      // Nobody waits for what has begun.
      test.clock.set(at('03-03', '09:00'));
      await fireTimers(test);
      expect((await see(fourth, later)).status).toBe('lapsed');
    });

    it('are offered what becomes free because there is more place, and leave it when they cancel', async () => {
      const hall = await open({ capacity: 1 });
      await booked(students[0]!, hall, when);
      const gone = await booked(students[1]!, hall, when, { waitIfFull });
      const stays = await booked(students[2]!, hall, when, { waitIfFull });
      await act(students[1]!, gone, 'cancel').expect(200);
      await head
        .put(`${BOOKABLES}/${hall.id}`, { ...rules, capacity: 2 })
        .set('If-Match', '"1"')
        .expect(200);
      expect((await see(students[1]!, gone)).status).toBe('cancelled');
      expect((await see(students[2]!, stays)).status).toBe('offered');
    });
  });

  it('can be cancelled until a time, and afterwards by whoever keeps it', async () => {
    const hall = await open({ cancelMinutes: 120 });
    const when = span('03-03', '09:00', '10:00');
    const one = await booked(students[0]!, hall, when);
    const two = await booked(students[1]!, hall, when);
    test.clock.set(at('03-03', '06:59'));
    expect((await act(students[0]!, one, 'cancel').expect(200)).body).toMatchObject({
      status: 'cancelled',
      byStaff: false,
    });
    test.clock.set(at('03-03', '07:01'));
    const late = await see(students[1]!, two);
    expect(late.actions.find(({ action }) => action === 'cancel')).toMatchObject({
      allowed: false,
      reason: { code: 'booking-cancel-too-late' },
    });
    expect(codeOf(await act(students[1]!, two, 'cancel').expect(409))).toBe('affairs/booking-cancel-too-late');
    expect((await act(head, two, 'cancel').expect(200)).body).toMatchObject({ status: 'cancelled', byStaff: true });
    expect(
      await test.query(
        sql`SELECT 1 FROM events.event WHERE name = 'affairs.booking-cancelled.v1' AND payload->>'bookingId' = ${two.id}`,
      ),
    ).toHaveLength(1);
    await act(head, two, 'cancel').expect(412);
  });

  it('pauses whoever does not come, until it is appealed against, forgiven or corrected', async () => {
    await put({ noShows: 2, pauseDays: 14, noShowDays: 90 });
    try {
      const hall = await open();
      const who = students[0]!;
      const missed = [
        await booked(who, hall, span('03-02', '09:00', '10:00')),
        await booked(who, hall, span('03-03', '09:00', '10:00')),
      ];
      expect(codeOf(await act(head, missed[0]!, 'no-show').expect(409))).toBe('affairs/booking-not-begun');
      test.clock.set(at('03-04', '08:00'));
      expect(codeOf(await act(who, missed[0]!, 'no-show').expect(403))).toBeTruthy();
      const recorded = [
        (await act(head, missed[0]!, 'no-show').expect(200)).body as Answer,
        (await act(head, missed[1]!, 'no-show').expect(200)).body as Answer,
      ];
      const next = span('03-05', '09:00', '10:00');
      const paused = await book(who, hall, next).expect(409);
      expect(codeOf(paused)).toBe('affairs/booking-paused');
      expect(paused.body.detail).toContain('2027-03-17');
      expect((await who.get(`${BOOKABLES}/${hall.id}`).expect(200)).body.limits.pausedUntil).toBe('2027-03-17');

      const appealed = (await act(who, recorded[1]!, 'appeal', { text: '当天参加竞赛' }).expect(200)).body as Answer;
      expect(appealed.appeal).toBe('当天参加竞赛');
      const free = await booked(who, hall, next);
      await act(who, free, 'cancel').expect(200);
      const list = (await head.get(`${BOOKINGS}?appealed=true`).expect(200)).body.data as Answer[];
      expect(list.map(({ id }) => id)).toEqual([appealed.id]);
      const upheld = (await act(head, appealed, 'uphold').expect(200)).body as Answer;
      await book(who, hall, next).expect(409);
      expect(codeOf(await act(who, upheld, 'appeal', { text: '再次' }).expect(409))).toBe(
        'affairs/booking-not-in-state',
      );
      const forgiven = (await act(head, upheld, 'forgive').expect(200)).body as Answer;
      expect(forgiven).toMatchObject({ status: 'no_show', forgiven: true });
      await act(who, await booked(who, hall, next), 'cancel').expect(200);
      const corrected = (await act(head, recorded[0]!, 'attend').expect(200)).body as Answer;
      expect(corrected.status).toBe('attended');
      test.clock.set(at('03-20', '08:00'));
      expect(codeOf(await act(head, corrected, 'no-show').expect(409))).toBe('affairs/booking-afterwards-too-late');
    } finally {
      await put({});
    }
  });

  it('is for those it is for, and seen by the student and whoever keeps it', async () => {
    const hall = await open({ audienceUnitIds: [classes.se2401] });
    const [member, other] = [students[0]!, await test.person(campus.students[11]!)];
    await other.get(`${BOOKABLES}/${hall.id}`).expect(404);
    await book(other, hall, span('03-02', '09:00', '10:00')).expect(404);
    expect((await other.get(BOOKABLES).expect(200)).body.data).toEqual([]);
    const mine = await booked(member, hall, span('03-02', '09:00', '10:00'), { note: '班会' });
    await book(member, hall, span('03-02', '11:00', '12:00'), { studentId: campus.students[11] }).expect(404);
    for (const foreign of [other, students[1]!, await test.person(staff.counselorFl)]) {
      await foreign.get(`${BOOKINGS}/${mine.id}`).expect(404);
      await act(foreign, mine, 'cancel').expect(404);
      expect((await foreign.get(BOOKINGS).expect(200)).body.data).toEqual([]);
    }
    expect((await see(member, mine)).note).toBe('班会');
    const audits = () =>
      test.query(sql`SELECT 1 FROM platform.audit WHERE action = 'affairs.booking.read' AND subject_id = ${mine.id}`);
    expect(await audits()).toHaveLength(0);
    expect((await see(head, mine)).note).toBe('班会');
    expect(await audits()).toHaveLength(1);
    expect((await head.get(`${BOOKINGS}?bookableId=${hall.id}`).expect(200)).body.data[0]).not.toHaveProperty('note');
  });

  it('of hours is between the student and the host', async () => {
    const counselor = await test.person(staff.counselorCs);
    const officer = await test.person(staff.collegeOfficerCs);
    const hours = await open(
      { kind: 'hours', unitId: classes.se2401, hostId: staff.counselorCs, capacity: 1, name: '谈心时段' },
      counselor,
    );
    await counselor
      .post(BOOKABLES, { kind: 'hours', unitId: classes.se2401, hostId: staff.counselorFl, ...rules })
      .expect(422);
    await counselor.post(BOOKABLES, { kind: 'hours', unitId: classes.se2401, ...rules }).expect(422);
    await counselor.post(BOOKABLES, { kind: 'place', unitId: classes.se2401, ...rules }).expect(404);
    await head.post(BOOKABLES, { kind: 'place', unitId: places.building2, ...rules }).expect(404);
    const talk = await booked(students[0]!, hours, span('03-02', '14:00', '15:00'), { note: '想谈谈宿舍关系' });
    expect((await see(counselor, talk)).note).toBe('想谈谈宿舍关系');
    for (const client of [officer, head, await test.person(staff.schoolOfficer)])
      await client.get(`${BOOKINGS}/${talk.id}`).expect(404);
    // Its rules are the officer's matter as well.
    await officer.post(`${BOOKABLES}/${hours.id}/close`).set('If-Match', '"1"').expect(200);
    expect(codeOf(await book(students[1]!, hours, span('03-02', '16:00', '17:00')).expect(409))).toBe(
      'affairs/bookable-closed',
    );
    await head.post(`${BOOKABLES}/${hours.id}/reopen`).set('If-Match', '"2"').expect(404);
    await counselor.post(`${BOOKABLES}/${hours.id}/reopen`).set('If-Match', '"2"').expect(200);
  });

  it('forgets what a student wrote when they are erased', async () => {
    const hall = await open();
    const [id] = (await newcomers(1)) as [string];
    const one = await booked(app, hall, span('03-02', '09:00', '10:00'), { studentId: id, note: '私事' });
    const [row] = await test.query<{ note: Buffer }>(sql`SELECT note FROM affairs.booking WHERE id = ${one.id}`);
    expect(row!.note.toString()).not.toContain('私事');
    await test.database.transaction(null, (tx) => test.app.get(Events).publish(tx, new StudentErasedV1(id)));
    await drainEvents(test);
    const [after] = await test.query<{ note: Buffer | null }>(
      sql`SELECT note FROM affairs.booking WHERE id = ${one.id}`,
    );
    expect(after!.note === null || after!.note.length === 0 || !after!.note.equals(row!.note)).toBe(true);
  });

  describe('in a calendar', () => {
    const read = (path: string) => supertest(test.url).get(path);

    it('that programs read at a secret address, until it is withdrawn', async () => {
      const hall = await open({ name: '多功能厅；A区, 一层' });
      const who = students[0]!;
      const one = await booked(who, hall, span('03-02', '09:00', '10:00'), { note: '保密' });
      await act(who, await booked(who, hall, span('03-03', '09:00', '10:00')), 'cancel').expect(200);
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
          sql`SELECT 1 FROM affairs.booking_feed WHERE encode(digest, 'escape') LIKE ${`%${feed.path.slice(-32)}%`}`,
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

  it('refuses what is no rule, pointing at it', async () => {
    const wrong = async (more: object, status: number, pointer: string) => {
      const answer = await head
        .post(BOOKABLES, { kind: 'place', unitId: places.building1, ...rules, ...more })
        .expect(status);
      expect(answer.body.errors[0].pointer).toBe(pointer);
    };
    await wrong({ openingHours: [] }, 400, '#/openingHours');
    await wrong({ openingHours: [{ weekday: 8, from: '08:00', to: '09:00' }] }, 400, '#/openingHours/0/weekday');
    await wrong({ openingHours: [{ weekday: 1, from: '8:00', to: '09:00' }] }, 400, '#/openingHours/0/from');
    await wrong({ openingHours: [{ weekday: 1, from: '10:00', to: '09:00' }] }, 422, '#/openingHours');
    await wrong(
      {
        openingHours: [
          { weekday: 1, from: '08:00', to: '10:00' },
          { weekday: 1, from: '09:00', to: '11:00' },
        ],
      },
      422,
      '#/openingHours',
    );
    await wrong({ capacity: 0 }, 400, '#/capacity');
    await wrong({ hostId: staff.buildingHead1 }, 422, '#/hostId');
    expect((await head.get(BOOKABLES).expect(200)).body.data).toEqual([]);
  });
});
