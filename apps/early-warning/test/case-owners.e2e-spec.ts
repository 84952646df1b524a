import { newId, sql } from '#database';
import { campus, type Client, drainEvents, fireTimers, TestApp } from '#testing';
import { CaseOwners } from '../src/cases/case-owners.service.js';
import { earlyWarning } from '../src/early-warning.module.js';
import { act, type CaseAnswer, CASES, clearCases, done, openCase, see, staff } from './case-kit.js';
import { holdSchedules, SECOND_OFFICER, secondOfficer } from './kit.js';

describe('the owner of a case who leaves their post', () => {
  let test: TestApp;
  let counselor: Client;
  let college: Client;
  let other: Client;

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    [counselor, college, other] = (await Promise.all(
      [staff.counselorCs, staff.collegeOfficerCs, staff.counselorFl].map((id) => test.person(id)),
    )) as [Client, Client, Client];
    await secondOfficer(test);
    await test.query(sql`DELETE FROM staffing.appointment WHERE person_id = ${SECOND_OFFICER}`);
  });
  beforeEach(() => test.clock.set('2026-11-20T10:00:00+08:00'));
  afterEach(async () => {
    await clearCases(test);
    await test.query(sql`DELETE FROM staffing.appointment WHERE valid_from = '2026-11-24'`);
    await test.query(sql`UPDATE staffing.appointment SET valid_to = NULL WHERE valid_to = '2026-11-24'`);
  });
  afterAll(() => test?.close());

  const appoint = (person: string, kind: string, unit: string) =>
    test.query(
      sql`INSERT INTO staffing.appointment (id, person_id, kind, unit_id, valid_from) VALUES (${newId()}, ${person}, ${kind}, ${unit}, '2026-11-24')`,
    );
  const leave = (...people: string[]) =>
    test.query(
      sql`UPDATE staffing.appointment SET valid_to = '2026-11-24' WHERE person_id = ANY(${people}::uuid[]) AND valid_to IS NULL`,
    );
  const refresh = async () => {
    await test.database.background((tx) => test.app.get(CaseOwners).refresh(tx));
    await drainEvents(test);
  };
  const owners = (of: CaseAnswer) =>
    test.query<{ id: string; why: string; on: boolean }>(
      sql`SELECT person_id AS id, why, valid_to IS NULL AS on FROM early_warning.care_owner WHERE case_id = ${of.id} ORDER BY valid_from`,
    );
  const told = async () =>
    (
      await test.query<{ payload: object }>(
        sql`SELECT payload FROM events.event WHERE name = 'early-warning.care-case-handed-over.v1' ORDER BY id`,
      )
    ).map(({ payload }) => payload);
  const monday = () => test.clock.set('2026-11-24T10:00:00+08:00');

  it('loses sight of it at once, and whoever holds the post now owns it', async () => {
    const now = await openCase(counselor, 0);
    monday();
    await leave(staff.counselorCs);
    // Other posts of theirs: one that reaches the student, and the same one elsewhere.
    await appoint(staff.counselorCs, 'class_advisor', campus.colleges.cs);
    await appoint(staff.counselorCs, 'counselor', campus.colleges.fl);
    const before = await test.person(staff.counselorCs);
    for (const path of ['', '/timeline', '/hand-over']) await before.get(`${CASES}/${now.id}${path}`).expect(404);
    expect((await before.get(`${CASES}?total=true`).expect(200)).body).toMatchObject({ data: [], total: 0 });
    await act(before, now, 'plan', { goals: '仍可写' }).expect(404);

    await appoint(SECOND_OFFICER, 'counselor', campus.colleges.cs);
    await refresh();
    expect(await owners(now)).toEqual([
      { id: staff.counselorCs, why: 'opened', on: false },
      { id: SECOND_OFFICER, why: 'left', on: true },
    ]);
    const successor = await test.person(SECOND_OFFICER);
    const { data } = (await successor.get(`${CASES}/${now.id}/timeline`).expect(200)).body;
    expect((data as object[])[0]).toMatchObject({
      what: 'owner',
      code: 'left',
      person: { id: SECOND_OFFICER },
      by: null,
    });
    expect(await told()).toEqual([{ caseId: now.id, ownerId: SECOND_OFFICER }]);
    const seen = await see(successor, now);
    expect(seen).toMatchObject({ owner: { id: SECOND_OFFICER }, summary: '连续缺课', version: now.version + 1 });
    await refresh();
    expect([(await see(successor, now)).version, (await told()).length]).toEqual([seen.version, 1]);
    await done(successor, seen, 'plan', { goals: '继续' });
  });

  it('leaves it to who is above where nobody has the post; where nobody is above, it stays until somebody comes', async () => {
    const now = await openCase(counselor, 0);
    monday();
    await leave(staff.counselorCs, staff.collegeOfficerCs, staff.schoolOfficer);
    await refresh();
    expect(await owners(now)).toEqual([{ id: staff.counselorCs, why: 'opened', on: true }]);
    await appoint(SECOND_OFFICER, 'student_affairs_officer', campus.school);
    await refresh();
    expect((await owners(now)).at(-1)).toEqual({ id: SECOND_OFFICER, why: 'left', on: true });
  });

  it('who accepted it without a post over the student keeps it; what is offered waits for its answer', async () => {
    let now = await openCase(counselor, 0);
    now = await done(counselor, now, 'transfers', { toId: staff.counselorFl, reason: '转专业' });
    monday();
    // Three days have passed since, but no timer has run.
    await leave(staff.counselorCs);
    await refresh();
    expect(await see(other, now)).toMatchObject({
      owner: { id: staff.counselorCs },
      transfer: { id: now.transfer!.id },
    });
    now = await done(other, now, `transfers/${now.transfer!.id}/accept`);
    test.clock.advance({ minutes: 10 });
    await refresh();
    expect(await see(other, now)).toMatchObject({ owner: { id: staff.counselorFl }, version: now.version });
  });

  it('and so does whom it was offered to: it goes to who is above at once', async () => {
    let now = await openCase(counselor, 0);
    now = await done(counselor, now, 'transfers', { toId: staff.counselorFl, reason: '转专业' });
    monday();
    await leave(staff.counselorCs, staff.counselorFl);
    await refresh();
    expect(await see(college, now)).toMatchObject({ owner: { id: staff.collegeOfficerCs }, transfer: null });
    await fireTimers(test);
    expect((await owners(now)).map(({ why }) => why)).toEqual(['opened', 'expired']);
  });

  it('of a team loses sight with the post by which they were found', async () => {
    let now = await openCase(counselor, 0);
    now = await done(counselor, now, 'members', { post: 'class_advisor', duties: '陪伴' });
    const advisor = await test.person(staff.classAdvisorSe2401);
    await see(advisor, now);
    monday();
    await leave(staff.classAdvisorSe2401);
    await appoint(staff.classAdvisorSe2401, 'class_advisor', campus.colleges.fl);
    await (await test.person(staff.classAdvisorSe2401)).get(`${CASES}/${now.id}`).expect(404);
  });
});
