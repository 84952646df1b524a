import { StudentErasedV1 } from '#contracts';
import { newId, sql } from '#database';
import { Handlers } from '#events';
import { termOf } from '#roster';
import { campus, type Client, fireTimers, TestApp } from '#testing';
import { addDays } from '#time';
import { earlyWarning } from '../src/early-warning.module.js';
import {
  act,
  agree,
  type CaseAnswer,
  CASES,
  clearCases,
  codeOf,
  done,
  openCase,
  see,
  staff,
  students,
  SUPERVISIONS,
  warn,
} from './case-kit.js';
import { holdSchedules, tell } from './kit.js';

describe('a care case', () => {
  let test: TestApp;
  let counselor: Client;
  let other: Client;
  let college: Client;
  let school: Client;
  let psychologist: Client;
  let advisor: Client;
  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    [counselor, other, college, school, psychologist, advisor] = (await Promise.all(
      [
        staff.counselorCs,
        staff.counselorFl,
        staff.collegeOfficerCs,
        staff.schoolOfficer,
        staff.psychologist,
        staff.classAdvisorSe2401,
      ].map((id) => test.person(id)),
    )) as [Client, Client, Client, Client, Client, Client];
  });
  beforeEach(() => test.clock.set('2026-11-20T10:00:00+08:00'));
  afterEach(() => clearCases(test));
  afterAll(() => test?.close());

  const told = (name: string, id: string) =>
    test.query<{ payload: Record<string, unknown> }>(
      sql`SELECT payload FROM events.event WHERE name = ${`early-warning.${name}.v1`} AND payload ->> 'caseId' = ${id} ORDER BY id`,
    );
  const levelled = async (student = 0, level = 'serious'): Promise<CaseAnswer> =>
    agree(counselor, college, await openCase(counselor, student), { what: 'level', level });
  const stageSeen = async (of: CaseAnswer) => (await see(counselor, of)).stage;

  it('goes from a warning to a person helped; how far it is follows from what was recorded', async () => {
    const warning = await warn(test, 0);
    const warned = await counselor.get('/early-warning/v1/warnings/students').expect(200);
    expect(warned.body.data).toMatchObject([
      { student: { id: students[0] }, where: { className: '软工2401' }, level: 'yellow', open: 1, confirmed: 0 },
    ]);
    expect((await other.get('/early-warning/v1/warnings/students').expect(200)).body.data).toEqual([]);
    let now = await openCase(counselor, 0, { warningIds: [warning] });
    expect(now).toMatchObject({ stage: 'found', origin: 'warning', levelDueOn: '2026-11-23', summary: '连续缺课' });
    expect(now).toMatchObject({
      where: { college: '计算机学院', className: '软工2401' },
      warnings: [{ id: warning, status: 'confirmed' }],
    });
    const again = await counselor.post(CASES, { studentId: students[0], kind: 'study', summary: '再次' }).expect(409);
    expect(codeOf(again)).toBe('early-warning/case-already-open');

    now = await agree(counselor, college, now, { what: 'level', level: 'serious' });
    expect(now).toMatchObject({
      stage: 'levelled',
      level: 'serious',
      reviewOn: '2026-12-04',
      quietOn: '2026-11-30',
      levelDueOn: null,
    });
    now = await done(counselor, now, 'members', { post: 'class_advisor', lead: true, duties: '牵头' });
    now = await done(counselor, now, 'members', { personId: staff.psychologist, duties: '心理支持' });
    expect(now.stage).toBe('team');
    now = await done(counselor, now, 'plan', { goals: '补齐两门课' });
    now = await done(advisor, now, 'measures', {
      what: '每周辅导',
      ownerId: staff.classAdvisorSe2401,
      dueOn: '2026-11-27',
    });
    now = await done(psychologist, now, 'entries', { kind: 'talk', reached: true, text: '愿意接受帮助' });
    expect(now).toMatchObject({
      stage: 'helping',
      goals: '补齐两门课',
      measures: [{ status: 'open', what: '每周辅导' }],
    });

    now = await done(advisor, now, `measures/${now.measures[0]!.id}/done`, { result: '四次' });
    now = await done(counselor, now, 'entries', { kind: 'review', text: '成绩回升' });
    now = await agree(counselor, college, now, { what: 'closure', effect: 'improved' });
    expect(now).toMatchObject({ stage: 'closed', effect: 'improved', warnings: [{ status: 'closed' }] });
    expect(codeOf(await act(counselor, now, 'plan', { goals: '再来' }).expect(409))).toBe('early-warning/case-closed');
    const { data } = (await counselor.get(`${CASES}/${now.id}/timeline?limit=200&sort=at`).expect(200)).body;
    expect((data as { what: string }[]).map(({ what }) => what).sort()).toEqual(
      [
        'opened',
        'owner',
        'proposed',
        'decided',
        'joined',
        'joined',
        'measure',
        'entry',
        'measure_settled',
        'entry',
        'proposed',
        'decided',
      ].sort(),
    );
    now = await agree(counselor, college, now, { what: 'reopening' });
    expect(now).toMatchObject({ stage: 'helping', effect: null, closedAt: null, reopenedCount: 1 });
    expect(await told('care-case-settled', now.id)).toMatchObject([
      { payload: { outcome: 'closed' } },
      { payload: { outcome: 'reopened' } },
    ]);
  });

  it('has kinds, levels and effects that a form can offer', async () => {
    const { body } = await counselor.get(`${CASES}/choices`).expect(200);
    expect(body).toMatchObject({
      kinds: expect.arrayContaining([{ key: 'study', name: { zh: '学业', en: 'Studies' } }]),
      levels: [{ key: 'watch' }, { key: 'serious', reviewDays: 14, quietDays: 10 }, { key: 'urgent' }],
      effects: expect.arrayContaining([expect.objectContaining({ key: 'improved', improved: true })]),
    });
    await (await test.person(students[0]!)).get(`${CASES}/choices`).expect(403);
  });

  it('has its level and its end from two persons, by the tables themselves; proposals are taken back and declined', async () => {
    let now = await openCase(college, 0);
    now = await done(college, now, 'proposals', { what: 'level', level: 'urgent', reason: '危急' });
    const proposal = now.proposals[0]!.id;
    expect(codeOf(await act(college, now, `proposals/${proposal}/confirm`).expect(409))).toBe(
      'early-warning/decision-of-own',
    );
    expect(now.actions.find(({ action }) => action === 'decide_level')).toMatchObject({
      allowed: false,
      reason: { code: 'decision-of-own' },
    });
    await counselor
      .post(`${CASES}/${now.id}/proposals/${proposal}/confirm`, {})
      .set('If-Match', `"${now.version}"`)
      .expect(409);
    const refused = async (statement: ReturnType<typeof sql>) =>
      expect(test.query(statement)).rejects.toThrow(/by_two|of_oneself/);
    const by = staff.collegeOfficerCs;
    await refused(
      sql`UPDATE early_warning.care_decision SET status = 'confirmed', decided_by = ${by}, decided_at = now() WHERE id = ${proposal}`,
    );
    await refused(
      sql`UPDATE early_warning.care_decision SET status = 'confirmed', decided_by = ${students[0]}, decided_at = now() WHERE id = ${proposal}`,
    );
    const level = (confirmed: string | null) =>
      sql`UPDATE early_warning.care_case SET level = 'urgent', level_rank = 3, level_proposed_by = ${by}, level_confirmed_by = ${confirmed} WHERE id = ${now.id}`;
    for (const confirmed of [by, null, students[0]!]) await refused(level(confirmed));
    const closed = (confirmed: string | null) =>
      sql`UPDATE early_warning.care_case SET closed_at = now(), effect = 'improved', closure_proposed_by = ${by}, closure_confirmed_by = ${confirmed} WHERE id = ${now.id}`;
    for (const confirmed of [by, null, students[0]!]) await refused(closed(confirmed));
    now = await done(school, now, `proposals/${proposal}/decline`, { answer: '先观察' });
    expect(now).toMatchObject({ level: null, proposals: [] });
    now = await done(college, now, 'proposals', { what: 'level', level: 'watch', reason: '观察' });
    now = await done(college, now, `proposals/${now.proposals[0]!.id}/withdraw`);
    expect(
      codeOf(await act(college, now, 'proposals', { what: 'level', level: 'none', reason: '理由' }).expect(422)),
    ).toBe('early-warning/code-unknown');
    expect(
      codeOf(await act(college, now, 'proposals', { what: 'closure', effect: 'improved', reason: '理由' }).expect(409)),
    ).toBe('early-warning/case-without-level');
  });

  it('has one owner at every instant: accepted, refused, or not answered in three days', async () => {
    let now = await levelled();
    now = await done(counselor, now, 'transfers', { toId: staff.counselorFl, reason: '转专业' });
    expect(now.owner.id).toBe(staff.counselorCs);
    expect((await see(other, now)).transfer).toMatchObject({ reason: '转专业' });
    expect((await other.get(`${CASES}/${now.id}/hand-over`).expect(200)).body.case.id).toBe(now.id);
    test.clock.advance({ minutes: 1 });
    now = await done(other, now, `transfers/${now.transfer!.id}/accept`);
    expect(now.owner.id).toBe(staff.counselorFl);
    test.clock.advance({ minutes: 1 });
    now = await done(other, now, 'transfers', { toId: staff.counselorCs, reason: '转回' });
    now = await done(counselor, now, `transfers/${now.transfer!.id}/refuse`, { answer: '忙' });
    // Above the sender: whoever has the college.
    expect(now.owner.id).toBe(staff.collegeOfficerCs);
    now = await done(college, now, 'transfers', { toId: staff.counselorCs, reason: '请接收' });
    const due = Date.parse((now as unknown as { transfer: { dueAt: string } }).transfer.dueAt);
    test.clock.set(new Date(due - 1_000));
    await fireTimers(test);
    expect((await see(college, now)).owner.id).toBe(staff.collegeOfficerCs);
    test.clock.set(new Date(due));
    await fireTimers(test);
    now = await see(college, now);
    expect([now.owner.id, now.transfer]).toEqual([staff.schoolOfficer, null]);
    expect((await told('care-case-transferred', now.id)).map(({ payload }) => payload['outcome'])).toEqual([
      'offered',
      'accepted',
      'offered',
      'refused',
      'offered',
      'expired',
    ]);
    const owners = sql`early_warning.care_owner WHERE case_id = ${now.id}`;
    const broken = [
      sql`DELETE FROM ${owners} AND valid_to IS NULL`,
      sql`UPDATE early_warning.care_owner SET valid_to = now() + interval '1 year' WHERE case_id = ${now.id} AND valid_to IS NULL`,
      sql`UPDATE early_warning.care_owner SET valid_from = valid_from + interval '1 second' WHERE case_id = ${now.id} AND valid_to IS NULL`,
      sql`INSERT INTO early_warning.care_owner (id, case_id, person_id, valid_from, valid_to, why)
            SELECT ${newId()}, case_id, person_id, valid_from, valid_from + interval '1 second', 'accepted' FROM ${owners} AND valid_to IS NULL`,
    ];
    for (const statement of broken) await expect(test.query(statement)).rejects.toThrow(/every instant|care_owner_one/);
  });

  it('is quiet on day N exactly; what is overdue goes up the line a step at a time, and no further than it must', async () => {
    let now = await levelled(0, 'urgent');
    expect(now).toMatchObject({ quietOn: '2026-11-25', reviewOn: '2026-11-27' });
    const at = async (instant: string) => {
      test.clock.set(instant);
      await fireTimers(test);
    };
    const queue = async (who: Client) =>
      ((await who.get(SUPERVISIONS).expect(200)).body.data as { caseId: string; step: number }[]).length;
    const quietSeen = async () =>
      ((await counselor.get(`${CASES}?quiet=true`).expect(200)).body.data as CaseAnswer[]).length;
    await at('2026-11-24T23:59:00+08:00');
    expect([await quietSeen(), (await told('care-case-quiet', now.id)).length]).toEqual([0, 0]);
    await at('2026-11-25T07:41:00+08:00');
    expect([await quietSeen(), (await told('care-case-quiet', now.id)).length]).toEqual([1, 1]);
    expect((await see(counselor, now)).reviewOn).toBe('2026-11-25');
    expect(await queue(college)).toBe(0);
    await at('2026-11-26T07:41:00+08:00');
    expect([await queue(college), await queue(school), await stageSeen(now)]).toEqual([1, 0, 'supervised']);
    const [one] = (await college.get(SUPERVISIONS).expect(200)).body.data as { id: string; version: number }[];
    await college
      .post(`${SUPERVISIONS}/${one!.id}/answer`, { text: '请本周完成' })
      .set('If-Match', `"${one!.version}"`)
      .expect(200);
    await other
      .post(`${SUPERVISIONS}/${one!.id}/answer`, { text: '看看' })
      .set('If-Match', `"${one!.version}"`)
      .expect(404);
    await at('2026-11-28T07:41:00+08:00');
    expect(await queue(school)).toBe(0);
    await at('2026-11-29T07:41:00+08:00');
    expect([await queue(college), await queue(school)]).toEqual([1, 1]);
    now = await done(counselor, await see(counselor, now), 'entries', { kind: 'review', text: '已复核' });
    expect([await queue(college), await queue(school), now.stage]).toEqual([0, 0, 'levelled']);
    expect(now).toMatchObject({ reviewOn: '2026-12-06', quietOn: '2026-12-04' });
    expect((await told('care-supervision', now.id)).map(({ payload }) => payload)).toMatchObject([
      { cause: 'review', step: 1, personIds: [staff.collegeOfficerCs] },
      { cause: 'review', step: 2, personIds: [staff.schoolOfficer] },
    ]);
  });

  it('is put up for review with all others before a term ends, once, and looked at when the review is overdue', async () => {
    const last = (await termOf(test.tx, '2027-01-02'))!.endsOn;
    test.clock.set(`${addDays(last, -18)}T10:00:00+08:00`);
    const [one, two] = [await levelled(0), await levelled(1)];
    const schedule = test.app.get(Handlers).schedules.find(({ name }) => name === 'early-warning.term-reviews')!;
    const morning = async (date: string): Promise<void> => {
      const at = new Date(`${date}T07:11:00+08:00`);
      test.clock.set(`${date}T07:41:00+08:00`);
      await test.database.background((tx) => schedule.handle(tx, { at, date }));
      await fireTimers(test);
    };
    const reviews = async () => [(await see(counselor, one)).reviewOn, (await see(counselor, two)).reviewOn];
    const before = await reviews();
    await morning(addDays(last, -15));
    expect(await reviews()).toEqual(before);
    const day = addDays(last, -14);
    await morning(day);
    expect(await reviews()).toEqual([day, day]);
    await done(counselor, await see(counselor, one), 'entries', { kind: 'review', text: '期末复核' });
    const [reviewed] = await reviews();
    await morning(addDays(day, 1));
    expect(await reviews()).toEqual([reviewed, day]);
    expect((await told('care-supervision', two.id)).map(({ payload }) => payload)).toMatchObject([{ cause: 'review' }]);
    expect(await told('care-supervision', one.id)).toEqual([]);
  });

  it('skips a step of the line that nobody holds at once', async () => {
    await test.query(
      sql`UPDATE staffing.appointment SET valid_to = '2026-11-21' WHERE person_id = ${staff.collegeOfficerCs}`,
    );
    try {
      const now = await openCase(counselor, 0);
      test.clock.set('2026-11-24T07:41:00+08:00');
      await fireTimers(test);
      expect((await told('care-supervision', now.id)).map(({ payload }) => payload)).toMatchObject([
        { cause: 'level', step: 2, personIds: [staff.schoolOfficer] },
      ]);
    } finally {
      await test.query(
        sql`UPDATE staffing.appointment SET valid_to = NULL WHERE person_id = ${staff.collegeOfficerCs}`,
      );
    }
  });

  it('shows notes to whom they are for; to others at most that there are some', async () => {
    let now = await levelled();
    for (const id of [staff.psychologist, staff.classAdvisorSe2401])
      now = await done(counselor, now, 'members', { personId: id, duties: '参与' });
    const notes = [
      [counselor, { confidentiality: 'team', text: '专班可见' }],
      [counselor, { confidentiality: 'named', readers: [staff.classAdvisorSe2401], text: '指定可见' }],
      [psychologist, { confidentiality: 'psychologist', text: '会谈内容' }],
    ] as const;
    for (const [who, body] of notes) await done(who, now, 'entries', { kind: 'note', ...body });
    await act(counselor, now, 'entries', { kind: 'note', confidentiality: 'psychologist', text: '越权' }).expect(409);
    await act(college, now, 'entries', { kind: 'note', text: '越权' }).expect(409);
    const read = async (who: Client) => {
      const { body } = await who.get(`${CASES}/${now.id}/timeline?limit=200&sort=at`);
      return (body.data as { what: string; text: string | null }[])
        .filter(({ what }) => what === 'entry')
        .map(({ text }) => text);
    };
    expect(await read(counselor)).toEqual(['专班可见', '指定可见', null]);
    expect(await read(advisor)).toEqual(['专班可见', '指定可见', null]);
    expect(await read(psychologist)).toEqual(['专班可见', null, null]);
    expect(await read(college)).toEqual([null, null, null]);
    expect(await read(school)).toEqual([null, null, null]);

    const secret = `${CASES}/${now.id}/psychology-entries`;
    await psychologist.get(secret).expect(428);
    const opened = await psychologist.get(secret).set('Access-Reason', encodeURIComponent('会诊')).expect(200);
    expect(opened.body.entries).toMatchObject([{ text: '会谈内容' }]);
    const audits = await test.query(
      sql`SELECT reason FROM platform.audit WHERE action = 'early-warning.case.psychology'`,
    );
    expect(audits).toEqual([{ reason: '会诊' }]);
    for (const who of [counselor, college, school, advisor])
      await who.get(secret).set('Access-Reason', 'because').expect(403);

    const app = await test.client();
    const student = await test.person(students[0]!);
    for (const path of ['', '/timeline', '/hand-over']) {
      for (const who of [other, app, await test.person(staff.buildingHead1)])
        await who.get(`${CASES}/${now.id}${path}`).expect(404);
      await student.get(`${CASES}/${now.id}${path}`).expect(403);
    }
    await app.get(secret).set('Access-Reason', 'because').expect(404);
    for (const who of [other, app])
      expect((await who.get(`${CASES}?total=true`).expect(200)).body).toMatchObject({ data: [], total: 0 });
    await college.get(`${CASES}/${now.id}/hand-over`).expect(404);
    const [row] = await test.query<{ text: string }>(
      sql`SELECT string_agg(encode(text, 'escape'), '') AS text FROM early_warning.care_entry`,
    );
    expect(row!.text).not.toContain('会谈');

    await tell(test, [new StudentErasedV1(students[0]!)]);
    expect(
      await test.query(sql`SELECT 1 FROM early_warning.care_entry UNION ALL SELECT 1 FROM early_warning.care_case`),
    ).toEqual([]);
    await test.query(sql`DELETE FROM early_warning.erased_student`);
  });

  it('is open to whoever answers for the student and nobody else; what is wrong changes nothing', async () => {
    for (const who of [other, await test.client()]) {
      const answer = await who.post(CASES, { studentId: students[0], kind: 'study', summary: '缘由' });
      expect([403, 404]).toContain(answer.status);
    }
    expect(
      codeOf(await counselor.post(CASES, { studentId: students[0], kind: 'nothing', summary: '缘由' }).expect(422)),
    ).toBe('early-warning/code-unknown');
    expect((await counselor.get(CASES).expect(200)).body.data).toEqual([]);
    const now = await levelled();
    const wrong: [path: string, body: object, code: string][] = [
      ['members', { personId: students[1], duties: '室友' }, 'person-not-fit'],
      ['members', { post: 'mentor', duties: '导师' }, 'post-not-clear'],
      ['measures', { what: '辅导', ownerId: staff.counselorCs, dueOn: '2026-11-19' }, 'case-date-wrong'],
      ['entries', { kind: 'talk', happenedOn: '2026-11-21', text: '明天' }, 'case-date-wrong'],
      ['entries', { kind: 'note', confidentiality: 'named', text: '给谁' }, 'readers-wrong'],
      ['transfers', { toId: staff.counselorCs, reason: '自己' }, 'person-not-fit'],
      ['warnings', { warningIds: [await warn(test, 8)] }, 'warning-not-takeable'],
    ];
    for (const [path, body, code] of wrong)
      expect(codeOf(await act(counselor, now, path, body).expect(422))).toBe(`early-warning/${code}`);
    expect(await see(counselor, now)).toMatchObject({ version: now.version, team: [], measures: [], warnings: [] });
    await act(counselor, { ...now, version: now.version - 1 }, 'plan', { goals: '目标' }).expect(412);
    expect(campus.students).toHaveLength(12);
  });
});
