import { newId, sql } from '#database';
import { campus, type Client, TestApp } from '#testing';
import { affairs } from '../src/affairs.module.js';
import { act, appoint, events, form, type LeaveAnswer, submit } from './support.js';

const PATH = '/affairs/v1/leaves';
const { counselorCs, counselorFl, collegeOfficerCs } = campus.staff;

interface Result {
  id: string;
  status: string | null;
  version: number | null;
  problem: { code: string; status: number; zh: string; en: string } | null;
}

describe('many leaves decided at once', () => {
  let test: TestApp;
  let students: Client[];
  let counselor: Client;

  beforeAll(async () => {
    test = await TestApp.create([affairs]);
    students = await Promise.all(campus.students.map((id) => test.person(id)));
    counselor = await test.person(counselorCs);
  });
  afterAll(() => test.close());

  const leaveOf = async (n: number, days = 1): Promise<LeaveAnswer> => submit(students[n]!, await form(test, days));
  const decide = async (client: Client, rows: object[]): Promise<Result[]> =>
    (await client.post(`${PATH}/decide`, { rows }).expect(200)).body.results as Result[];
  const row = ({ id, version }: LeaveAnswer, decision: string, comment?: string): object => ({
    ...{ id, version, decision },
    ...(comment && { comment }),
  });
  const told = (results: Result[]) =>
    results.map(({ status, version, problem }) =>
      problem ? [problem.status, problem.code] : [status as string, version as number],
    );
  const statusOf = async (client: Client, { id }: LeaveAnswer): Promise<unknown> => {
    const { status, version } = (await client.get(`${PATH}/${id}`).expect(200)).body as LeaveAnswer;
    return [status, version];
  };

  it('each by itself, as alone: what cannot be decided says why and leaves the others alone', async () => {
    const [good, long, rejected, returned, stale, silent, decided, withdrawn] = [
      await leaveOf(0),
      await leaveOf(1, 3),
      await leaveOf(2),
      await leaveOf(3),
      await leaveOf(4),
      await leaveOf(5),
      await leaveOf(6),
      await leaveOf(7),
    ];
    const foreign = await leaveOf(9);
    await act(students[7]!, withdrawn, 'withdraw').expect(200);
    const results = await decide(counselor, [
      row(good, 'approve', '按时返校'),
      row(foreign, 'approve'),
      row(long, 'approve'),
      row({ ...stale, version: 7 }, 'approve'),
      row(silent, 'reject'),
      row(rejected, 'reject', '事由不充分'),
      row(returned, 'return', '请写明去向'),
      row({ ...withdrawn, version: 2 }, 'approve'),
      row({ ...good, id: newId() }, 'approve'),
      row(decided, 'approve'),
      row({ ...decided, version: 2 }, 'approve'),
    ]);
    expect(results.map(({ id }) => id).slice(0, 3)).toEqual([good.id, foreign.id, long.id]);
    expect(told(results)).toEqual([
      ['approved', 2],
      [404, 'http/not-found'],
      ['submitted', 2],
      [412, 'http/stale'],
      [400, 'http/invalid'],
      ['rejected', 2],
      ['returned', 2],
      [409, 'workflow/ended'],
      [404, 'http/not-found'],
      ['approved', 2],
      [409, 'workflow/ended'],
    ]);
    expect(results[4]!.problem).toMatchObject({ zh: '缺少 comment', en: 'comment is required' });
    expect(results[7]!.problem!.en).toBe('It is now: withdrawn');

    expect(await statusOf(counselor, good)).toEqual(['approved', 2]);
    expect(await statusOf(counselor, stale)).toEqual(['submitted', 1]);
    expect(await statusOf(counselor, silent)).toEqual(['submitted', 1]);
    expect(await statusOf(students[9]!, foreign)).toEqual(['submitted', 1]);
    expect((await events(test, good.id)).map(({ name }) => name)).toEqual(['affairs.leave-approved.v1']);
    for (const { id } of [long, stale, rejected]) expect(await events(test, id)).toEqual([]);
    const { body } = await counselor.get(`${PATH}/${returned.id}/history`).expect(200);
    expect(body.data.at(-1)).toMatchObject({ action: 'return', comment: '请写明去向', by: { id: counselorCs } });

    // The next step is another's.
    const next = await decide(counselor, [row({ ...long, version: 2 }, 'approve')]);
    expect(told(next)).toEqual([[403, 'workflow/not-yours']]);
    const officer = await test.person(collegeOfficerCs);
    expect(told(await decide(officer, [row({ ...long, version: 2 }, 'approve')]))).toEqual([['approved', 3]]);
  });

  it('never decides the own leave of who decides', async () => {
    await appoint(test, campus.students[10]!, 'counselor', campus.classes.en2401);
    const both = await test.person(campus.students[10]!);
    const [own, other] = [await submit(both, await form(test)), await leaveOf(11)];
    expect(told(await decide(both, [row(own, 'approve'), row(other, 'approve')]))).toEqual([
      [403, 'workflow/own-matter'],
      ['approved', 2],
    ]);
    expect(await statusOf(both, own)).toEqual(['submitted', 1]);
  });

  it('takes a person with the permission, and between 1 and 200 rows', async () => {
    const rows = [{ id: newId(), version: 1, decision: 'approve' }];
    await students[0]!.post(`${PATH}/decide`, { rows }).expect(403);
    const leave = await submit(students[8]!, await form(test));
    const app = await test.client('affairs:leave:decide');
    expect(told(await decide(app, [row(leave, 'approve')]))).toEqual([[403, 'workflow/needs-person']]);
    const pointerOf = async (body: object): Promise<string> =>
      (await counselor.post(`${PATH}/decide`, body).expect(400)).body.errors[0].pointer as string;
    expect(await pointerOf({ rows: [] })).toBe('#/rows');
    expect(await pointerOf({ rows: Array.from({ length: 201 }, () => rows[0]!) })).toBe('#/rows');
    expect(await pointerOf({ rows: [{ ...rows[0], decision: 'withdraw' }] })).toBe('#/rows/0/decision');
    expect(await pointerOf({ rows: [{ ...rows[0], version: 0 }] })).toBe('#/rows/0/version');
  });

  it('has one effect and one answer under the same Idempotency-Key', async () => {
    const leave = await submit(students[9]!, await form(test, 1, 20));
    const flCounselor = await test.person(counselorFl);
    const send = () =>
      flCounselor.post(`${PATH}/decide`, { rows: [row(leave, 'approve')] }).set('Idempotency-Key', 'decide-1');
    const [first, again] = [await send().expect(200), await send().expect(200)];
    expect(told(first.body.results as Result[])).toEqual([['approved', 2]]);
    expect(again.body).toEqual(first.body);
    const actions = await test.query(
      sql`SELECT action FROM affairs.workflow_action WHERE subject_id = ${leave.id} AND action = 'approve'`,
    );
    expect(actions).toHaveLength(1);
  });
});
