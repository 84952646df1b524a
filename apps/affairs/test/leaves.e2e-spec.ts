import { newId, sql } from '#database';
import { campus, type Client, TestApp } from '#testing';
import { addDays } from '#time';
import { affairs } from '../src/affairs.module.js';
import { act, appoint, approve, events, form, handIn, type LeaveAnswer, submit, urgentForm } from './support.js';

const PATH = '/affairs/v1/leaves';
const { counselorCs, counselorFl, collegeOfficerCs, schoolOfficer, classAdvisorSe2401 } = campus.staff;

describe('leaves', () => {
  let test: TestApp;
  let students: Client[];
  let counselor: Client;
  let foreign: Client;
  let officer: Client;

  beforeAll(async () => {
    test = await TestApp.create([affairs]);
    students = await Promise.all(campus.students.map((id) => test.person(id)));
    [counselor, foreign, officer] = await Promise.all([
      test.person(counselorCs),
      test.person(counselorFl),
      test.person(collegeOfficerCs),
    ]);
  });
  afterAll(() => test.close());

  const student = (n: number): Client => students[n]!;
  const codes = (body: { errors?: { code: string }[] }): string[] => (body.errors ?? []).map(({ code }) => code);

  it('goes from the request to the approval, and tells the others ids and times only', async () => {
    const leave = await submit(student(0), await form(test, 2, 0, { contact: '可电话联系' }));
    expect(leave).toMatchObject({
      status: 'submitted',
      reason: '回家办理私事',
      student: { name: '学生1' },
      version: 1,
    });
    expect(leave['steps']).toMatchObject([{ position: 1, kind: 'counselor', decision: 'pending', policyVersion: 0 }]);
    expect(await events(test, leave.id)).toEqual([]);

    const approved = (await act(counselor, leave, 'approve', { comment: '按时返校' }).expect(200)).body as LeaveAnswer;
    expect(approved).toMatchObject({ status: 'approved', version: 2, closedHow: null, overdue: false });
    expect(approved['steps']).toMatchObject([{ decision: 'approved', decidedBy: counselorCs, comment: '按时返校' }]);
    expect(Date.parse(approved['returnBy'] as string)).toBeGreaterThan(Date.parse(approved.endsAt));
    const { startsAt, endsAt } = leave;
    expect(await events(test, leave.id)).toEqual([
      {
        name: 'affairs.leave-approved.v1',
        payload: { leaveId: leave.id, studentId: campus.students[0], startsAt, endsAt },
      },
    ]);
    const { body } = await student(0).get(`${PATH}/${leave.id}/history`).expect(200);
    expect(body.data).toMatchObject([
      { action: 'submit', by: { kind: 'person', id: campus.students[0] } },
      { action: 'approve', by: { kind: 'person', id: counselorCs }, comment: '按时返校' },
    ]);
  });

  it('takes each step from its own approver, in order', async () => {
    const leave = await submit(student(0), await form(test, 8, 10));
    const [advisor, school] = [await test.person(classAdvisorSe2401), await test.person(schoolOfficer)];
    for (const other of [officer, school, advisor]) {
      expect((await act(other, leave, 'approve').expect(403)).body.code).toBe('workflow/not-yours');
    }
    const one = (await act(counselor, leave, 'approve').expect(200)).body as LeaveAnswer;
    expect(one.status).toBe('submitted');
    await act(counselor, one, 'approve').expect(403);
    const two = (await act(officer, one, 'approve').expect(200)).body as LeaveAnswer;
    await act(officer, two, 'approve').expect(403);
    expect(await events(test, leave.id)).toEqual([]);
    const three = (await act(school, two, 'approve').expect(200)).body as LeaveAnswer;
    expect(three.status).toBe('approved');
    expect((await act(school, three, 'approve').expect(409)).body.code).toBe('workflow/ended');
  });

  it('shows in the pre-check what submission will say, and writes nothing', async () => {
    const good = { ...(await form(test, 3, 30)) } as Record<string, unknown>;
    const { reason: _reason, destination: _destination, ...ask } = good;
    const before = await test.query(sql`SELECT count(*)::int AS n FROM affairs.leave`);
    const { body } = await student(0).post(`${PATH}/precheck`, ask).expect(200);
    expect(body).toMatchObject({ possible: true, days: 3, policyVersion: 0 });
    expect(body.steps).toMatchObject([
      { position: 1, kind: 'counselor', unitKind: null, people: [{ id: counselorCs, name: '教师1' }] },
      { position: 2, kind: 'student_affairs_officer', unitKind: 'college', people: [{ id: collegeOfficerCs }] },
    ]);
    expect(await test.query(sql`SELECT count(*)::int AS n FROM affairs.leave`)).toEqual(before);
    const leave = await submit(student(0), good);
    expect((leave['steps'] as object[]).length).toBe(2);

    // Late in a year the holidays of the next are not announced yet: a warning, which blocks nothing.
    const blockers = ({ findings }: { findings: { severity: string; code: string }[] }) =>
      findings.filter(({ severity }) => severity === 'blocker');
    const again = await student(0).post(`${PATH}/precheck`, ask).expect(200);
    expect(again.body.possible).toBe(false);
    expect(blockers(again.body)).toMatchObject([{ code: 'overlap', pointer: '#/startsAt' }]);
    const own = await student(0)
      .post(`${PATH}/precheck`, { ...ask, leaveId: leave.id })
      .expect(200);
    expect(own.body.possible).toBe(true);
    const bad = { ...good, kind: 'official' };
    const found = blockers((await student(0).post(`${PATH}/precheck`, { ...ask, kind: 'official' })).body);
    const refused = await student(0).post(PATH, bad).set('Accept-Language', 'en').expect(422);
    expect(refused.body.code).toBe('affairs/leave-not-possible');
    expect(refused.body.errors).toEqual([
      { pointer: '#/attachments', detail: 'Proof is required', code: 'proof-missing' },
      { pointer: '#/startsAt', detail: 'overlaps another leave', code: 'overlap' },
    ]);
    expect(codes(refused.body)).toEqual(found.map(({ code }) => code));
  });

  it('goes back for correction and comes again, with new decisions', async () => {
    const leave = await submit(student(1), await form(test, 3));
    await act(counselor, leave, 'return').expect(400);
    const one = (await act(counselor, leave, 'approve').expect(200)).body as LeaveAnswer;
    const returned = (await act(officer, one, 'return', { comment: '请写明去向' }).expect(200)).body as LeaveAnswer;
    expect(returned).toMatchObject({ status: 'returned', returnedCount: 1 });
    await act(officer, returned, 'approve').expect(409);
    const shorter = await form(test, 2, 0, { destination: '宝鸡市金台区' });
    await act(student(2), returned, 'resubmit', shorter).expect(404);
    await act(student(1), returned, 'resubmit', { ...shorter, startsAt: '2020-01-01T00:00:00Z' }).expect(422);
    const again = (await act(student(1), returned, 'resubmit', shorter).expect(200)).body as LeaveAnswer;
    expect(again).toMatchObject({ status: 'submitted', destination: '宝鸡市金台区', returnedCount: 1 });
    expect(again['steps']).toMatchObject([{ position: 1, decision: 'pending' }]);
    await act(student(1), again, 'resubmit', shorter).expect(409);
    expect((await approve(test, again)).status).toBe('approved');
    const { body } = await officer.get(`${PATH}/${leave.id}/history?limit=2`).expect(200);
    const rest = await officer.get(`${PATH}/${leave.id}/history?cursor=${body.nextCursor}`).expect(200);
    const lines = [...body.data, ...rest.body.data] as { action: string; comment: string | null }[];
    expect(lines.map(({ action }) => action)).toEqual(['submit', 'approve', 'return', 'resubmit', 'approve']);
    expect(lines[2]!.comment).toBe('请写明去向');
  });

  it('is rejected, withdrawn while undecided, cancelled before it begins', async () => {
    const one = await submit(student(2), await form(test));
    const rejected = (await act(counselor, one, 'reject', { comment: '事由不充分' }).expect(200)).body as LeaveAnswer;
    expect(rejected.status).toBe('rejected');
    const two = await submit(student(2), await form(test));
    await act(counselor, two, 'cancel').expect(409);
    const withdrawn = (await act(student(2), two, 'withdraw').expect(200)).body as LeaveAnswer;
    expect(withdrawn.status).toBe('withdrawn');
    await act(counselor, withdrawn, 'approve').expect(409);
    const three = await approve(test, await submit(student(2), await form(test)));
    await act(student(2), three, 'withdraw').expect(409);
    await act(student(2), three, 'close')
      .expect(409)
      .expect(({ body }) => expect(body.code).toBe('affairs/leave-not-begun'));
    expect((await act(student(2), three, 'cancel').expect(200)).body.status).toBe('cancelled');
    expect((await events(test, three.id)).map(({ name, payload }) => [name, payload])).toEqual([
      ['affairs.leave-approved.v1', expect.anything()],
      ['affairs.leave-cancelled.v1', { leaveId: three.id, studentId: campus.students[2] }],
    ]);
    const begun = await approve(test, await submit(student(2), urgentForm(2, 10)));
    expect((await act(student(2), begun, 'cancel').expect(409)).body.code).toBe('affairs/leave-already-begun');
  });

  it('is extended before it ends, by the chain of all its days', async () => {
    const leave = await approve(test, await submit(student(3), await form(test, 2)));
    const later = (days: number): string => new Date(Date.parse(leave.endsAt) + days * 86_400_000).toISOString();
    const earlier = await act(student(3), leave, 'extend', { endsAt: later(-1), reason: '车票' }).expect(422);
    expect(codes(earlier.body)).toEqual(['not-later']);
    const asked = (await act(student(3), leave, 'extend', { endsAt: later(1), reason: '车票改签' }).expect(200))
      .body as LeaveAnswer;
    expect(asked).toMatchObject({ status: 'approved', endsAt: leave.endsAt, extensionEndsAt: later(1) });
    expect((asked['steps'] as object[]).length).toBe(2);
    await act(student(3), asked, 'extend', { endsAt: later(2), reason: '再延' }).expect(409);
    await act(counselor, asked, 'return', { comment: '补正' }).expect(409);

    const refused = (await act(counselor, asked, 'reject', { comment: '不同意' }).expect(200)).body as LeaveAnswer;
    expect(refused).toMatchObject({ status: 'approved', endsAt: leave.endsAt, extensionEndsAt: null });
    const again = (await act(student(3), refused, 'extend', { endsAt: later(1), reason: '车票改签' }))
      .body as LeaveAnswer;
    const back = (await act(student(3), again, 'withdraw').expect(200)).body as LeaveAnswer;
    expect(back).toMatchObject({ status: 'approved', extensionEndsAt: null });
    const third = (await act(student(3), back, 'extend', { endsAt: later(1), reason: '车票改签' })).body as LeaveAnswer;
    const longer = await approve(test, third);
    expect(longer).toMatchObject({
      status: 'approved',
      endsAt: later(1),
      plannedEndsAt: later(1),
      extensionEndsAt: null,
    });
    expect(Date.parse(longer['returnBy'] as string)).toBeGreaterThan(Date.parse(later(1)));
    expect((await events(test, leave.id)).map(({ name, payload }) => [name, payload['endsAt']])).toEqual([
      ['affairs.leave-approved.v1', leave.endsAt],
      ['affairs.leave-changed.v1', later(1)],
    ]);
    const [a, b] = [await handIn(student(3)), await handIn(student(3))];
    const sick = await approve(test, await submit(student(3), urgentForm(50, 2, { kind: 'sick', attachments: [a] })));
    const proof = {
      endsAt: new Date(test.clock.now().getTime() + 20 * 3_600_000).toISOString(),
      reason: '未痊愈',
      attachments: [b],
    };
    const extended = (await act(student(3), sick, 'extend', proof).expect(200)).body;
    expect(extended.attachments).toMatchObject([{ id: a }, { id: b }]);
    await act(student(3), sick, 'withdraw').expect(412);
    const ended = await approve(test, await submit(student(3), urgentForm(70, -51)));
    const tooLate = await act(student(3), ended, 'extend', { endsAt: later(1), reason: '迟了' }).expect(409);
    expect(tooLate.body.code).toBe('affairs/leave-expired');
  });

  it('lets an urgent leave bring its papers later', async () => {
    const leave = await submit(student(4), urgentForm(20, 30, { kind: 'official' }));
    expect(leave['proofPending']).toBe(true);
    const owed = await counselor.get(`${PATH}?proofPending=true`).expect(200);
    expect(owed.body.data.map(({ id }: LeaveAnswer) => id)).toEqual([leave.id]);
    await act(student(4), leave, 'attachments', { attachments: [] }).expect(400);
    const id = await handIn(student(4));
    const brought = (await act(student(4), leave, 'attachments', { attachments: [id] }).expect(200))
      .body as LeaveAnswer;
    expect(brought).toMatchObject({ proofPending: false, attachments: [{ id, name: '证明.pdf' }] });
  });

  it('is submitted by staff for a student of theirs, and by an app for a student it names', async () => {
    const body = { ...(await form(test)), studentId: campus.students[5] };
    const unknown = (await foreign.post(`${PATH}/on-behalf`, body).expect(404)).body;
    expect([unknown.what, unknown.errors[0].pointer]).toEqual(['student', '#/studentId']);
    await counselor.post(PATH, body).expect(403);
    await student(0).post(`${PATH}/on-behalf`, body).expect(403);
    await student(0).post(PATH, body).expect(404);
    const leave = (await counselor.post(`${PATH}/on-behalf`, body).expect(201)).body as LeaveAnswer;
    expect(leave).toMatchObject({
      submittedBy: { kind: 'person', id: counselorCs },
      student: { id: campus.students[5] },
    });
    const app = await test.client('affairs:leave:submit', 'affairs:leave:read');
    await app
      .post(PATH, await form(test))
      .expect(400)
      .expect(({ body: { errors } }) => expect(errors[0].pointer).toBe('#/studentId'));
    await app.post(PATH, { ...(await form(test)), studentId: newId() }).expect(404);
    await app.post(PATH, { ...(await form(test)), studentId: counselorCs }).expect(404);
    const byApp = await submit(app, { ...(await form(test, 1, 5)), studentId: campus.students[5] });
    expect(byApp['submittedBy']).toEqual({ kind: 'app', id: 'test-app' });
    const deciding = await test.client('affairs:leave:decide');
    expect((await act(deciding, byApp, 'approve').expect(403)).body.code).toBe('workflow/needs-person');
    const reader = await test.client('affairs:leave:read');
    await act(reader, byApp, 'withdraw').expect(403);
  });

  it('does not exist for a counselor of another unit, nor for another student', async () => {
    const leave = await submit(student(6), await form(test));
    for (const outsider of [foreign, student(7)]) {
      await outsider.get(`${PATH}/${leave.id}`).expect(404);
      await outsider.get(`${PATH}/${leave.id}/history`).expect(404);
      for (const verb of ['withdraw', 'cancel', 'close']) await act(outsider, leave, verb).expect(404);
      const { body } = await outsider.get(PATH).expect(200);
      expect(body.data.map(({ id }: LeaveAnswer) => id)).not.toContain(leave.id);
    }
    await act(foreign, leave, 'approve').expect(404);
    expect((await foreign.get(`${PATH}/summary`).expect(200)).body).toMatchObject({
      counts: [],
      firstTimeCompletionRate: null,
    });
    await student(6).get(`${PATH}/${newId()}`).expect(404);
    await student(6).get(`${PATH}/none`).expect(400);
  });

  it('is lost to a counselor with the next request after they moved', async () => {
    const leave = await submit(student(8), await form(test));
    await foreign.get(`${PATH}/${leave.id}`).expect(200);
    const moved = sql`person_id = ${counselorFl} AND kind = 'counselor'`;
    await test.query(sql`UPDATE staffing.appointment SET valid_to = ${addDays(test.clock.today(), -1)} WHERE ${moved}`);
    await foreign.get(`${PATH}/${leave.id}`).expect(403);
    await appoint(test, counselorFl, 'counselor', campus.classes.se2402);
    await foreign.get(`${PATH}/${leave.id}`).expect(404);
    await act(foreign, leave, 'approve').expect(404);
    await test.query(sql`DELETE FROM staffing.appointment WHERE ${moved} AND unit_id = ${campus.classes.se2402}`);
    await test.query(sql`UPDATE staffing.appointment SET valid_to = NULL WHERE ${moved}`);
    await act(foreign, leave, 'approve').expect(200);
  });

  it('is never decided by the student who asked, whatever posts they hold', async () => {
    await appoint(test, campus.students[9]!, 'counselor', campus.classes.en2401);
    const both = await test.person(campus.students[9]!);
    const leave = await submit(both, await form(test));
    expect((await act(both, leave, 'approve').expect(403)).body.code).toBe('workflow/own-matter');
    const waiting = (await both.get(`${PATH}?awaitingMe=true`).expect(200)).body.data as LeaveAnswer[];
    expect(waiting.map(({ id }) => id)).not.toContain(leave.id);
    expect((await both.post(`${PATH}/precheck`, await precheckOf(1, 20))).body.steps[0].people).toMatchObject([
      { id: counselorFl },
    ]);
  });

  async function precheckOf(days: number, skip: number): Promise<object> {
    const {
      reason: _reason,
      destination: _destination,
      ...ask
    } = (await form(test, days, skip)) as Record<string, unknown>;
    return ask;
  }

  it('awaits whoever has the due step, and no one else', async () => {
    const waitingFor = async (client: Client): Promise<string[]> =>
      ((await client.get(`${PATH}?awaitingMe=true&limit=200`).expect(200)).body.data as LeaveAnswer[]).map(
        ({ id }) => id,
      );
    const leave = await submit(student(7), await form(test, 3));
    const advisor = await test.person(classAdvisorSe2401);
    expect(await waitingFor(counselor)).toContain(leave.id);
    for (const other of [officer, foreign, advisor]) expect(await waitingFor(other)).not.toContain(leave.id);
    const one = (await act(counselor, leave, 'approve').expect(200)).body as LeaveAnswer;
    expect(await waitingFor(counselor)).not.toContain(leave.id);
    expect(await waitingFor(officer)).toContain(leave.id);
    await act(officer, one, 'approve').expect(200);
    expect(await waitingFor(officer)).not.toContain(leave.id);
  });

  it('is listed by filters, in pages, without what is private', async () => {
    const all = (await officer.get(`${PATH}?limit=200`).expect(200)).body.data as LeaveAnswer[];
    expect(all[0]).not.toHaveProperty('reason');
    expect(new Set(all.map(({ student: s }) => (s as { id: string }).id))).toEqual(
      new Set(campus.students.slice(0, 8)),
    );
    const ids: string[] = [];
    let cursor = '';
    do {
      const { body } = await officer.get(`${PATH}?limit=5&sort=createdAt${cursor && `&cursor=${cursor}`}`).expect(200);
      ids.push(...(body.data as LeaveAnswer[]).map(({ id }) => id));
      cursor = body.nextCursor as string;
    } while (cursor);
    expect([...ids].sort()).toEqual(all.map(({ id }) => id).sort());
    const of = async (filter: string): Promise<LeaveAnswer[]> =>
      (await officer.get(`${PATH}?${filter}&limit=200`).expect(200)).body.data;
    expect(new Set((await of('status=cancelled')).map(({ status }) => status))).toEqual(new Set(['cancelled']));
    expect((await of('kind=official')).length).toBe(1);
    const ofOne = await of(`studentId=${campus.students[2]}`);
    expect(ofOne.length).toBe(all.filter(({ student: s }) => (s as { id: string }).id === campus.students[2]).length);
    const day = ofOne[0]!.startsAt.slice(0, 10);
    expect(await of(`from=${day}&to=2020-01-01`)).toEqual([]);
    const mine = (await student(2).get(`${PATH}?mine=true&limit=200`).expect(200)).body.data as LeaveAnswer[];
    expect(mine.map(({ id }) => id).sort()).toEqual(ofOne.map(({ id }) => id).sort());
    expect((await officer.get(`${PATH}?mine=true`).expect(200)).body.data).toEqual([]);
    await officer.get(`${PATH}?status=lost`).expect(400);
    await officer.get(`${PATH}?cursor=nonsense`).expect(400);
  });

  it('follows a new version of the policy from its day on', async () => {
    const school = await test.person(schoolOfficer);
    const path = '/affairs/v1/policies/affairs.leave/versions';
    const version = { effectiveFrom: '2026-01-01', source: '学生请假办法', value: { urgentBackdateDays: 10 } };
    const mentor = { levels: [{ upToDays: 3, approvers: [{ kind: 'mentor' }], applyWorkingDaysAhead: 0 }] };
    const { body } = await school.post(path, { ...version, value: mentor }).expect(400);
    expect(body.errors[0].pointer).toBe('#/value/levels/0/approvers/0/kind');
    const early = urgentForm(200, -190);
    expect(codes((await student(6).post(PATH, early).expect(422)).body)).toEqual(['too-far-back']);
    await school.post(path, version).expect(201);
    const leave = await submit(student(6), early);
    expect(leave['steps']).toMatchObject([{ kind: 'counselor', policyVersion: 1 }]);
  });

  it('answers bad input with pointers and writes nothing', async () => {
    const good = (await form(test)) as Record<string, unknown>;
    const before = await test.query(sql`SELECT count(*)::int AS n FROM affairs.leave`);
    const bad: [object, string][] = [
      [{ ...good, kind: 'holiday' }, '#/kind'],
      [{ ...good, startsAt: '2026-12-03 08:00' }, '#/startsAt'],
      [{ ...good, reason: undefined }, '#/reason'],
      [{ ...good, reason: 'x'.repeat(2001) }, '#/reason'],
      [{ ...good, attachments: 'file' }, '#/attachments'],
      [{ ...good, attachments: [campus.school, 'files/1.pdf'] }, '#/attachments/1'],
      [{ ...good, urgent: 'yes' }, '#/urgent'],
      [{ ...good, status: 'approved' }, '#/status'],
    ];
    for (const [body, pointer] of bad) {
      const answer = await student(0).post(PATH, body).expect(400);
      expect(answer.body.errors[0].pointer).toBe(pointer);
    }
    await student(0)
      .post(PATH, { ...good, startsAt: '9999-12-31T23:00:00Z', endsAt: '9999-12-31T23:59:59Z' })
      .expect(422);
    await student(0)
      .post(PATH, { ...good, startsAt: '0001-01-01T00:00:00Z' })
      .expect(422);
    await student(0)
      .post(PATH, { ...good, endsAt: good['startsAt'] })
      .expect(422);
    expect(await test.query(sql`SELECT count(*)::int AS n FROM affairs.leave`)).toEqual(before);
    const leave = await submit(student(0), await form(test, 1, 50));
    await counselor.post(`${PATH}/${leave.id}/approve`, {}).expect(428);
    await act(counselor, { ...leave, version: 7 }, 'approve').expect(412);
    await act(counselor, leave, 'reject').expect(400);
  });
});
