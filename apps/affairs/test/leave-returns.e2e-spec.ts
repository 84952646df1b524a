import { PassesRecordedV1, PassesRetractedV1, PassFact } from '#contracts';
import { newId, sql } from '#database';
import { Events, Schedules } from '#events';
import { campus, type Client, drainEvents, TestApp } from '#testing';
import { affairs } from '../src/affairs.module.js';
import { act, approve, events, form, type LeaveAnswer, submit, urgentForm } from './support.js';

const PATH = '/affairs/v1/leaves';
const HOUR = 3_600_000;
const { building1, building2 } = campus.places;

describe('returns from leave', () => {
  let test: TestApp;
  let counselor: Client;

  beforeAll(async () => {
    test = await TestApp.create([affairs]);
    counselor = await test.person(campus.staff.counselorCs);
  });
  afterAll(() => test.close());

  /** A pass so many hours ago. */
  const pass = (student: number, direction: 'in' | 'out', hoursAgo: number, buildingId: string = building1): PassFact =>
    Object.assign(new PassFact(), {
      passId: newId(),
      studentId: campus.students[student]!,
      buildingId,
      direction,
      at: new Date(test.clock.now().getTime() - hoursAgo * HOUR).toISOString(),
    });

  async function record(...batches: PassFact[][]): Promise<void> {
    for (const passes of batches) {
      await test.database.transaction(null, (tx) => test.app.get(Events).publish(tx, new PassesRecordedV1(passes)));
      await drainEvents(test);
    }
  }

  async function leaveOf(student: number, ago: number, ahead: number): Promise<LeaveAnswer> {
    return approve(test, await submit(await test.person(campus.students[student]!), urgentForm(ago, ahead)));
  }

  const see = async (leave: LeaveAnswer): Promise<LeaveAnswer> =>
    (await counselor.get(`${PATH}/${leave.id}`).expect(200)).body as LeaveAnswer;
  const changes = async (leave: LeaveAnswer): Promise<string[]> =>
    (await events(test, leave.id))
      .filter(({ name }) => name === 'affairs.leave-changed.v1')
      .map(({ payload }) => payload['endsAt']!);

  it('closes by the pass into the own building, ends the leave there, and tells the others', async () => {
    const leave = await leaveOf(0, 20, 10);
    const [out, elsewhere, back] = [pass(0, 'out', 19), pass(0, 'in', 12, building2), pass(0, 'in', 10)];
    await record([out, elsewhere]);
    expect(await see(leave)).toMatchObject({ status: 'approved', endsAt: leave.endsAt });
    await record([back]);
    expect(await see(leave)).toMatchObject({
      status: 'closed',
      closedHow: 'gate',
      endsAt: back.at,
      returnedAt: back.at,
      returnedLate: false,
    });
    expect(await changes(leave)).toEqual([back.at]);
    const { body } = await counselor.get(`${PATH}/${leave.id}/history`).expect(200);
    expect(body.data.at(-1)).toMatchObject({ action: 'close', by: { kind: 'system', id: 'affairs' } });
    await act(await test.person(campus.students[0]!), await see(leave), 'close').expect(409);
  });

  const retract = async (...passes: PassFact[]): Promise<void> => {
    await test.database.transaction(null, (tx) => test.app.get(Events).publish(tx, new PassesRetractedV1(passes)));
    await drainEvents(test);
  };

  it('is open again to its planned end when the pass that closed it is taken back', async () => {
    const leave = await leaveOf(0, 70, -21);
    const [out, back] = [pass(0, 'out', 69), pass(0, 'in', 40)];
    await record([out, back]);
    expect(await see(leave)).toMatchObject({ status: 'closed', closedHow: 'gate', endsAt: back.at });
    await retract(back);
    expect(await see(leave)).toMatchObject({
      status: 'approved',
      closedHow: null,
      returnedAt: null,
      endsAt: leave.endsAt,
    });
    expect(await changes(leave)).toEqual([back.at, leave.endsAt]);
    // Told again, or told of only now: it stays taken back.
    await record([back]);
    expect(await see(leave)).toMatchObject({ status: 'approved' });
    const [early, later] = [pass(0, 'in', 30), pass(0, 'in', 25)];
    await retract(early);
    await record([early, later]);
    expect(await see(leave)).toMatchObject({ status: 'closed', returnedAt: later.at });
  });

  it('that the gate saw is corrected by staff, not by the student', async () => {
    const leave = await leaveOf(2, 70, -31);
    const back = pass(2, 'in', 50);
    await record([pass(2, 'out', 69), back]);
    const self = await test.person(campus.students[2]!);
    await act(self, await see(leave), 'close').expect(409);
    const returnedAt = new Date(test.clock.now().getTime() - 40 * HOUR).toISOString();
    const corrected = await act(counselor, await see(leave), 'close', { returnedAt }).expect(200);
    expect(corrected.body).toMatchObject({ status: 'closed', closedHow: 'staff', returnedAt, endsAt: returnedAt });
    expect(await changes(leave)).toEqual([back.at, returnedAt]);
  });

  it('ends the same however often, late and shuffled the passes come', async () => {
    const [one, two] = [await leaveOf(1, 30, 5), await leaveOf(2, 30, 5)];
    const of = (student: number): PassFact[] => [
      pass(student, 'out', 29),
      pass(student, 'in', 20),
      pass(student, 'out', 18),
      pass(student, 'in', 9),
    ];
    const [inOrder, late] = [of(1), of(2)];
    await record(...inOrder.map((fact) => [fact]));
    // The later return is known first, then the earlier one, then the exits; everything twice.
    await record([late[3]!], [late[1]!], [late[2]!, late[0]!], [...late].reverse());
    expect(await see(one)).toMatchObject({
      status: 'closed',
      closedHow: 'gate',
      returnedAt: inOrder[1]!.at,
      endsAt: inOrder[1]!.at,
    });
    expect(await see(two)).toMatchObject({
      status: 'closed',
      closedHow: 'gate',
      returnedAt: late[1]!.at,
      endsAt: late[1]!.at,
    });
    expect(await changes(one)).toEqual([inOrder[1]!.at]);
    expect((await changes(two)).at(-1)).toBe(late[1]!.at);
  });

  it('opens again when a late pass shows that the return was none', async () => {
    const leave = await leaveOf(3, 10, 20);
    const back = pass(3, 'in', 3);
    await record([back]);
    expect(await see(leave)).toMatchObject({ status: 'closed', returnedAt: back.at });
    // Half an hour out before coming in: not back from anywhere.
    await record([pass(3, 'out', 3.5)]);
    expect(await see(leave)).toMatchObject({
      status: 'approved',
      closedHow: null,
      returnedAt: null,
      endsAt: leave.endsAt,
    });
    expect(await changes(leave)).toEqual([back.at, leave.endsAt]);
  });

  it('knows the passes of a leave that is approved only afterwards', async () => {
    const student = await test.person(campus.students[4]!);
    const asked = await submit(student, urgentForm(20, 4));
    const back = pass(4, 'in', 2);
    await record([pass(4, 'out', 19), back]);
    expect((await see(asked)).status).toBe('submitted');
    const leave = await approve(test, await see(asked));
    expect(leave).toMatchObject({ status: 'closed', closedHow: 'gate', endsAt: back.at });
    expect(await events(test, leave.id)).toMatchObject([
      { name: 'affairs.leave-approved.v1', payload: { endsAt: back.at } },
    ]);
    const { data } = (await counselor.get(`${PATH}/${leave.id}/history`).expect(200)).body;
    expect(data.at(-1)).toMatchObject({ action: 'close', by: { kind: 'system', id: 'affairs' } });
  });

  it('is reported by the student, as of now, and by staff, as of when they say', async () => {
    const student = await test.person(campus.students[5]!);
    const own = await leaveOf(5, 5, 5);
    const earlier = new Date(test.clock.now().getTime() - HOUR).toISOString();
    await act(student, own, 'close', { returnedAt: earlier }).expect(400);
    const closed = (await act(student, own, 'close').expect(200)).body as LeaveAnswer;
    expect(closed).toMatchObject({ status: 'closed', closedHow: 'self' });
    expect(Math.abs(Date.parse(closed.endsAt) - test.clock.now().getTime())).toBeLessThan(60_000);
    expect(await changes(own)).toEqual([closed.endsAt]);
    // A pass that arrives late knows better.
    await record([pass(5, 'out', 4), pass(5, 'in', 2)]);
    expect((await see(own))['closedHow']).toBe('gate');

    const other = await leaveOf(6, 5, 5);
    const bad = await act(counselor, other, 'close', {
      returnedAt: new Date(test.clock.now().getTime() + HOUR).toISOString(),
    }).expect(400);
    expect(bad.body.errors[0].pointer).toBe('#/returnedAt');
    const byStaff = (await act(counselor, other, 'close', { returnedAt: earlier, comment: '已到宿舍核实' }).expect(200))
      .body;
    expect(byStaff).toMatchObject({ status: 'closed', closedHow: 'staff', returnedAt: earlier, endsAt: earlier });
    await record([pass(6, 'out', 4), pass(6, 'in', 2)]);
    expect(await see(other)).toMatchObject({ closedHow: 'staff', returnedAt: earlier });
  });

  it('is overdue when nobody knows of a return in time; it can still be reported, and the gate still sees it', async () => {
    const leave = await leaveOf(7, 40, -20);
    const before = new Date(Date.parse(leave['returnBy'] as string) - 1);
    const tick = async (at: Date): Promise<void> => {
      await test.app.get(Schedules).tick(at);
      await drainEvents(test);
    };
    await tick(before);
    expect((await see(leave)).status).toBe('approved');
    await tick(new Date(before.getTime() + 2 * 24 * HOUR));
    expect(await see(leave)).toMatchObject({
      status: 'closed',
      closedHow: 'late',
      overdue: true,
      returnedAt: null,
      endsAt: leave.endsAt,
    });
    const overdue = await counselor.get(`${PATH}?overdue=true&studentId=${campus.students[7]}`).expect(200);
    expect(overdue.body.data.map(({ id }: LeaveAnswer) => id)).toEqual([leave.id]);
    expect((await counselor.get(`${PATH}/summary`).expect(200)).body.overdue).toBeGreaterThanOrEqual(1);

    const back = pass(7, 'in', 1);
    await record([pass(7, 'out', 39), back]);
    expect(await see(leave)).toMatchObject({
      closedHow: 'gate',
      overdue: false,
      returnedAt: back.at,
      endsAt: leave.endsAt,
    });
    expect(await changes(leave)).toEqual([]);
    const again = await leaveOf(7, 19, -1);
    await tick(new Date(Date.parse(again['returnBy'] as string) + 4 * 24 * HOUR));
    const late = await see(again);
    expect(late['overdue']).toBe(true);
    const student = await test.person(campus.students[7]!);
    expect((await act(student, late, 'close').expect(200)).body).toMatchObject({ closedHow: 'self', overdue: false });
  });

  it('keeps only passes that may matter, and forgets them', async () => {
    const kept = async (): Promise<number> =>
      (await test.query<{ n: number }>(sql`SELECT count(*)::int AS n FROM affairs.leave_pass`))[0]!.n;
    const before = await kept();
    await record([pass(9, 'out', 2, building2), pass(9, 'in', 1, building2)]);
    expect(await kept()).toBe(before);
    await test.app.get(Schedules).tick(new Date(test.clock.now().getTime() + 40 * 24 * HOUR));
    await drainEvents(test);
    expect(await kept()).toBe(0);
  });

  it('sums up what was closed at the first go', async () => {
    const { body } = await counselor.get(`${PATH}/summary`).expect(200);
    expect(body.firstTimeCompletionRate).toBe(1);
    const student = await test.person(campus.students[0]!);
    const leave = await submit(student, urgentForm(1, 10));
    const returned = (await act(counselor, leave, 'return', { comment: '补正' }).expect(200)).body as LeaveAnswer;
    const again = (await act(student, returned, 'resubmit', urgentForm(1, 10)).expect(200)).body as LeaveAnswer;
    await act(student, await approve(test, again), 'close').expect(200);
    const after = (await counselor.get(`${PATH}/summary`).expect(200)).body;
    expect(after.closed).toBe(body.closed + 1);
    expect(after.firstTimeCompletionRate).toBeCloseTo(body.closed / (body.closed + 1), 10);
    await submit(student, await form(test));
    const { counts } = (await counselor.get(`${PATH}/summary?from=2020-01-01&to=2020-12-31`).expect(200)).body;
    expect(counts).toEqual([]);
  });
});
