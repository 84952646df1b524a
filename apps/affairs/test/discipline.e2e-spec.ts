import { StudentErasedV1 } from '#contracts';
import { newId, sql } from '#database';
import { Events } from '#events';
import { Policies } from '#policy';
import { campus, type Client, drainEvents, fireTimers, TestApp } from '#testing';
import { affairs } from '../src/affairs.module.js';
import { DisciplinePolicy } from '../src/discipline/discipline.policy.js';
import { openSanctionsOf } from '../src/discipline/discipline.reads.js';
import { appoint } from './support.js';

const SANCTIONS = '/affairs/v1/sanctions';
const APPEALS = '/affairs/v1/sanction-appeals';
const { staff, students } = campus;

interface Answer {
  id: string;
  version: number;
  status: string;
  actions: { action: string; allowed: boolean; reason: { code: string } | null }[];
  [key: string]: unknown;
}
const codeOf = (answer: { body: unknown }): string => (answer.body as { code: string }).code;

describe('sanctions and appeals', () => {
  let test: TestApp;
  let officer: Client;
  let committee: Client;
  let student: Client;
  beforeAll(async () => {
    test = await TestApp.create([affairs]);
    const second = newId();
    await test.query(
      sql`INSERT INTO directory.person (id, kind, number, name) VALUES (${second}, 'staff', 'T90001', '复查委员')`,
    );
    await appoint(test, second, 'student_affairs_officer', campus.school);
    officer = await test.person(staff.schoolOfficer);
    committee = await test.person(second);
    student = await test.person(students[0]!);
  });
  beforeEach(() => test.clock.set('2026-11-20T10:00:00+08:00'));
  afterEach(async () => {
    await test.query(sql`DELETE FROM events.timer`);
    await test.query(sql`DELETE FROM affairs.sanction_appeal`);
    await test.query(sql`DELETE FROM affairs.sanction`);
  });
  afterAll(() => test?.close());

  const body = { studentId: students[0], kind: 'demerit', decidedOn: '2026-11-18', months: 12, grounds: '考试违纪' };
  const record = async (more: object = {}): Promise<Answer> =>
    (await officer.post(SANCTIONS, { ...body, ...more }).expect(201)).body as Answer;
  const act = (who: Client, path: string, { id, version }: Answer, verb: string, more: object = {}) =>
    who.post(`${path}/${id}/${verb}`, more).set('If-Match', `"${version}"`);
  const delivered = async (more: object = {}): Promise<Answer> =>
    (await act(officer, SANCTIONS, await record(), 'deliver', { deliveredOn: '2026-11-20', ...more }).expect(200))
      .body as Answer;
  const appealed = async (sanction: Answer): Promise<Answer> =>
    (await student.post(`${SANCTIONS}/${sanction.id}/appeals`, { text: '事实有误' }).expect(201)).body as Answer;
  const see = async (who: Client, path: string, { id }: { id: string }): Promise<Answer> =>
    (await who.get(`${path}/${id}`).expect(200)).body as Answer;
  const open = (on: string) => openSanctionsOf(test.tx, [...students], on);
  const told = (name: string) => test.query(sql`SELECT payload FROM events.event WHERE name = ${name}`);

  it('count from their delivery until their term is over, are lifted or revoked; each is told, and can be taken back', async () => {
    const before = (await told('affairs.sanction-changed.v1')).length;
    const decided = await record();
    expect(decided).toMatchObject({ status: 'decided', until: '2027-11-18', appealUntil: null, grounds: '考试违纪' });
    expect(await open('2026-11-20')).toEqual([]);
    await student.get(`${SANCTIONS}/${decided.id}`).expect(404);
    const wrong = act(officer, SANCTIONS, decided, 'deliver', { deliveredOn: '2026-11-17' });
    expect(codeOf(await wrong.expect(422))).toBe('affairs/sanction-date-wrong');
    let now = (await act(officer, SANCTIONS, decided, 'deliver', { deliveredOn: '2026-11-20' }).expect(200))
      .body as Answer;
    expect(now).toMatchObject({ status: 'in_force', appealUntil: '2026-11-30' });
    const counted = [{ studentId: students[0], kind: 'demerit', decidedOn: '2026-11-18' }];
    expect(await open('2026-11-20')).toEqual(counted);
    expect(await open('2026-11-19')).toEqual([]);
    expect(await open('2027-11-17')).toEqual(counted);
    expect(await open('2027-11-18')).toEqual([]);
    test.clock.set('2027-05-20T10:00:00+08:00');
    now = (await act(officer, SANCTIONS, now, 'lift', { reason: '表现良好' }).expect(200)).body as Answer;
    expect(now).toMatchObject({ status: 'lifted', endedOn: '2027-05-20', endReason: '表现良好' });
    expect([await open('2027-05-19'), await open('2027-05-20')]).toEqual([counted, []]);
    now = (await act(officer, SANCTIONS, now, 'restore').expect(200)).body as Answer;
    expect(await open('2027-05-20')).toEqual(counted);
    now = (await act(officer, SANCTIONS, now, 'revoke', { reason: '认定有误' }).expect(200)).body as Answer;
    expect(await open('2026-12-01')).toEqual([]);
    expect(codeOf(await act(officer, SANCTIONS, now, 'lift', { reason: '再次' }).expect(409))).toBe(
      'affairs/sanction-not-in-state',
    );
    now = (await act(officer, SANCTIONS, now, 'restore').expect(200)).body as Answer;
    expect(await told('affairs.sanction-changed.v1')).toHaveLength(before + 5);
    test.clock.set('2027-11-18T00:01:00+08:00');
    await fireTimers(test);
    now = await see(officer, SANCTIONS, now);
    expect(now.status).toBe('expired');
    expect(await told('affairs.sanction-changed.v1')).toHaveLength(before + 6);
    // Schools lift it by their own procedure when its term is over.
    now = (await act(officer, SANCTIONS, now, 'lift', { reason: '期满表现良好' }).expect(200)).body as Answer;
    expect(now).toMatchObject({ status: 'lifted', endedOn: '2027-11-18' });
  });

  it('last as long as the policy says, and expulsion for good', async () => {
    for (const wrong of [{ months: 5 }, { months: 13 }, { months: undefined }, { kind: 'expulsion' }])
      expect(codeOf(await officer.post(SANCTIONS, { ...body, ...wrong }).expect(422))).toBe(
        'affairs/sanction-term-wrong',
      );
    expect(await record({ kind: 'expulsion', months: undefined })).toMatchObject({ until: null });
    expect(codeOf(await officer.post(SANCTIONS, { ...body, decidedOn: '2026-11-21' }).expect(422))).toBe(
      'affairs/sanction-date-wrong',
    );
  });

  it('are recorded by the school alone, and seen by the student and whoever answers for them', async () => {
    const one = await delivered();
    const college = await test.person(staff.collegeOfficerCs);
    await college.post(SANCTIONS, body).expect(404);
    await officer.post(SANCTIONS, { ...body, studentId: staff.counselorCs }).expect(404);
    expect(codeOf(await act(college, SANCTIONS, one, 'lift', { reason: '期满' }).expect(409))).toBe(
      'affairs/sanction-not-kept',
    );
    const audits = async () =>
      (
        await test.query<{ action: string }>(
          sql`SELECT action FROM platform.audit WHERE action IN ('affairs.sanction.read', 'affairs.sanction.list') ORDER BY occurred_at`,
        )
      ).length;
    const before = await audits();
    expect((await see(student, SANCTIONS, one)).grounds).toBe('考试违纪');
    expect((await student.get(SANCTIONS).expect(200)).body.data).toHaveLength(1);
    expect(await audits()).toBe(before);
    const counselor = await test.person(staff.counselorCs);
    expect((await see(counselor, SANCTIONS, one)).grounds).toBe('考试违纪');
    expect((await college.get(`${SANCTIONS}?status=in_force`).expect(200)).body.data).toHaveLength(1);
    expect((await college.get(`${SANCTIONS}?status=expired`).expect(200)).body.data).toHaveLength(0);
    expect(await audits()).toBe(before + 2);
    for (const foreign of [await test.person(students[1]!), await test.person(staff.counselorFl)]) {
      await foreign.get(`${SANCTIONS}/${one.id}`).expect(404);
      expect((await foreign.get(SANCTIONS).expect(200)).body.data).toEqual([]);
    }
    const [row] = await test.query<{ grounds: Buffer }>(sql`SELECT grounds FROM affairs.sanction WHERE id = ${one.id}`);
    expect(row!.grounds.toString()).not.toContain('考试违纪');
  });

  it('can be appealed against until a day, by the student alone, once', async () => {
    const one = await delivered();
    const appeal = (who: Client) => who.post(`${SANCTIONS}/${one.id}/appeals`, { text: '事实有误' });
    await appeal(await test.person(students[1]!)).expect(404);
    await appeal(await test.person(staff.counselorCs)).expect(403);
    test.clock.set('2026-12-01T00:01:00+08:00');
    const late = (await see(student, SANCTIONS, one)).actions.find(({ action }) => action === 'appeal');
    expect(late).toMatchObject({ allowed: false, reason: { code: 'sanction-appeal-too-late' } });
    expect(codeOf(await appeal(student).expect(409))).toBe('affairs/sanction-appeal-too-late');
    test.clock.set('2026-11-30T23:59:00+08:00');
    const answers = await Promise.all([appeal(student), appeal(student)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    const made = answers.find(({ status }) => status === 201)!.body as Answer;
    expect(made).toMatchObject({ status: 'waiting', dueOn: '2026-12-15', text: '事实有误' });
    const withdrawn = (await act(student, APPEALS, made, 'withdraw').expect(200)).body as Answer;
    expect(withdrawn.status).toBe('withdrawn');
    await appealed(one);
    // A notice that was silent gives six months.
    const silent = await delivered({ appealTold: false });
    expect(silent['appealUntil']).toBe('2027-05-20');
    test.clock.set('2027-05-20T10:00:00+08:00');
    await appealed(silent);
  });

  it('are decided on by somebody else, in time, and the decision takes effect', async () => {
    const one = await delivered();
    const made = await appealed(one);
    for (const foreign of [await test.person(staff.counselorCs), await test.person(staff.collegeOfficerCs)])
      expect([403, 404]).toContain((await foreign.get(`${APPEALS}/${made.id}`)).status);
    const decision = { outcome: 'changed', conclusion: '情节较轻', kind: 'warning', months: 6 };
    expect(codeOf(await act(officer, APPEALS, made, 'decide', decision).expect(409))).toBe(
      'affairs/sanction-appeal-of-own-decision',
    );
    for (const harsher of [
      { kind: 'probation', months: 6 },
      { kind: 'demerit', months: 12 },
    ])
      expect(codeOf(await act(committee, APPEALS, made, 'decide', { ...decision, ...harsher }).expect(422))).toBe(
        'affairs/sanction-appeal-aggravates',
      );
    const extended = (await act(committee, APPEALS, made, 'extend').expect(200)).body as Answer;
    expect(extended).toMatchObject({ dueOn: '2026-12-20', extended: true });
    expect(codeOf(await act(committee, APPEALS, extended, 'extend').expect(409))).toBe(
      'affairs/sanction-appeal-extended',
    );
    test.clock.set('2026-12-20T23:00:00+08:00');
    await fireTimers(test);
    expect(await told('affairs.sanction-appeal-overdue.v1')).toEqual([]);
    test.clock.set('2026-12-21T00:00:01+08:00');
    await fireTimers(test);
    expect(await told('affairs.sanction-appeal-overdue.v1')).toEqual([
      { payload: { appealId: made.id, sanctionId: one.id, studentId: students[0] } },
    ]);
    expect((await committee.get(`${APPEALS}?overdue=true`).expect(200)).body.data).toHaveLength(1);
    await student.get(APPEALS).expect(200);
    expect(
      await test.query(sql`SELECT person_id AS by FROM platform.audit WHERE action = 'affairs.sanction-appeal.list'`),
    ).toHaveLength(1);
    const decided = (await act(committee, APPEALS, extended, 'decide', decision).expect(200)).body as Answer;
    // The time to go to the province runs from the day on which the student got the conclusion.
    expect(decided).toMatchObject({ status: 'changed', kindBefore: 'demerit', provinceUntil: null });
    const got = (deliveredOn: string) => act(committee, APPEALS, decided, 'deliver', { deliveredOn });
    expect(codeOf(await got('2026-12-20').expect(422))).toBe('affairs/sanction-date-wrong');
    expect(codeOf(await got('2026-12-22').expect(422))).toBe('affairs/sanction-date-wrong');
    await act(student, APPEALS, decided, 'deliver', { deliveredOn: '2026-12-21' }).expect(403);
    test.clock.set('2026-12-28T10:00:00+08:00');
    expect((await got('2026-12-28').expect(200)).body).toMatchObject({
      ...{ conclusionDeliveredOn: '2026-12-28', provinceUntil: '2027-01-12' },
    });
    test.clock.set('2026-12-21T10:00:00+08:00');
    expect(await see(student, SANCTIONS, one)).toMatchObject({ kind: 'warning', until: '2027-05-18' });
    expect(await open('2026-12-21')).toMatchObject([{ kind: 'warning' }]);

    const other = await delivered({ deliveredOn: '2026-12-20' });
    const second = await appealed(other);
    await act(committee, APPEALS, second, 'decide', { outcome: 'revoked', conclusion: '证据不足' }).expect(200);
    const overturned = await see(officer, SANCTIONS, other);
    expect(overturned.status).toBe('overturned');
    expect(codeOf(await act(officer, SANCTIONS, overturned, 'restore').expect(409))).toBe(
      'affairs/sanction-not-in-state',
    );
    expect(await open('2026-12-21')).toHaveLength(1);
  });

  it('are decided on when as many members of the committee as the policy asks for say the same', async () => {
    const { counselorCs: third } = staff;
    await appoint(test, third, 'student_affairs_officer', campus.school);
    const [other, machine] = [await test.person(third), await test.client()];
    const asks = (appealMembers: number) =>
      test.app.get(Policies).put(test.tx, DisciplinePolicy, {
        ...{ effectiveFrom: '2000-01-01', source: 'test', by: 'test' },
        value: { ...new DisciplinePolicy(), appealMembers },
      });
    await asks(2);
    const one = await delivered();
    const made = await appealed(one);
    expect(await see(committee, APPEALS, made)).toMatchObject({ members: 2, opinions: [] });
    const [milder, upheld] = [
      { outcome: 'changed', conclusion: '情节较轻', kind: 'warning', months: 6 },
      { outcome: 'upheld', conclusion: '事实清楚' },
    ];
    const says = async (who: Client, seen: Answer, body: object): Promise<Answer> =>
      (await act(who, APPEALS, seen, 'decide', body).expect(200)).body as Answer;
    const inbox = async (who: Client): Promise<number> =>
      (await who.get('/affairs/v1/tasks?subjectKind=sanction-appeal').expect(200)).body.data.length;
    // A term that no sanction has cannot be what anybody says.
    expect(codeOf(await act(committee, APPEALS, made, 'decide', { ...milder, months: 1 }).expect(422))).toBe(
      'affairs/sanction-term-wrong',
    );
    // Nobody for whoever recorded it, no app by itself, and each once.
    expect(codeOf(await act(officer, APPEALS, made, 'decide', upheld).expect(409))).toBe(
      'affairs/sanction-appeal-of-own-decision',
    );
    expect(codeOf(await act(machine, APPEALS, made, 'decide', upheld).expect(409))).toBe(
      'affairs/sanction-appeal-member-needed',
    );
    expect([await inbox(committee), await inbox(other), await inbox(officer)]).toEqual([1, 1, 0]);
    let now = await says(committee, made, upheld);
    expect(now).toMatchObject({ status: 'waiting', opinions: [{ outcome: 'upheld', conclusion: '事实清楚' }] });
    expect([await inbox(committee), await inbox(other)]).toEqual([0, 1]);
    expect(codeOf(await act(committee, APPEALS, now, 'decide', upheld).expect(409))).toBe(
      'affairs/sanction-appeal-opinion-given',
    );
    expect((await see(student, APPEALS, made))['opinions']).toEqual([]);
    // Two who say different things decide nothing; what was said can be taken back.
    now = await says(other, now, milder);
    expect(now.status).toBe('waiting');
    expect(await open('2026-11-20')).toMatchObject([{ kind: 'demerit' }]);
    now = (await act(committee, APPEALS, now, 'take-back').expect(200)).body as Answer;
    expect(codeOf(await act(committee, APPEALS, now, 'take-back').expect(409))).toBe(
      'affairs/sanction-appeal-opinion-missing',
    );
    now = await says(committee, now, { ...milder, months: 7 });
    expect(now.status).toBe('waiting');
    now = (await act(committee, APPEALS, now, 'take-back').expect(200)).body as Answer;
    // What somebody said counts while they are of the committee.
    const leaves = (on: string | null) =>
      test.query(
        sql`UPDATE staffing.appointment SET valid_to = ${on} WHERE person_id = ${third} AND unit_id = ${campus.school}`,
      );
    await leaves(test.clock.today());
    now = await says(committee, now, milder);
    expect(now).toMatchObject({ status: 'waiting', opinions: [{ present: false }, { present: true }] });
    now = (await act(committee, APPEALS, now, 'take-back').expect(200)).body as Answer;
    await leaves(null);
    const decided = await says(committee, now, { ...milder, conclusion: '同意从轻' });
    expect(decided).toMatchObject({ status: 'changed', kindBefore: 'demerit', conclusion: '同意从轻' });
    expect(decided['opinions']).toMatchObject([{ conclusion: '情节较轻' }, { conclusion: '同意从轻' }]);
    expect(await open('2026-11-20')).toMatchObject([{ kind: 'warning' }]);
    for (const [who, verb] of [
      [committee, 'take-back'],
      [other, 'decide'],
    ] as const)
      expect(codeOf(await act(who, APPEALS, decided, verb, upheld).expect(409))).toBe(
        'affairs/sanction-appeal-not-waiting',
      );
    // The table itself keeps out who recorded the sanction, and a second opinion.
    const copy = (memberId: string) =>
      test.query(
        sql`INSERT INTO affairs.sanction_appeal_opinion (id, appeal_id, student_id, member_id, recorded_by, outcome, kind, months, conclusion, given_at)
            SELECT ${newId()}, appeal_id, student_id, ${memberId}, recorded_by, outcome, kind, months, conclusion, given_at
              FROM affairs.sanction_appeal_opinion WHERE appeal_id = ${made.id} LIMIT 1`,
      );
    await expect(copy(staff.schoolOfficer)).rejects.toThrow('appeal_opinion_two_persons');
    await expect(copy(third)).rejects.toThrow('appeal_opinion_once');
    const [row] = await test.query<{ conclusion: Buffer }>(sql`SELECT conclusion FROM affairs.sanction_appeal_opinion`);
    expect(row!.conclusion.toString()).not.toContain('情节较轻');
    await asks(1);
  });

  it('forget what they were for when the student is erased, whose appeal nobody is to decide on', async () => {
    const [id] = [newId()];
    await test.query(
      sql`INSERT INTO directory.person (id, kind, number, name) VALUES (${id}, 'student', ${id}, '毕业生')`,
    );
    const recorded = await record({ studentId: id });
    const one = (await act(officer, SANCTIONS, recorded, 'deliver', { deliveredOn: '2026-11-20' }).expect(200))
      .body as Answer;
    const appeal = (
      await (await test.person(id)).post(`${SANCTIONS}/${one.id}/appeals`, { text: '请复查' }).expect(201)
    ).body as Answer;
    await test.database.transaction(null, (tx) => test.app.get(Events).publish(tx, new StudentErasedV1(id)));
    await drainEvents(test);
    expect(await see(officer, SANCTIONS, one)).toMatchObject({ grounds: null, kind: 'demerit' });
    expect(await see(committee, APPEALS, appeal)).toMatchObject({ status: 'withdrawn', text: null });
  });
});
