import { RosterChangedV1 } from '#contracts';
import { newId, sql } from '#database';
import { Events } from '#events';
import { campus, campusNow, campusToday, drainEvents, studentNumbers } from '#testing';
import { addDays } from '#time';
import { House, type Leave, wall } from './house.js';

const HOUR = 3_600_000;
const hoursAgo = (hours: number): string => new Date(campusNow().getTime() - hours * HOUR).toISOString();

// Shorter than a day, so that it touches two dates at most at any hour, which the counselor alone decides on.
describe('a leave that is filed after the return', () => {
  let house: House;
  beforeAll(async () => {
    house = await House.open();
  });
  afterAll(() => house.close());

  const see = async ({ id }: Leave): Promise<Leave> =>
    (await house.counselor.get(`/affairs/v1/leaves/${id}`).expect(200)).body as Leave;

  it('is closed by the passes of that time, and opened again when they are taken back', async () => {
    const back = hoursAgo(10);
    await house.send(0, ['out', hoursAgo(27)], ['in', back]);
    const leave = await house.leaveOf(0, hoursAgo(28), hoursAgo(5));
    expect(leave).toMatchObject({ status: 'closed', closedHow: 'gate', returnedAt: back, endsAt: back });
    await house.takeBack(0, back);
    expect(await see(leave)).toMatchObject({ status: 'approved', closedHow: null, returnedAt: null });
  });

  it('is not closed by a pass that was taken back before', async () => {
    const [first, second] = [hoursAgo(12), hoursAgo(8)];
    await house.send(1, ['out', hoursAgo(27)], ['in', first], ['in', second]);
    await house.takeBack(1, first);
    expect(await house.leaveOf(1, hoursAgo(28), hoursAgo(5))).toMatchObject({ closedHow: 'gate', returnedAt: second });
  });

  it('waits for the return where the gate saw none', async () => {
    expect(await house.leaveOf(2, hoursAgo(28), hoursAgo(5))).toMatchObject({ status: 'approved', returnedAt: null });
  });

  it('knows of an exit before a leave that begins only now', async () => {
    await house.send(3, ['out', hoursAgo(3)]);
    const leave = await house.leaveOf(3, hoursAgo(2), hoursAgo(-5));
    const back = hoursAgo(0);
    await house.send(3, ['in', back]);
    expect(await see(leave)).toMatchObject({ status: 'closed', closedHow: 'gate', returnedAt: back });
  });
});

