import type supertest from 'supertest';
import { newId, sql } from '#database';
import { Events } from '#events';
import { addWorkingDays } from '#roster';
import {
  campus,
  campusNow,
  campusToday,
  type Client,
  cloneDatabase,
  drainEvents,
  eventually,
  fireTimers,
  TestApp,
} from '#testing';
import { CampusClock, instantOf } from '#time';
import { affairs } from '../src/affairs.module.js';
import { LeavePolicy } from '../src/leave/leave.policy.js';
import { StepDueV1 } from '../src/tasks/step-due.event.js';
import { act, approve, events, form, type LeaveAnswer, submit, zone } from './support.js';

const { counselorCs, collegeOfficerCs, schoolOfficer } = campus.staff;
const PATH = '/affairs/v1/leaves';
const HOUR = 3_600_000;
const COLLEGE = { kind: 'student_affairs_officer', unitKind: 'college' };

interface Task {
  subjectId: string;
  step: string;
  dueAt: string | null;
  overdue: boolean;
  escalated: boolean;
}

describe('the deadline of a step of leave', () => {
  let test: TestApp;
  let clock: CampusClock;
  let student: Client;
  let counselor: Client;
  let college: Client;
  let school: Client;
  let skip = 0;

  beforeAll(async () => {
    test = await TestApp.create([affairs]);
    clock = test.app.get(CampusClock);
    [student, counselor, college, school] = (await Promise.all(
      [campus.students[0]!, counselorCs, collegeOfficerCs, schoolOfficer].map((id) => test.person(id)),
    )) as [Client, Client, Client, Client];
  });
  afterEach(() => moveTo());
  afterAll(() => test.close());

  /** Sets the campus clock; back to the machine's when left out. */
  const moveTo = (at?: Date): void => {
    clock.now = () => at ?? campusNow();
  };
  /** The counselor of every leave is given this deadline, and nobody else has one. */
  const publish = (client: Client, deadline: object | undefined): supertest.Test => {
    const value = structuredClone({ ...new LeavePolicy(), countAdjacentLeaves: false }) as {
      levels: { approvers: { deadline?: object }[] }[];
    };
    for (const { approvers } of value.levels) {
      for (const approver of approvers) delete approver.deadline;
      if (deadline) approvers[0]!.deadline = deadline;
    }
    const path = '/affairs/v1/policies/affairs.leave/versions';
    return client.post(path, { effectiveFrom: campusToday(), value, source: '请假办法' });
  };
  const give = async (deadline: object | undefined): Promise<void> => {
    await publish(school, deadline).expect(201);
  };
  const ask = async (days = 1): Promise<LeaveAnswer> => submit(student, await form(test, days, (skip += 4)));
  const caseOf = async ({ id }: LeaveAnswer): Promise<string> =>
    (await test.query<{ id: string }>(sql`SELECT workflow_id AS id FROM affairs.leave WHERE id = ${id}`))[0]!.id;
  const timer = async (leave: LeaveAnswer): Promise<Date | undefined> =>
    (
      await test.query<{ at: Date }>(
        sql`SELECT t.due_at AS at FROM events.timer t JOIN affairs.leave l ON t.key = 'affairs.step-due ' || l.workflow_id WHERE l.id = ${leave.id}`,
      )
    )[0]?.at;
  const see = async (client: Client, { id }: LeaveAnswer): Promise<LeaveAnswer> =>
    (await client.get(`${PATH}/${id}`).expect(200)).body;
  const task = async (client: Client, { id }: LeaveAnswer): Promise<Task | undefined> =>
    ((await client.get('/affairs/v1/tasks?limit=200').expect(200)).body.data as Task[]).find(
      ({ subjectId }) => subjectId === id,
    );
  const history = async ({ id }: LeaveAnswer): Promise<string[]> =>
    ((await school.get(`${PATH}/${id}/history`).expect(200)).body.data as { action: string }[]).map(
      ({ action }) => action,
    );
  const told = async ({ id }: LeaveAnswer): Promise<Record<string, unknown>[]> =>
    (
      await test.query<{ payload: Record<string, unknown> }>(
        sql`SELECT payload FROM events.event WHERE name = 'affairs.step-overdue.v1' AND payload->>'subjectId' = ${id}`,
      )
    ).map(({ payload }) => payload);
  const passes = async (at: Date): Promise<void> => {
    moveTo(at);
    await fireTimers(test, at);
  };

  it('is a reminder after a working day, and supervision up the line after two, unless the school says otherwise', async () => {
    const leave = await ask();
    const ends = await Promise.all(
      [1, 2].map(async (n) => instantOf((await addWorkingDays(test.tx, campusToday(), n)).date, '24:00', zone)),
    );
    const [first, second] = ends as [Date, Date];
    expect(await timer(leave)).toEqual(first);
    await passes(first);
    expect(await timer(leave)).toEqual(second);
    // By when it was to be decided stays what it was.
    expect(await task(counselor, leave)).toMatchObject({ dueAt: first.toISOString(), overdue: true });
    await passes(second);
    expect(await timer(leave)).toBeUndefined();
    expect(await history(leave)).toEqual(['submit', 'remind', 'supervise']);
    expect(await told(leave)).toMatchObject([
      { dueAt: first.toISOString(), level: 1, then: 'remind', waitsFor: [counselorCs], supervisors: [] },
      {
        ...{ dueAt: second.toISOString(), level: 2, then: 'supervise' },
        ...{ waitsFor: [counselorCs], supervisors: [collegeOfficerCs] },
      },
    ]);
    // Who supervises sees it, and is not who decides.
    expect(await task(college, leave)).toBeUndefined();
    expect((await see(college, leave))['steps']).toMatchObject([{ dueAt: first.toISOString(), overdue: true }]);
    await act(college, await see(college, leave), 'approve').expect(403);
    expect((await approve(test, await see(student, leave))).status).toBe('approved');
  });

  it('goes up the line at once where nobody holds the post, and the history says so', async () => {
    const leave = await ask();
    const hold = (validTo: string | null): Promise<unknown> =>
      test.query(
        sql`UPDATE staffing.appointment SET valid_to = ${validTo} WHERE person_id = ${collegeOfficerCs} AND kind = 'student_affairs_officer'`,
      );
    await hold('2026-01-01');
    try {
      for (let n = 0; n < 2; n++) await passes((await timer(leave))!);
    } finally {
      await hold(null);
    }
    expect(await history(leave)).toEqual(['submit', 'remind', 'supervise-above']);
    expect((await told(leave))[1]).toMatchObject({ then: 'supervise', supervisors: [schoolOfficer] });
  });

  it('passes level by level until silence counts as consent, and begins anew where the step does', async () => {
    await give({
      ...{ hours: 1, then: 'remind' },
      later: [
        { hours: 2, then: 'supervise', to: COLLEGE },
        { hours: 3, then: 'escalate', to: COLLEGE },
        { hours: 5, then: 'approve', source: '学生请假办法第八条' },
      ],
    });
    const start = campusNow();
    const after = (hours: number): Date => new Date(start.getTime() + hours * HOUR);
    moveTo(start);
    let leave = await ask();
    await passes(after(1));
    await passes(after(2));
    expect(await timer(leave)).toEqual(after(3));
    leave = (await act(school, await see(school, leave), 'actions', { action: 'suspend' }).expect(200)).body;
    expect(await timer(leave)).toBeUndefined();
    moveTo(after(12));
    leave = (await act(school, leave, 'actions', { action: 'resume' }).expect(200)).body;
    expect(await timer(leave)).toEqual(after(13));
    await passes(after(13));
    expect(await task(college, leave)).toMatchObject({ escalated: true, dueAt: after(1).toISOString(), overdue: true });
    await act(student, await see(student, leave), 'withdraw').expect(200);
    expect(await timer(leave)).toBeUndefined();
    leave = await ask();
    // Nobody was there to fire them: they pass all the same, in their order, and no one twice.
    for (let n = 0; n < 6; n++) await passes(after(40));
    expect(await history(leave)).toEqual(['submit', 'remind', 'supervise', 'escalate', 'deem-approved']);
    expect((await told(leave)).map(({ level }) => level)).toEqual([1, 2, 3, 4]);
    expect((await see(student, leave)).status).toBe('approved');
  });

  it('is none where the school sets none', async () => {
    await give(undefined);
    const leave = await ask();
    expect(await timer(leave)).toBeUndefined();
    expect(leave['steps']).toMatchObject([{ dueAt: null, overdue: false }]);
  });

  it('reminds once, at the end of the working day, and everybody sees it', async () => {
    await give({ workingDays: 1, then: 'remind' });
    const leave = await ask();
    const due = instantOf((await addWorkingDays(test.tx, campusToday(), 1)).date, '24:00', zone);
    expect(await timer(leave)).toEqual(due);
    expect(await task(counselor, leave)).toMatchObject({ dueAt: due.toISOString(), overdue: false });
    await passes(new Date(due.getTime() - 1));
    expect(await told(leave)).toEqual([]);
    await passes(due);
    await passes(new Date(due.getTime() + HOUR));
    expect(await history(leave)).toEqual(['submit', 'remind']);
    expect(await task(counselor, leave)).toMatchObject({ dueAt: due.toISOString(), overdue: true, escalated: false });
    expect(await told(leave)).toEqual([
      {
        ...{ caseId: await caseOf(leave), definition: 'affairs.leave', subjectId: leave.id, step: 'step-1-from-1' },
        ...{ dueAt: due.toISOString(), level: 1, then: 'remind', waitsFor: [counselorCs], supervisors: [] },
      },
    ]);
    const seen = await see(student, leave);
    expect(seen['steps']).toMatchObject([{ dueAt: due.toISOString(), overdue: true }]);
    expect((await approve(test, seen)).status).toBe('approved');
  });

  it('lets the post it names decide as well', async () => {
    await give({ hours: 2, then: 'escalate', to: COLLEGE });
    const leave = await ask();
    expect(await task(college, leave)).toBeUndefined();
    await passes(new Date(campusNow().getTime() + 2 * HOUR + 60_000));
    expect(await task(college, leave)).toMatchObject({ step: 'step-1-from-1', overdue: true, escalated: true });
    expect(await task(counselor, leave)).toMatchObject({ overdue: true, escalated: false });
    expect(await told(leave)).toMatchObject([{ then: 'escalate', waitsFor: [counselorCs, collegeOfficerCs].sort() }]);
    expect(await history(leave)).toEqual(['submit', 'escalate']);
    const done = (await act(college, await see(college, leave), 'approve').expect(200)).body as LeaveAnswer;
    expect(done.status).toBe('approved');
  });

  it('counts silence as consent only where the school names the rule that says so', async () => {
    const { body: refused } = await publish(school, { hours: 1, then: 'approve' }).expect(400);
    expect(refused.errors).toMatchObject([{ pointer: '#/value/levels/0/approvers/0/deadline/source' }]);
    await give({ hours: 1, then: 'approve', source: '学生请假办法第八条' });
    const leave = await ask();
    await passes(new Date(campusNow().getTime() + HOUR + 60_000));
    const { body } = await school.get(`${PATH}/${leave.id}/history`).expect(200);
    expect(body.data[1]).toMatchObject({
      ...{ action: 'deem-approved', comment: '学生请假办法第八条', by: { kind: 'system', id: 'affairs' } },
      ...{ from: 'step-1-from-1', to: 'approved' },
    });
    expect((await see(student, leave)).status).toBe('approved');
    await drainEvents(test);
    expect(await events(test, leave.id)).toMatchObject([{ name: 'affairs.leave-approved.v1' }]);
  });

  it('ends with the step, rests with the case, and begins anew where it was returned', async () => {
    await give({ hours: 5, then: 'remind' });
    const start = campusNow();
    const after = (hours: number): Date => new Date(start.getTime() + hours * HOUR);
    moveTo(start);
    let leave = await ask(3);
    expect(await timer(leave)).toEqual(after(5));
    moveTo(after(1));
    leave = (await act(school, leave, 'actions', { action: 'suspend' }).expect(200)).body;
    expect(await timer(leave)).toBeUndefined();
    await passes(after(6));
    expect(await told(leave)).toEqual([]);
    leave = (await act(school, leave, 'actions', { action: 'resume' }).expect(200)).body;
    expect(await timer(leave)).toEqual(after(10));
    leave = (await act(counselor, leave, 'return', { comment: '请补充' }).expect(200)).body;
    expect(await timer(leave)).toBeUndefined();
    moveTo(after(7));
    leave = (await act(counselor, leave, 'actions', { action: 'take-back' }).expect(200)).body;
    expect(await timer(leave)).toEqual(after(10));
    leave = (await act(counselor, leave, 'approve').expect(200)).body;
    expect(await timer(leave)).toBeUndefined();
    leave = (
      await act(college, leave, 'actions', { action: 'return', target: 'step-1-from-1', comment: '请核实' }).expect(200)
    ).body;
    expect(await timer(leave)).toEqual(after(12));
    leave = (await act(student, leave, 'withdraw').expect(200)).body;
    expect(await timer(leave)).toBeUndefined();
    expect(await told(leave)).toEqual([]);
  });

  it('does nothing when the step was decided while the timer was on its way', async () => {
    await give({ hours: 1, then: 'escalate', to: COLLEGE });
    const leave = await ask(3);
    const due = (await timer(leave))!;
    await act(counselor, leave, 'approve').expect(200);
    await test.database.transaction(null, async (tx) =>
      test.app.get(Events).publish(tx, new StepDueV1(await caseOf(leave), due.toISOString())),
    );
    await drainEvents(test);
    expect(await history(leave)).toEqual(['submit', 'approve']);
    expect(await told(leave)).toEqual([]);
  });

  it('is met late rather than never, by a process that was not there when it was set', async () => {
    const { url, drop } = await cloneDatabase();
    const here = { databaseUrl: url, redisPrefix: `late-${newId()}` };
    const api = await TestApp.create([affairs], { ...here, roles: ['api'] });
    let worker: TestApp | undefined;
    try {
      await publish(await api.client(), { hours: 1, then: 'remind' }).expect(201);
      const { id } = await submit(await api.person(campus.students[0]!), await form(api));
      await api.query(
        sql`UPDATE events.timer SET due_at = now() - interval '1 hour' WHERE key LIKE 'affairs.step-due %'`,
      );
      await api.close();
      worker = await TestApp.create([affairs], here);
      await eventually(async () => {
        const rows = await worker!.query(
          sql`SELECT action FROM affairs.workflow_action WHERE subject_id = ${id} ORDER BY no`,
        );
        expect(rows).toEqual([{ action: 'submit' }, { action: 'remind' }]);
      }, 30_000);
    } finally {
      await worker?.close();
      await drop();
    }
  });
});
