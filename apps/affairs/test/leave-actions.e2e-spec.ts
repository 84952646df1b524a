import { newId, sql } from '#database';
import { campus, type Client, TestApp, wholeList } from '#testing';
import { addDays } from '#time';
import { Workflows } from '#workflow';
import { affairs } from '../src/affairs.module.js';
import { TaskHandlers } from '../src/tasks/tasks.handlers.js';
import { act, appoint, approve, events, form, handIn, type LeaveAnswer, submit } from './support.js';

const { counselorCs, counselorFl, collegeOfficerCs, schoolOfficer, psychologist } = campus.staff;
const PATH = '/affairs/v1/leaves';

interface Action {
  action: string;
  allowed: boolean;
  reason: { code: string; zh: string; en: string } | null;
  targets: string[];
}

describe('what can be done with a leave while it is decided', () => {
  let test: TestApp;
  let student: (n: number) => Promise<Client>;
  let counselor: Client;
  let foreign: Client;
  let officer: Client;
  let school: Client;

  beforeAll(async () => {
    test = await TestApp.create([affairs]);
    student = (n) => test.person(campus.students[n]!);
    [counselor, foreign, officer, school] = (await Promise.all(
      [counselorCs, counselorFl, collegeOfficerCs, schoolOfficer].map((id) => test.person(id)),
    )) as [Client, Client, Client, Client];
  });
  afterAll(() => test.close());

  const does = async (client: Client, leave: LeaveAnswer, body: object): Promise<LeaveAnswer> =>
    (await act(client, leave, 'actions', body).expect(200)).body as LeaveAnswer;
  const actionsOf = async (client: Client, { id }: LeaveAnswer): Promise<Map<string, Action>> => {
    const { body } = await client.get(`${PATH}/${id}`).expect(200);
    return new Map((body.actions as Action[]).map((one) => [one.action, one]));
  };
  const allowed = async (client: Client, leave: LeaveAnswer): Promise<string[]> =>
    [...(await actionsOf(client, leave)).values()].filter((one) => one.allowed).map(({ action }) => action);
  const tasks = async (
    client: Client,
  ): Promise<{ subjectId: string; step: string; delegated: boolean; standIn: boolean }[]> =>
    (await client.get('/affairs/v1/tasks?limit=200').expect(200)).body.data;
  const waits = async (client: Client, { id }: LeaveAnswer): Promise<boolean> =>
    (await tasks(client)).some(({ subjectId }) => subjectId === id);

  it('says to each reader what they may do, and why not', async () => {
    const leave = await submit(await student(0), await form(test, 3));
    expect(await allowed(counselor, leave)).toEqual([
      'approve',
      'reject',
      'return',
      'withdraw',
      'delegate',
      'transfer',
      'add-signer',
      'urge',
      'copy',
      'attach',
    ]);
    expect(await allowed(await student(0), leave)).toEqual(['withdraw', 'urge', 'copy', 'attach']);
    const own = (await actionsOf(await student(0), leave)).get('approve')!;
    expect(own.reason).toEqual({
      code: 'own-matter',
      zh: '不能办理本人的事项',
      en: 'Nobody decides on their own matter',
    });
    expect((await actionsOf(officer, leave)).get('approve')!.reason!.code).toBe('not-yours');
    // What is not offered is refused with the same reason.
    expect((await act(officer, leave, 'actions', { action: 'approve' }).expect(403)).body.code).toBe(
      'workflow/not-yours',
    );
    expect(await allowed(school, leave)).toContain('suspend');
  });

  it('stands in the inbox of whom it waits for, with the version to decide it', async () => {
    const leave = await submit(await student(1), await form(test));
    const [task] = (await counselor.get('/affairs/v1/tasks?limit=200&sort=-since').expect(200)).body.data;
    expect(task).toMatchObject({
      ...{ definition: 'affairs.leave', subjectKind: 'leave', subjectId: leave.id, version: 1, step: 'step-1-from-1' },
      ...{ name: { zh: '辅导员', en: 'Counselor' }, dueAt: expect.any(String), standIn: false, delegated: false },
      student: { id: campus.students[1] },
    });
    for (const other of [foreign, officer, await student(1)]) expect(await waits(other, leave)).toBe(false);
    const returned = (await act(counselor, leave, 'return', { comment: '请补充去向' }).expect(200)).body as LeaveAnswer;
    expect(await waits(counselor, returned)).toBe(false);
    expect((await tasks(await student(1))).map(({ subjectId, step }) => [subjectId, step])).toEqual([
      [leave.id, 'initiator'],
    ]);
    const mine = await (await student(1)).get(`${PATH}?awaitingMe=true`).expect(200);
    expect(mine.body.data.map(({ id }: LeaveAnswer) => id)).toEqual([leave.id]);
  });

  it('is handed to somebody who decides instead, even if they do not answer for the student', async () => {
    const proof = `/affairs/v1/files/${await handIn(await student(2))}`;
    const attachments = [proof.split('/').at(-1)!];
    const leave = await submit(await student(2), { ...(await form(test)), attachments });
    await foreign.get(`${PATH}/${leave.id}`).expect(404);
    await foreign.get(proof).expect(404);
    const wrong = await act(counselor, leave, 'actions', { action: 'transfer', to: [psychologist] }).expect(422);
    expect(wrong.body).toMatchObject({ code: 'affairs/cannot-decide-leaves', errors: [{ pointer: '#/to' }] });
    await act(counselor, leave, 'actions', { action: 'transfer' }).expect(400);
    await act(counselor, leave, 'actions', { action: 'transfer', to: [newId()] }).expect(422);
    const handed = await does(counselor, leave, { action: 'transfer', to: [counselorFl], comment: '出差' });
    expect(await waits(foreign, leave)).toBe(true);
    expect(await waits(counselor, leave)).toBe(false);
    await foreign.get(proof).expect(200);
    await act(counselor, handed, 'approve').expect(403);
    const approved = (await act(foreign, handed, 'approve').expect(200)).body as LeaveAnswer;
    expect(approved.status).toBe('approved');
    // What is done is theirs to see no longer.
    await foreign.get(`${PATH}/${leave.id}`).expect(404);
    await foreign.get(proof).expect(404);
  });

  it('comes back from whom it was delegated to', async () => {
    const leave = await submit(await student(2), await form(test, 1, 10));
    const asked = await does(counselor, leave, { action: 'delegate', to: [counselorFl] });
    expect((await tasks(foreign)).find(({ subjectId }) => subjectId === leave.id)).toMatchObject({ delegated: true });
    expect((await act(counselor, asked, 'approve').expect(409)).body.code).toBe('workflow/delegated-away');
    const answered = await does(foreign, asked, { action: 'answer', comment: '家长已确认' });
    expect(await waits(foreign, leave)).toBe(false);
    expect((await act(counselor, answered, 'approve').expect(200)).body.status).toBe('approved');
  });

  it('is taken back until the next has acted', async () => {
    const leave = await submit(await student(3), await form(test, 3));
    const one = (await act(counselor, leave, 'approve').expect(200)).body as LeaveAnswer;
    const back = await does(counselor, one, { action: 'take-back' });
    expect(back['steps']).toMatchObject([{ decision: 'pending' }, { decision: 'pending' }]);
    expect(await waits(officer, leave)).toBe(false);
    const returned = (await act(counselor, back, 'return', { comment: '补正' }).expect(200)).body as LeaveAnswer;
    expect(returned).toMatchObject({ status: 'returned', returnedCount: 1 });
    const undone = await does(counselor, returned, { action: 'take-back' });
    expect(undone).toMatchObject({ status: 'submitted', returnedCount: 0 });
    const again = (await act(counselor, undone, 'approve').expect(200)).body as LeaveAnswer;
    const done = (await act(officer, again, 'approve').expect(200)).body as LeaveAnswer;
    expect(done.status).toBe('approved');
    expect((await act(counselor, done, 'actions', { action: 'take-back' }).expect(409)).body.code).toBe(
      'workflow/ended',
    );
    expect(await events(test, leave.id)).toHaveLength(1);
  });

  it('goes back to an earlier step and comes straight back to who returned it', async () => {
    const leave = await submit(await student(3), await form(test, 8, 20));
    let current = (await act(counselor, leave, 'approve').expect(200)).body as LeaveAnswer;
    current = (await act(officer, current, 'approve').expect(200)).body as LeaveAnswer;
    expect((await actionsOf(school, current)).get('return')!.targets).toEqual([
      'initiator',
      'step-1-from-1',
      'step-2-from-3',
    ]);
    await act(school, current, 'actions', { action: 'return', target: 'step-1-from-1' }).expect(400);
    current = await does(school, current, {
      action: 'return',
      target: 'step-1-from-1',
      then: 'back',
      comment: '请核实',
    });
    expect(current.status).toBe('submitted');
    expect(await waits(counselor, leave)).toBe(true);
    current = (await act(counselor, current, 'approve', { comment: '已核实' }).expect(200)).body as LeaveAnswer;
    expect([await waits(officer, leave), await waits(school, leave)]).toEqual([false, true]);
    current = (await act(school, current, 'approve').expect(200)).body as LeaveAnswer;
    expect(current).toMatchObject({ status: 'approved', returnedCount: 0 });
    const { body } = await school.get(`${PATH}/${leave.id}/history`).expect(200);
    expect(body.data[3]).toMatchObject({
      action: 'return',
      from: 'step-3-from-8',
      to: 'step-1-from-1',
      comment: '请核实',
    });
  });

  it('takes a signer more, and less', async () => {
    const leave = await submit(await student(4), await form(test));
    const added = await does(counselor, leave, { action: 'add-signer', to: [counselorFl], where: 'after' });
    expect((added['steps'] as { signatures: object[] }[])[0]!.signatures).toHaveLength(2);
    const fewer = await does(counselor, added, { action: 'remove-signer', signer: 2 });
    const again = await does(counselor, fewer, { action: 'add-signer', to: [counselorFl], where: 'after' });
    const half = (await act(counselor, again, 'approve').expect(200)).body as LeaveAnswer;
    expect(half).toMatchObject({ status: 'submitted', steps: [{ decision: 'pending' }] });
    expect((await act(foreign, half, 'approve').expect(200)).body.status).toBe('approved');
  });

  it('is urged once a day, copied, suspended and resumed', async () => {
    const own = await student(5);
    const leave = await submit(own, await form(test));
    const urged = await does(own, leave, { action: 'urge' });
    expect((await act(own, urged, 'actions', { action: 'urge' }).expect(409)).body.code).toBe('workflow/urged-already');
    const copied = await does(own, urged, { action: 'copy', to: [psychologist] });
    await act(own, copied, 'actions', { action: 'copy', to: [psychologist] }).expect(409);
    await act(counselor, copied, 'actions', { action: 'suspend' }).expect(403);
    const resting = await does(school, copied, { action: 'suspend', comment: '核查中' });
    expect(await waits(counselor, leave)).toBe(false);
    const refused = (await act(counselor, resting, 'approve').expect(409)).body;
    expect(refused).toMatchObject({ code: 'workflow/suspended' });
    const going = await does(school, resting, { action: 'resume' });
    expect((await act(counselor, going, 'approve').expect(200)).body.status).toBe('approved');
  });

  it('waits for whoever takes an office over, and for the stand-in where nobody does', async () => {
    const leave = await submit(await student(9), await form(test));
    const post = sql`person_id = ${counselorFl} AND kind = 'counselor'`;
    const find = (): Promise<void> =>
      test.database.transaction(null, (tx) =>
        test.app.get(TaskHandlers).findSigners(tx, { at: test.clock.now() } as never),
      );
    await test.query(sql`UPDATE staffing.appointment SET valid_to = ${addDays(test.clock.today(), -1)} WHERE ${post}`);
    try {
      await find();
      expect((await tasks(school)).find(({ subjectId }) => subjectId === leave.id)).toMatchObject({ standIn: true });
      await appoint(test, psychologist, 'counselor', campus.classes.en2401);
      await find();
      expect(await waits(school, leave)).toBe(false);
      const successor = await test.person(psychologist);
      expect(await waits(successor, leave)).toBe(true);
      const { body } = await successor.get(`${PATH}/${leave.id}`).expect(200);
      expect((await act(successor, body, 'approve').expect(200)).body.status).toBe('approved');
    } finally {
      await test.query(sql`UPDATE staffing.appointment SET valid_to = NULL WHERE ${post}`);
    }
  });

  it('is decided in the place of an absent counselor', async () => {
    const leave = await submit(await student(6), await form(test));
    await test.query(
      sql`INSERT INTO affairs.workflow_absence VALUES (${newId()}, ${counselorCs}, ${counselorFl}, ${test.clock.now()}::timestamptz - interval '1 day', ${test.clock.now()}::timestamptz + interval '1 day')`,
    );
    expect([await waits(counselor, leave), await waits(foreign, leave)]).toEqual([true, true]);
    const done = (await act(foreign, leave, 'approve').expect(200)).body as LeaveAnswer;
    expect((done['steps'] as { signatures: object[] }[])[0]!.signatures).toMatchObject([
      { decidedBy: counselorFl, insteadOf: counselorCs },
    ]);
    await test.query(sql`DELETE FROM affairs.workflow_absence`);
  });

  it('takes a pending extension along when it is cancelled', async () => {
    const own = await student(7);
    const leave = await approve(test, await submit(own, await form(test, 2)));
    const endsAt = new Date(Date.parse(leave.endsAt) + 3_600_000).toISOString();
    const extended = (await act(own, leave, 'extend', { endsAt, reason: '车票' }).expect(200)).body as LeaveAnswer;
    expect(await waits(counselor, leave)).toBe(true);
    const cancelled = (await act(own, extended, 'cancel').expect(200)).body as LeaveAnswer;
    expect(cancelled.status).toBe('cancelled');
    expect(await waits(counselor, leave)).toBe(false);
    expect((await act(counselor, cancelled, 'approve').expect(409)).body.code).toBe('workflow/ended');
  });

  it('stands twice among the tasks of whoever is awaited twice, also where a page ends between', async () => {
    const doubled: string[] = [];
    for (const n of [0, 1, 2, 3]) {
      const { id } = await submit(await student(n), await form(test, 1, 40));
      // The second and the fourth: one of them lies over two pages of two, however many tasks there were before.
      if (n % 2 === 0) continue;
      doubled.push(id);
      await test.query(sql`INSERT INTO affairs.workflow_step
        SELECT (jsonb_populate_record(s, '{"signer": 900}')).* FROM affairs.workflow_step s JOIN affairs.workflow w ON w.id = s.workflow_id
         WHERE w.subject_id = ${id} AND s.state = 'open'`);
    }
    const found = await wholeList<{ subjectId: string }>(counselor, '/affairs/v1/tasks');
    for (const id of doubled) expect(found.filter(({ subjectId }) => subjectId === id)).toHaveLength(2);
    await test.query(sql`DELETE FROM affairs.workflow_step WHERE signer = 900`);
  });

  it('folds to what its rows say, whatever was done', async () => {
    const cases = await test.query<{ id: string; status: string; version: number }>(
      sql`SELECT id, status, version FROM affairs.workflow ORDER BY id`,
    );
    const read = await test.app.get(Workflows).read(
      test.tx,
      cases.map(({ id }) => id),
    );
    expect(read.map(({ id, instance, version }) => ({ id, status: instance.status, version }))).toEqual(cases);
  });
});
