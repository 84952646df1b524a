import { StudentErasedV1 } from '#contracts';
import { sql } from '#database';
import { Events } from '#events';
import { addWorkingDays } from '#roster';
import { campus, campusNow, type Client, drainEvents, fireTimers, TestApp } from '#testing';
import { instantOf } from '#time';
import { affairs } from '../src/affairs.module.js';
import {
  act,
  type ApplicationAnswer,
  appointClerks,
  clerk,
  CLERK,
  COLLEGE,
  content,
  COUNSELOR,
  PATH,
  post,
  publish,
  step,
  submit,
} from './application-support.js';
import { form, submit as submitLeave, zone } from './support.js';

const { counselorCs, collegeOfficerCs, schoolOfficer } = campus.staff;
const TASKS = '/affairs/v1/tasks';
const HOUR = 3_600_000;

interface Task {
  subjectId: string;
  subjectKind: string;
  item: string | null;
  dueAt: string | null;
  overdue: boolean;
  title: { zh: string };
}

describe('applications and time', () => {
  let test: TestApp;
  let students: Client[];
  let counselor: Client;
  let college: Client;
  let officer: Client;
  let clerkOf: Client;

  beforeAll(async () => {
    test = await TestApp.create([affairs]);
    await appointClerks(test);
    students = await Promise.all(campus.students.map((id) => test.person(id)));
    [counselor, college, officer, clerkOf] = (await Promise.all(
      [counselorCs, collegeOfficerCs, schoolOfficer, clerk].map((id) => test.person(id)),
    )) as [Client, Client, Client, Client];
    await publish(
      test,
      'timed',
      content({
        steps: [
          step('counselor', COUNSELOR, { deadline: { hours: 2, then: 'escalate', to: COLLEGE } }),
          step('office', CLERK),
        ],
      }),
    );
    await publish(test, 'short', content({ steps: [step('counselor', COUNSELOR)], workingDays: 1 }));
  });
  afterAll(() => test.close());

  const tasks = async (client: Client, query = ''): Promise<Task[]> =>
    (await client.get(`${TASKS}?limit=200&${query}`).expect(200)).body.data as Task[];
  const of = async (client: Client, { id }: { id: string }): Promise<Task | undefined> =>
    (await tasks(client)).find(({ subjectId }) => subjectId === id);

  it('have deadlines of their steps as leaves have, and their promise counts from the last submission', async () => {
    let seen = await submit(students[0]!, 'timed');
    const leave = await submitLeave(students[0]!, await form(test, 1, 30));
    const due = instantOf((await addWorkingDays(test.tx, test.clock.today(), 3)).date, '24:00', zone);
    expect(seen['dueAt']).toBe(due.toISOString());
    expect(await of(college, seen)).toBeUndefined();
    const after = new Date(campusNow().getTime() + 2 * HOUR + 60_000);
    test.clock.set(after);
    await fireTimers(test, after);
    expect(await of(college, seen)).toMatchObject({ overdue: true, escalated: true, subjectKind: 'application' });
    expect((await tasks(counselor, 'overdue=true')).map(({ subjectId }) => subjectId)).toEqual([seen.id]);
    expect((await tasks(counselor, 'overdue=false')).map(({ subjectId }) => subjectId)).toEqual([leave.id]);
    const told = await test.query<{ payload: Record<string, unknown> }>(
      sql`SELECT payload FROM events.event WHERE name = 'affairs.step-overdue.v1' AND payload->>'subjectId' = ${seen.id}`,
    );
    expect(told).toMatchObject([
      { payload: { definition: 'affairs.item-timed', step: 'counselor', then: 'escalate' } },
    ]);
    seen = (await students[0]!.get(`${PATH}/${seen.id}`).expect(200)).body as ApplicationAnswer;
    test.clock.advance({ days: 3 });
    seen = await act(counselor, seen, { action: 'return', comment: '补充' });
    test.clock.advance({ days: 10 });
    const materials = seen.materials.map(({ key, files }) => ({ key, files: files.map(({ id }) => id) }));
    seen = (await post(students[0]!, seen, 'resubmit', { data: seen.data, materials }).expect(200)).body;
    const again = instantOf((await addWorkingDays(test.tx, test.clock.today(), 3)).date, '24:00', zone);
    expect(seen['dueAt']).toBe(again.toISOString());
    expect((await officer.get(`${PATH}/${seen.id}/replay`).expect(200)).body).toMatchObject({ same: true });
    await act(students[0]!, seen, { action: 'withdraw' });
    test.clock.reset();
  });

  it('stand with leaves in one inbox: counted and filtered by kind and item, by deadline or since when', async () => {
    const seen = await submit(students[1]!, 'timed');
    const short = await submit(students[1]!, 'short');
    await submit(students[2]!, 'short');
    const all = await tasks(counselor, 'sort=dueAt');
    expect(all[0]).toMatchObject({ subjectId: seen.id, item: 'timed', title: { zh: '临时困难补助' } });
    expect(all.findLast(({ dueAt }) => dueAt !== null)).toMatchObject({ subjectKind: 'leave' });
    expect(all.at(-1)).toMatchObject({ dueAt: null });
    expect((await tasks(counselor, 'subjectKind=leave')).map(({ item }) => item)).toEqual([null]);
    expect((await tasks(counselor, 'item=short')).map(({ subjectId }) => subjectId)).toContain(short.id);
    expect(await tasks(counselor, 'item=short&subjectKind=leave')).toEqual([]);
    const { body } = await counselor.get(`${TASKS}/counts`).expect(200);
    expect(body).toEqual([
      { subjectKind: 'application', item: 'short', count: 2, overdue: 0 },
      { subjectKind: 'application', item: 'timed', count: 1, overdue: 0 },
      { subjectKind: 'leave', item: null, count: 1, overdue: 0 },
    ]);
    const { body: page } = await counselor.get(`${TASKS}?limit=2&sort=-dueAt&total=true`).expect(200);
    const { body: rest } = await counselor.get(`${TASKS}?limit=2&sort=-dueAt&cursor=${page.nextCursor}`).expect(200);
    expect([page.total, page.data.length + rest.data.length, rest.data.at(-1).subjectId]).toEqual([4, 4, seen.id]);
    expect((await clerkOf.get(`${TASKS}/counts`).expect(200)).body).toEqual([]);
    expect((await (await test.client('affairs:leave:read')).get(`${TASKS}/counts`).expect(200)).body).toEqual([]);
  });

  it('are worked out anew byte for byte, and what was tampered with is found', async () => {
    let seen = await submit(students[3]!, 'timed');
    seen = await act(counselor, seen, { action: 'approve', comment: '同意' });
    seen = await act(counselor, seen, { action: 'take-back' });
    seen = await act(counselor, seen, { action: 'delegate', to: [collegeOfficerCs] });
    seen = await act(college, seen, { action: 'answer', comment: '属实' });
    seen = await act(counselor, seen, { action: 'approve' });
    const look = async () => (await officer.get(`${PATH}/${seen.id}/replay`).expect(200)).text;
    const first = await look();
    expect(await look()).toBe(first);
    const { actions, same } = JSON.parse(first);
    expect(same).toBe(true);
    expect(actions.map(({ action, state, waitsFor }: Record<string, unknown>) => [action, state, waitsFor])).toEqual([
      ['submit', 'counselor', [counselorCs]],
      ['approve', 'office', [clerk]],
      ['take-back', 'counselor', [counselorCs]],
      ['delegate', 'counselor', [collegeOfficerCs]],
      ['answer', 'counselor', [counselorCs]],
      ['approve', 'office', [clerk]],
    ]);
    expect(actions[0].dueAt).not.toBeNull();
    const id = sql`(SELECT workflow_id FROM affairs.application WHERE id = ${seen.id})`;
    const tampered: [ReturnType<typeof sql>, ReturnType<typeof sql>, string][] = [
      [
        sql`UPDATE affairs.workflow_step SET candidates = ${[schoolOfficer]}::uuid[] WHERE workflow_id = ${id} AND state = 'open'`,
        sql`UPDATE affairs.workflow_step SET candidates = ${[clerk]}::uuid[] WHERE workflow_id = ${id} AND state = 'open'`,
        'signature',
      ],
      [
        sql`UPDATE affairs.workflow_action SET to_state = 'approved' WHERE workflow_id = ${id} AND no = 2`,
        sql`UPDATE affairs.workflow_action SET to_state = 'office' WHERE workflow_id = ${id} AND no = 2`,
        'state',
      ],
      [
        sql`UPDATE affairs.workflow SET due_at = now() WHERE id = ${id}`,
        sql`UPDATE affairs.workflow SET due_at = NULL WHERE id = ${id}`,
        'dueAt',
      ],
    ];
    for (const [harm, mend, what] of tampered) {
      await test.query(harm);
      const { same: still, differences } = JSON.parse(await look());
      expect([what, still, differences[0].what.split(' ')[0], differences.length]).toEqual([what, false, what, 1]);
      await test.query(mend);
    }
    expect(await look()).toBe(first);
    for (const client of [students[3]!, counselor, clerkOf]) await client.get(`${PATH}/${seen.id}/replay`).expect(403);
  });

  it('are figures, with their formulas, over the students one answers for', async () => {
    const figures = async (client: Client, query = ''): Promise<Record<string, unknown[]>> => {
      const { body } = await client.get(`/affairs/v1/indicators?item=figured&${query}`).expect(200);
      return Object.fromEntries(
        (body as { code: string; numerator: number; denominator: number | null; value: number | null }[]).map((one) => [
          one.code,
          [one.numerator, one.denominator, one.value],
        ]),
      );
    };
    const none = [0, 0, null];
    await publish(test, 'figured', content({ materials: [], workingDays: 1, steps: [step('counselor', COUNSELOR)] }));
    expect(await figures(officer)).toEqual({
      ...{ 'first-time-completion': none, 'in-time': none, 'online-items': [1, 1, 1] },
      ...{ 'online-volume': none, 'service-count': [0, null, 0] },
    });
    const data = { amount: 10, kind: 'other' };
    const sent: ApplicationAnswer[] = [];
    for (const n of [0, 1, 2, 3, 8]) {
      const by = n === 3 ? counselor : students[n]!;
      const body = { item: 'figured', data, ...(n === 3 && { studentId: campus.students[3] }) };
      sent.push((await post(by, (await by.post(PATH, body).expect(201)).body, 'submit').expect(200)).body);
    }
    const [plain, returned, late, counter] = sent as [
      ApplicationAnswer,
      ApplicationAnswer,
      ApplicationAnswer,
      ApplicationAnswer,
    ];
    await act(counselor, plain, { action: 'approve' });
    const back = await act(counselor, returned, { action: 'return', comment: '补正' });
    const again = (await post(students[1]!, back, 'resubmit', { data: back.data, materials: [] }).expect(200)).body;
    await act(counselor, again, { action: 'reject', comment: '不符' });
    await act(counselor, counter, { action: 'withdraw' });
    test.clock.advance({ days: 20 });
    await act(counselor, late, { action: 'approve' });
    expect(await figures(officer)).toEqual({
      ...{ 'first-time-completion': [2, 3, 2 / 3], 'in-time': [2, 3, 2 / 3], 'online-items': [1, 1, 1] },
      ...{ 'online-volume': [4, 5, 4 / 5], 'service-count': [5, null, 5] },
    });
    // The counselor's own students alone; a class; days.
    expect((await figures(counselor))['service-count']).toEqual([4, null, 4]);
    expect((await figures(officer, `unitId=${campus.colleges.fl}`))['service-count']).toEqual([1, null, 1]);
    expect((await figures(officer, `from=${test.clock.today()}`))['in-time']).toEqual([0, 1, 0]);
    expect((await figures(officer, `from=${test.clock.today()}`))['online-volume']).toEqual(none);
    test.clock.reset();
    await students[0]!.get('/affairs/v1/indicators').expect(403);
    const { body } = await officer.get('/affairs/v1/indicators').expect(200);
    expect(body[0]).toMatchObject({ code: 'first-time-completion', formula: { zh: expect.stringContaining('÷') } });
    expect(body[0].items.map(({ item }: { item: string }) => item)).toContain('figured');
  });

  it('lose what they are about with the student’s data, and keep that they were', async () => {
    const [studentId, student] = [campus.students[9]!, students[9]!];
    const foreign = await test.person(campus.staff.counselorFl);
    let seen = await submit(student, 'timed');
    seen = await act(foreign, seen, { action: 'approve', comment: '家中困难' });
    await student.post(PATH, { item: 'short', data: { amount: 3 } }).expect(201);
    const file = seen.materials[0]!.files[0]!.id;
    const stored = await test.query<{ data: Buffer }>(sql`SELECT data FROM affairs.application WHERE id = ${seen.id}`);
    expect(stored[0]!.data.includes(Buffer.from('住院'))).toBe(false);
    const comments = async () =>
      (await officer.get(`${PATH}/${seen.id}/history`).expect(200)).body.data.map(
        ({ comment }: { comment: string | null }) => comment,
      );
    expect(await comments()).toEqual([null, '家中困难']);
    expect(seen.steps[0]!.comment).toBe('家中困难');
    const [said] = await test.query<{ text: Buffer }>(
      sql`SELECT text FROM affairs.workflow_comment WHERE student_id = ${studentId}`,
    );
    expect(said!.text.includes(Buffer.from('困难'))).toBe(false);
    await test.query(sql`SELECT platform.drop_student_key(${studentId})`);
    await test.database.transaction(null, (tx) => test.app.get(Events).publish(tx, new StudentErasedV1(studentId)));
    await drainEvents(test);
    const left = (await officer.get(`${PATH}/${seen.id}`).expect(200)).body as ApplicationAnswer;
    expect(left).toMatchObject({ status: 'submitted', data: null, materials: [{ key: 'proof', files: [] }] });
    expect(left.steps[0]!.comment).toBeNull();
    expect(await comments()).toEqual([null, null]);
    expect((await officer.get(`${PATH}?studentId=${studentId}`).expect(200)).body.data).toHaveLength(1);
    expect(await test.query(sql`SELECT FROM affairs.application WHERE student_id = ${studentId}`)).toHaveLength(1);
    expect(await test.query(sql`SELECT FROM affairs.file WHERE id = ${file}`)).toEqual([]);
    // What is under way can still be brought to an end.
    expect((await act(clerkOf, left, { action: 'reject', comment: '已离校' })).status).toBe('rejected');
    expect(await comments()).toEqual([null, null, null]);
  });
});
