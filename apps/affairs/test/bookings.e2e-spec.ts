import { newId, sql } from '#database';
import { campus, type Client, type TestApp } from '#testing';
import { at, BOOKABLES, BOOKINGS, BookingTest, codeOf, rules, span, type Answer } from './booking-kit.js';

const { staff, places } = campus;

describe('bookings', () => {
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

  it('gives ten places to ten of fifty who ask at once', async () => {
    const hall = await kit.open();
    const ids = await kit.newcomers(50);
    const when = span('03-02', '09:00', '10:00');
    const answers = await Promise.all(ids.map((studentId) => kit.book(app, hall, when, { studentId })));
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
    const room = await kit.open({ exclusive: true, maxSlots: 4 });
    const ids = await kit.newcomers(20);
    const answers = await Promise.all(
      ids.map((studentId, i) =>
        kit.book(app, room, i % 2 ? span('03-02', '09:00', '11:00') : span('03-02', '10:00', '13:00'), {
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
    const hall = await kit.open({ capacity: 5, maxSlots: 4 });
    const [a, b, c] = await kit.newcomers(3);
    await kit.booked(app, hall, span('03-02', '09:00', '10:00'), { studentId: a, attendees: 3 });
    await kit.booked(app, hall, span('03-02', '10:00', '11:00'), { studentId: b, attendees: 3 });
    const when = span('03-02', '09:00', '11:00');
    expect(codeOf(await kit.book(app, hall, when, { studentId: c, attendees: 3 }).expect(409))).toBe(
      'affairs/booking-full',
    );
    await kit.book(app, hall, when, { studentId: c, attendees: 2 }).expect(201);
  });

  it('says what is wrong with a time before it is booked', async () => {
    const hall = await kit.open({
      perWeek: 1,
      daysAhead: 14,
      closedOn: ['2027-03-09'],
      openingHours: [{ weekday: 2, from: '09:00', to: '12:30' }],
    });
    const who = students[0]!;
    const refused = async (when: object, status: number, code: string, more: object = {}) =>
      expect(codeOf(await kit.book(who, hall, when, more).expect(status))).toBe(`affairs/booking-${code}`);
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
    await kit.booked(who, hall, span('03-02', '09:00', '10:00'));
    expect((await slots('from=2027-03-02&to=2027-03-02')).map(({ reason }) => reason?.code)).toEqual(
      Array(3).fill('booking-too-many-in-week'),
    );
    await refused(span('03-02', '10:00', '11:00'), 409, 'too-many-in-week');
    const other = await kit.open({ name: '另一间' });
    expect(codeOf(await kit.book(who, other, span('03-02', '09:00', '10:00')).expect(409))).toBe(
      'affairs/booking-overlaps-own',
    );
    test.clock.set(at('03-02', '09:30'));
    expect(codeOf(await kit.book(students[1]!, hall, span('03-02', '09:00', '10:00')).expect(422))).toBe(
      'affairs/booking-in-past',
    );
    await who.get(`${BOOKABLES}/${hall.id}/slots?from=2027-03-02&to=2027-03-10`).expect(400);
  });

  it('limits how many bookings somebody has, two requests at once included, and shows it in the list', async () => {
    await kit.put({ openPerStudent: 2 });
    try {
      const halls = await Promise.all([kit.open({ name: 'A' }), kit.open({ name: 'B' }), kit.open({ name: 'C' })]);
      const who = students[0]!;
      const answers = await Promise.all(
        halls.map((hall, i) => kit.book(who, hall, span(`03-0${i + 2}`, '09:00', '10:00'))),
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
      await kit.put({});
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
      const hall = await kit.open({ closedOn: ['2027-03-29'] });
      const { body } = await series(students[0]!, hall, 5).expect(201);
      expect(body.bookings.map(({ startsAt }: Answer) => startsAt)).toEqual(
        ['03-15', '03-22', '04-12'].map((day) => `2027-${day}T11:00:00.000Z`),
      );
      // 5 April 2027 is 清明节.
      expect(body.skipped.map(({ date }: { date: string }) => date)).toEqual(['2027-03-29', '2027-04-05']);
      const { body: all } = await students[0]!.get(`${BOOKINGS}?seriesId=${body.id}&total=true`).expect(200);
      expect(all.total).toBe(3);
      expect((await kit.see(students[0]!, body.bookings[0])).note).toBe('读书会');
    });

    it('counts itself, and is all or nothing', async () => {
      await kit.put({ openPerStudent: 3 });
      try {
        const hall = await kit.open({ closedOnHolidays: false });
        const answer = await series(students[0]!, hall, 5).expect(409);
        expect(codeOf(answer)).toBe('affairs/booking-series-not-possible');
        expect(answer.body.errors).toHaveLength(2);
        expect(answer.body.errors[0]).toMatchObject({ pointer: '#/weeks' });
        expect(answer.body.errors[0].detail).toContain('2027-04-05');
        expect(await test.query(sql`SELECT 1 FROM affairs.booking`)).toEqual([]);
        await series(students[0]!, hall, 3).expect(201);
      } finally {
        await kit.put({});
      }
    });

    it('books nothing when one week is full', async () => {
      const room = await kit.open({ exclusive: true });
      await kit.booked(students[1]!, room, span('03-22', '19:00', '20:00'));
      const answer = await series(students[0]!, room, 3).expect(409);
      expect(answer.body.errors.map(({ detail }: { detail: string }) => detail.slice(0, 10))).toEqual(['2027-03-22']);
      expect(await test.query(sql`SELECT 1 FROM affairs.booking`)).toHaveLength(1);
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
