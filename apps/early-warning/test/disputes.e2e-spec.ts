import { sql } from '#database';
import { campus, type Client, fireTimers, TestApp } from '#testing';
import { earlyWarning } from '../src/early-warning.module.js';
import { daysAgo, holdSchedules, observe, publish, retireShipped, run, secondOfficer, simpleRule } from './kit.js';

const DISPUTES = '/early-warning/v1/disputes';
const HOUR = 3_600_000;
const DAY = daysAgo(2);
const { students, staff } = campus;

interface Dispute {
  id: string;
  version: number;
  status: string;
  dueAt: string;
  actions: { action: string; allowed: boolean; reason: { code: string } | null }[];
  [key: string]: unknown;
}
interface OwnRow {
  id: string;
  status: string;
  dispute: { disputeId: string | null; allowed: boolean; reason: { code: string } | null };
  [key: string]: unknown;
}

describe('what students see of themselves, and dispute', () => {
  let test: TestApp;
  let app: Client;
  let officer: Client;
  let second: Client;
  let counselor: Client;
  const clients: Client[] = [];

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    await retireShipped(test);
    app = await test.client();
    officer = await test.person(staff.schoolOfficer);
    second = await secondOfficer(test);
    counselor = await test.person(staff.counselorCs);
    for (const id of students) clients.push(await test.person(id));
    const level = [{ yellow: { ge: [{ f: 'x' }, 3] } }, { red: { ge: [{ f: 'x' }, 6] } }];
    const feature = { metric: 'absent_class', agg: 'sum', window: '7d' };
    const studentReason = { zh: '近 7 天有 {x} 节课未到。', en: '{x} classes missed in 7 days.' };
    await publish(test, simpleRule('a.absent', feature, {}, { level, when: undefined, studentReason }));
    const visibility = ['psychologist'];
    await publish(
      test,
      simpleRule('a.restricted', { ...feature, metric: 'library_visits' }, { ge: [{ f: 'x' }, 3] }, { visibility }),
    );
  });
  afterAll(() => test.close());
  afterEach(() => test.clock.reset());

  const policy = (value: object) =>
    test.query(
      sql`INSERT INTO platform.policy_version (id, key, number, effective_from, value, source, created_by)
          SELECT gen_random_uuid(), 'early-warning.triage', coalesce(max(number), 0) + 1, ${daysAgo(0)}, ${JSON.stringify(value)}::jsonb, 'test', 'test'
            FROM platform.policy_version WHERE key = 'early-warning.triage'`,
    );
  const absent = async (student: number, hours: number, day = DAY): Promise<void> => {
    await observe(app, [[student, 'absent_class', day, hours]]);
    await run(test, officer);
  };
  const own = async (student: number, path: string): Promise<OwnRow[]> =>
    (await clients[student]!.get(`/early-warning/v1/me/${path}`).expect(200)).body.data as OwnRow[];
  const warningOf = async (student: number) =>
    (
      await test.query<{ id: string; version: number; status: string; dueAt: Date | null; pausedAt: Date | null }>(
        sql`SELECT id, version, status, triage_due_at AS "dueAt", paused_at AS "pausedAt" FROM early_warning.warning
             WHERE student_id = ${students[student]} AND rule_code = 'a.absent'`,
      )
    )[0]!;
  const raise = async (student: number, body: object): Promise<Dispute> =>
    (await clients[student]!.post(DISPUTES, { kind: 'wrong_data', text: '记错了', ...body }).expect(201))
      .body as Dispute;
  const act = (who: Client, { id, version }: Dispute, action: string, body: object = {}) =>
    who.post(`${DISPUTES}/${id}/${action}`, body).set('If-Match', `"${version}"`);
  const done = async (who: Client, of: Dispute, action: string, body: object = {}): Promise<Dispute> =>
    (await act(who, of, action, body).expect(200)).body as Dispute;
  const codeOf = ({ body }: { body: unknown }): string => (body as { code: string }).code;
  const allowed = ({ actions }: Dispute) => actions.filter((one) => one.allowed).map(({ action }) => action);
  const told = async (id: string) =>
    (
      await test.query<{ status: string }>(
        sql`SELECT payload ->> 'status' AS status FROM events.event WHERE name = 'early-warning.dispute-changed.v1'
             AND aggregate_id = ${id} ORDER BY occurred_at, id`,
      )
    ).map(({ status }) => status);

  it('shows students their records and the reasons, not what staff call or write of it', async () => {
    await observe(app, [
      [0, 'absent_class', DAY, 3],
      [0, 'library_visits', DAY, 4],
      [1, 'absent_class', DAY, 1],
    ]);
    await run(test, officer);
    const confirmed = await warningOf(0);
    const notes = { note: '疑似家庭变故' };
    await officer.post(`/early-warning/v1/warnings/${confirmed.id}/confirm`, notes).set('If-Match', '"1"').expect(200);
    const records = await own(0, 'observations');
    expect(records.map(({ metric, day, value }) => [metric, day, value])).toEqual([
      ['library_visits', DAY, 4],
      ['absent_class', DAY, 3],
    ]);
    expect(records[0]).toMatchObject({ name: { zh: expect.any(String) }, dispute: { allowed: true, disputeId: null } });
    expect((await own(0, 'observations?metric=absent_class&limit=1')).map(({ metric }) => metric)).toEqual([
      'absent_class',
    ]);
    expect(await own(0, `observations?from=${daysAgo(1)}`)).toEqual([]);
    const warnings = await own(0, 'warnings');
    // That of a rule for psychologists alone is not among them.
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({
      ...{ id: confirmed.id, status: 'followed_up', level: null, title: { zh: '一项关怀提示' } },
      text: { zh: '近 7 天有 3 节课未到。' },
      inputs: [{ metric: 'absent_class', value: 3 }],
    });
    expect(JSON.stringify(warnings)).not.toContain('家庭变故');
    expect(JSON.stringify(warnings)).not.toContain(staff.schoolOfficer);
    expect(await own(0, 'warnings?status=settled')).toEqual([]);
    // Of nobody else, whoever asks.
    await counselor.get('/early-warning/v1/me/warnings').expect(403);
    expect((await app.get('/early-warning/v1/me/observations').expect(200)).body.data).toEqual([]);
    expect(await own(1, 'warnings')).toEqual([]);
  });

  it('makes the time limit of the warning stand still, and go on with exactly what was left', async () => {
    await policy({ redHours: 24, orangeHours: 48, yellowHours: 120, blueHours: 0 });
    await absent(2, 4);
    const raised = await warningOf(2);
    test.clock.advance({ hours: 72 });
    const dispute = await raise(2, { warningId: raised.id });
    expect(await warningOf(2)).toMatchObject({ dueAt: null, pausedAt: expect.any(Date) });
    // Over the end of the term, and longer than the whole limit: nobody is told that it is overdue.
    test.clock.advance({ hours: 24 * 40 });
    await fireTimers(test);
    const overdue = () =>
      test.query(
        sql`SELECT FROM events.event WHERE name = 'early-warning.warning-overdue.v1' AND aggregate_id = ${raised.id}`,
      );
    expect(await overdue()).toEqual([]);
    expect(await told(dispute.id)).toEqual(['open', 'overdue']);
    const now = test.clock.now();
    await done(clients[2]!, dispute, 'withdraw');
    const after = await warningOf(2);
    expect(after.pausedAt).toBeNull();
    expect((after.dueAt!.getTime() - now.getTime()) / HOUR).toBeCloseTo(48, 2);
    await fireTimers(test, new Date(after.dueAt!.getTime() - 1_000));
    expect(await overdue()).toEqual([]);
    await fireTimers(test, after.dueAt!);
    expect(await overdue()).toHaveLength(1);
  });

  it('stands still until the last of two disputes is over, also when the warning rises meanwhile', async () => {
    await absent(3, 4);
    const { id } = await warningOf(3);
    const one = await raise(3, { warningId: id });
    const other = await raise(3, { metric: 'absent_class', day: DAY });
    await done(clients[3]!, one, 'withdraw');
    expect(await warningOf(3)).toMatchObject({ dueAt: null, pausedAt: expect.any(Date) });
    await absent(3, 4, daysAgo(1));
    expect(await warningOf(3)).toMatchObject({ dueAt: null, pausedAt: expect.any(Date) });
    const now = test.clock.now();
    await done(clients[3]!, other, 'withdraw');
    // Red by now: the whole of the time for red.
    expect(((await warningOf(3)).dueAt!.getTime() - now.getTime()) / HOUR).toBeCloseTo(24, 2);
  });

  it('when a record is upheld to be wrong, the data, the verdict and the warning are put right', async () => {
    await absent(4, 4);
    const before = await warningOf(4);
    expect(before.status).toBe('open');
    const dispute = await raise(4, { metric: 'absent_class', day: DAY });
    expect(allowed(dispute)).toEqual(['withdraw']);
    expect((await own(4, 'observations'))[0]!.dispute).toMatchObject({
      ...{ disputeId: dispute.id, allowed: false },
      reason: { code: 'dispute-open' },
    });
    const seen = (await counselor.get(`${DISPUTES}/${dispute.id}`).expect(200)).body as Dispute;
    expect(allowed(seen)).toEqual(['uphold', 'reject']);
    const upheld = await done(counselor, dispute, 'uphold', {
      answer: '是他人',
      corrections: [{ metric: 'absent_class', day: DAY, value: 1 }],
    });
    expect(upheld).toMatchObject({ status: 'upheld', decision: { answer: '是他人', by: { id: staff.counselorCs } } });
    await run(test, officer);
    expect((await own(4, 'observations')).map(({ value }) => value)).toEqual([1]);
    expect((await warningOf(4)).status).toBe('withdrawn');
    expect((await own(4, 'warnings'))[0]!.status).toBe('taken_back');
    const settled = await test.query(
      sql`SELECT payload ->> 'outcome' AS outcome FROM events.event WHERE name = 'early-warning.warning-settled.v1' AND aggregate_id = ${before.id}`,
    );
    expect(settled).toEqual([{ outcome: 'withdrawn' }]);
    // Who decided is not told by default; the answer is.
    const shown = (await clients[4]!.get(`${DISPUTES}/${dispute.id}`).expect(200)).body as Dispute;
    expect(shown).toMatchObject({ decision: { by: null, answer: '是他人' } });
    // It comes back only by new data.
    await absent(4, 5, daysAgo(1));
    expect((await warningOf(4)).status).toBe('open');
  });

  it('a record of a source that sends it again stays as it was decided', async () => {
    const body = (batchKey: string) => ({
      ...{ source: 'registry', batchKey },
      observations: [{ studentNumber: '2024000006', metric: 'absent_class', day: DAY, value: 5, key: 'lesson-7' }],
    });
    await app.post('/early-warning/v1/observations/batches', body('one')).expect(200);
    await run(test, officer);
    const dispute = await raise(5, { metric: 'absent_class', day: DAY });
    await done(counselor, dispute, 'uphold', { answer: '核实有误' });
    await app.post('/early-warning/v1/observations/batches', body('two')).expect(200);
    await run(test, officer);
    expect(await own(5, 'observations')).toEqual([]);
    expect((await warningOf(5)).status).toBe('withdrawn');
  });

  it('a warning may be set aside though the data is right, and whoever triaged it does not decide', async () => {
    await absent(6, 4);
    const { id } = await warningOf(6);
    await counselor.post(`/early-warning/v1/warnings/${id}/confirm`, {}).set('If-Match', '"1"').expect(200);
    const dispute = await raise(6, { warningId: id, kind: 'excused' });
    const refused = await act(counselor, dispute, 'uphold', { answer: '同意', dismiss: 'excused' }).expect(409);
    expect(codeOf(refused)).toBe('early-warning/dispute-needs-another');
    expect(codeOf(await act(app, dispute, 'reject', { answer: '否' }).expect(409))).toBe(
      'early-warning/dispute-needs-another',
    );
    await act(officer, dispute, 'uphold', { answer: '同意' }).expect(400);
    const foreign = { answer: '同意', corrections: [{ metric: 'library_visits', day: DAY, value: 0 }] };
    expect(codeOf(await act(officer, dispute, 'uphold', foreign).expect(422))).toBe(
      'early-warning/not-what-it-rests-on',
    );
    expect((await warningOf(6)).status).toBe('confirmed');
    await done(officer, dispute, 'uphold', { answer: '有假条', dismiss: 'excused' });
    expect((await warningOf(6)).status).toBe('dismissed');
    await run(test, officer);
    expect((await warningOf(6)).status).toBe('dismissed');
    // The database itself lets nobody decide who was involved.
    const update = (by: string) =>
      test.query(sql`UPDATE early_warning.dispute SET decided_by = ${by} WHERE id = ${dispute.id}`);
    await expect(update(staff.counselorCs)).rejects.toThrow('dispute_decided_by_uninvolved');
    await expect(update(students[6]!)).rejects.toThrow('dispute_decided_by_another');
  });

  it('is looked at once more by somebody else, after a rejection, once', async () => {
    await absent(7, 4);
    const { id } = await warningOf(7);
    const first = await raise(7, { warningId: id });
    const rejected = await done(counselor, first, 'reject', { answer: '记录无误' });
    expect(rejected.status).toBe('rejected');
    expect((await warningOf(7)).pausedAt).toBeNull();
    const again = { kind: 'other', text: '再提', warningId: id };
    expect(codeOf(await clients[7]!.post(DISPUTES, again).expect(409))).toBe('early-warning/dispute-decided');
    const secondLook = await done(clients[7]!, rejected, 'ask-again', { text: '有新证明' });
    expect(secondLook).toMatchObject({ status: 'open', round: 2 });
    expect((await warningOf(7)).pausedAt).not.toBeNull();
    expect(codeOf(await act(counselor, secondLook, 'reject', { answer: '否' }).expect(409))).toBe(
      'early-warning/dispute-needs-another',
    );
    const final = await done(officer, secondLook, 'reject', { answer: '仍无误' });
    expect(final).toMatchObject({
      decision: { answer: '记录无误' },
      againDecision: { answer: '仍无误', by: { id: staff.schoolOfficer } },
    });
    expect(codeOf(await act(clients[7]!, final, 'ask-again', { text: '再' }).expect(409))).toBe(
      'early-warning/second-look-used',
    );
    expect(await told(first.id)).toEqual(['open', 'rejected', 'open', 'rejected']);
  });

  it('can be asked for again until its time is over', async () => {
    await absent(8, 4);
    const dispute = await raise(8, { warningId: (await warningOf(8)).id });
    const rejected = await done(second, dispute, 'reject', { answer: '否' });
    test.clock.advance({ hours: 24 * 11 });
    expect(codeOf(await act(clients[8]!, rejected, 'ask-again', { text: '再' }).expect(409))).toBe(
      'early-warning/ask-again-too-late',
    );
  });

  it('is the student’s own and one at a time, over what is theirs and not too old', async () => {
    await absent(9, 4);
    const { id } = await warningOf(9);
    await absent(10, 4);
    const body = { kind: 'not_me', text: '不是我' };
    await clients[10]!.post(DISPUTES, { ...body, warningId: id }).expect(404);
    await clients[10]!.post(DISPUTES, { ...body, metric: 'absent_class', day: daysAgo(20) }).expect(404);
    await clients[10]!.post(DISPUTES, body).expect(400);
    await clients[10]!.post(DISPUTES, { ...body, warningId: id, metric: 'absent_class', day: DAY }).expect(400);
    await counselor.post(DISPUTES, { ...body, warningId: id }).expect(403);
    const at = { ...body, metric: 'absent_class', day: DAY };
    const answers = await Promise.all([1, 2, 3].map(() => clients[9]!.post(DISPUTES, at)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    const dispute = answers.find(({ status }) => status === 201)!.body as Dispute;
    // Of another college: nobody there sees it; nor does another student.
    for (const who of [counselor, clients[10]!]) await who.get(`${DISPUTES}/${dispute.id}`).expect(404);
    const listed = async (who: Client, query: string) =>
      ((await who.get(`${DISPUTES}?${query}`).expect(200)).body.data as Dispute[]).map((one) => one.id);
    expect(await listed(counselor, 'status=open')).not.toContain(dispute.id);
    expect(await listed(await test.person(staff.counselorFl), 'status=open')).toEqual([dispute.id]);
    expect(await listed(clients[9]!, 'mine=true')).toEqual([dispute.id]);
    expect(await listed(officer, `studentId=${students[9]}&overdue=true`)).toEqual([]);
    await act(clients[10]!, dispute, 'withdraw').expect(404);
    await act(clients[9]!, { ...dispute, version: 9 }, 'withdraw').expect(412);
    test.clock.advance({ hours: 24 * 70 });
    const late = await clients[10]!.post(DISPUTES, { ...body, warningId: (await warningOf(10)).id }).expect(409);
    expect(codeOf(late)).toBe('early-warning/dispute-too-late');
    const audited = await test.query(
      sql`SELECT FROM platform.audit WHERE action = 'early-warning.dispute.uphold' AND subject_kind = 'dispute'`,
    );
    expect(audited).toHaveLength(3);
  });
});