/** The path of a leave, a night and a warning when it rains: what was known is corrected, and the services agree again. */
describe('after a correction', () => {
  let house: House;
  const now = campusToday();
  // Over whatever the time is.
  const night = addDays(now, -3);
  const morning = addDays(night, 1);
  const [out, early, noon] = [wall(night, '18:00'), wall(night, '22:30'), wall(morning, '12:00')];

  beforeEach(async () => {
    house = await House.open();
  });
  afterEach(() => house.close());

  const story = (who: number) => house.story(who, night, now);
  /** Somebody is out that night and back at noon; nobody knows why. */
  const stayedOut = async (who: number): Promise<void> => {
    await house.send(who, ['out', out], ['in', noon]);
    await house.check(night);
    expect(await story(who)).toEqual({
      leave: null,
      night: { finding: 'not_returned', excuse: null, minutesLate: null },
      warning: 'open',
    });
  };

  it('by a pass taken back, the leave ends at the other return and excuses the night', async () => {
    const leave = await house.leaveOf(0, wall(night, '17:00'), wall(morning, '22:00'));
    await house.send(0, ['out', out], ['in', early], ['in', noon]);
    await house.check(night);
    const home = { leave: { status: 'closed', closedHow: 'gate', returnedAt: early }, night: null, warning: null };
    expect(await story(0)).toEqual(home);
    await house.takeBack(0, early);
    const { warning, ...after } = await story(0);
    expect(after).toEqual({
      leave: { status: 'closed', closedHow: 'gate', returnedAt: noon },
      night: { finding: 'excused', excuse: 'leave', minutesLate: null },
    });
    // The gate hears of it before the leave does: a run in between may have raised one, and the next has taken it back.
    expect([null, 'withdrawn']).toContain(warning);
    expect(leave.status).toBe('approved');
  });

  it('by a pass taken back, who had been in is missing and warned about, with or without a leave that was over', async () => {
    await house.leaveOf(1, wall(night, '17:00'), wall(night, '22:40'));
    for (const who of [0, 1]) await house.send(who, ['out', out], ['in', early]);
    await house.check(night);
    for (const who of [0, 1]) expect(await story(who)).toMatchObject({ night: null, warning: null });
    for (const who of [0, 1]) await house.takeBack(who, early);
    for (const who of [0, 1])
      expect(await story(who)).toMatchObject({ night: { finding: 'not_returned', excuse: null }, warning: 'open' });
    expect((await story(1)).leave).toMatchObject({ status: 'approved', returnedAt: null });
  });

  it('by a pass that its device replaces, the return of the leave and the minutes of the night are of the new one', async () => {
    await house.leaveOf(0, wall(night, '17:00'), wall(night, '23:30'));
    const [, record] = await house.send(0, ['out', out], ['in', early]);
    await house.check(night);
    expect(await story(0)).toMatchObject({ leave: { returnedAt: early }, night: null });
    const late = wall(morning, '00:40');
    await house.sendRows([{ ...record, at: late, replaces: true }]);
    expect(await story(0)).toEqual({
      leave: { status: 'closed', closedHow: 'gate', returnedAt: late },
      night: { finding: 'late', excuse: null, minutesLate: 70 },
      warning: null,
    });
  });

  it('by a leave filed afterwards, the night is excused and the warning withdrawn', async () => {
    await stayedOut(0);
    await house.leaveOf(0, wall(night, '17:00'), wall(morning, '22:00'));
    expect(await story(0)).toEqual({
      leave: { status: 'closed', closedHow: 'gate', returnedAt: noon },
      night: { finding: 'excused', excuse: 'leave', minutesLate: null },
      warning: 'withdrawn',
    });
  });

  /** Who sees, of the student's leave, night and warning, which. */
  const seenBy = async (who: number, person: string): Promise<boolean[]> => {
    const client = await house.test.person(person);
    const of = `studentId=${campus.students[who]}`;
    const lists = [`/affairs/v1/leaves?${of}`, `/safety/v1/findings?${of}`, `/early-warning/v1/warnings?${of}`];
    return Promise.all(
      lists.map(async (path) => ((await client.get(path).expect(200)).body.data as object[]).length > 0),
    );
  };
  const { counselorCs, counselorFl } = campus.staff;
  const [ALL, NONE] = [Array(3).fill(true), Array(3).fill(false)];

  it('of an appointment, all three are seen by who answers now, and the story stays', async () => {
    await stayedOut(0);
    await house.leaveOf(0, hoursAgo(1), hoursAgo(-5));
    const before = await story(0);
    expect([await seenBy(0, counselorCs), await seenBy(0, counselorFl)]).toEqual([ALL, NONE]);
    const path = '/staffing/v1/appointments';
    const { body } = await house.app.get(`${path}?personId=${counselorCs}&unitId=${campus.classes.se2401}`).expect(200);
    const [post] = body.data as { id: string; version: number }[];
    await house.app.post(`${path}/${post?.id}/end`, { validTo: now }).set('If-Match', `"${post?.version}"`).expect(200);
    const values = { personId: counselorFl, kind: 'counselor', unitId: campus.classes.se2401, validFrom: now };
    await house.app.post(path, values).expect(201);
    await drainEvents(house.test);
    expect([await seenBy(0, counselorCs), await seenBy(0, counselorFl)]).toEqual([NONE, ALL]);
    expect(await story(0)).toEqual(before);
  });

  it('of a class, all three are seen by who answers for the new one, and the story stays', async () => {
    await stayedOut(0);
    await house.leaveOf(0, hoursAgo(1), hoursAgo(-5));
    const before = await story(0);
    // As an import writes it, which says so.
    await house.test.query(sql`UPDATE directory.membership SET valid_to = ${now}
      WHERE person_id = ${campus.students[0]} AND unit_id = ${campus.classes.se2401}`);
    await house.test.query(sql`INSERT INTO directory.membership (id, person_id, unit_id, valid_from)
      VALUES (${newId()}, ${campus.students[0]}, ${campus.classes.en2401}, ${now})`);
    await rosterChanged();
    expect([await seenBy(0, counselorCs), await seenBy(0, counselorFl)]).toEqual([NONE, ALL]);
    expect(await story(0)).toEqual(before);
  });

  it('of where somebody lived, the night is judged by the building of that night and the warning withdrawn', async () => {
    await stayedOut(0);
    await moveOut(0, addDays(night, 1));
    expect(await story(0)).toMatchObject({ night: { finding: 'not_returned' }, warning: 'open' });
    await moveOut(0, night);
    // Of building 2 nothing is known that night: no data is not a finding.
    expect(await story(0)).toMatchObject({ night: { finding: 'unknown' }, warning: 'withdrawn' });
  });

  it('of who is on the roster, what was found while they were stands, and later nights are nobody’s', async () => {
    await stayedOut(0);
    const before = await story(0);
    await house.test.query(sql`UPDATE directory.person SET active = FALSE, inactive_since = ${morning}
      WHERE id = ${campus.students[0]}`);
    await rosterChanged();
    expect(await story(0)).toEqual(before);
    await house.check(morning);
    expect((await house.story(0, morning, now)).night).toBeNull();
  });

  async function rosterChanged(): Promise<void> {
    await house.test.database.transaction(null, (tx) =>
      house.test.app.get(Events).publish(tx, new RosterChangedV1(newId())),
    );
    await drainEvents(house.test);
  }

  /** A student moves to a new bed of building 2, by an import of places. */
  async function moveOut(who: number, from: string): Promise<void> {
    const header = 'campus,building,floor,room,bed,student_number,from';
    const row = `C1,B2,1,109,1,${studentNumbers[who]},${from}`;
    const file = Buffer.from(`${header}\n${row}\n`);
    await house.app.post('/directory/v1/imports/places').attach('file', file, 'places.csv').expect(202);
    await drainEvents(house.test);
  }
});
