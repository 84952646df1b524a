import { newId, sql } from '#database';
import { campus, type Client, drainEvents, fireTimers, TestApp } from '#testing';
import { SupervisionHolders } from '../src/cases/supervision-holders.service.js';
import { earlyWarning } from '../src/early-warning.module.js';
import { CASES, clearCases, openCase, staff, students, SUPERVISIONS, warn } from './case-kit.js';
import { holdSchedules, SECOND_OFFICER, secondOfficer } from './kit.js';

describe('supervision when posts change hands', () => {
  let test: TestApp;
  let counselor: Client;
  let school: Client;

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    [counselor, school] = (await Promise.all(
      [staff.counselorCs, staff.schoolOfficer].map((id) => test.person(id)),
    )) as [Client, Client];
    await secondOfficer(test);
    await test.query(sql`DELETE FROM staffing.appointment WHERE person_id = ${SECOND_OFFICER}`);
  });
  beforeEach(() => test.clock.set('2026-11-20T10:00:00+08:00'));
  afterEach(async () => {
    await clearCases(test);
    await test.query(sql`DELETE FROM early_warning.care_supervision`);
    await test.query(sql`UPDATE staffing.appointment SET valid_to = NULL WHERE person_id = ${staff.collegeOfficerCs}`);
    await test.query(
      sql`DELETE FROM staffing.appointment WHERE person_id = ${SECOND_OFFICER} OR valid_from = '2026-11-24'`,
    );
  });
  afterAll(() => test?.close());

  const appoint = (person: string, kind: string, unit: string) =>
    test.query(
      sql`INSERT INTO staffing.appointment (id, person_id, kind, unit_id, valid_from) VALUES (${newId()}, ${person}, ${kind}, ${unit}, '2026-11-24')`,
    );
  const loseCollege = () =>
    test.query(
      sql`UPDATE staffing.appointment SET valid_to = '2026-11-24' WHERE person_id = ${staff.collegeOfficerCs} AND kind = 'student_affairs_officer'`,
    );
  const refresh = async () => {
    await test.database.transaction(null, (tx) => test.app.get(SupervisionHolders).refresh(tx));
    await fireTimers(test);
    await drainEvents(test);
  };
  const queue = async (who: Client) =>
    ((await who.get(SUPERVISIONS).expect(200)).body.data as { step: number }[]).map(({ step }) => step);
  const told = async (name: string) =>
    (
      await test.query<{ payload: { step: number; personIds: string[] } }>(
        sql`SELECT payload FROM events.event WHERE name = ${`early-warning.${name}.v1`} ORDER BY id`,
      )
    ).map(({ payload: { step, personIds } }) => [step, ...personIds]);
  /** A case without a level in time: step 1 is told. */
  const overdueCase = async (): Promise<string> => {
    const { id } = await openCase(counselor, 0);
    test.clock.set('2026-11-24T07:41:00+08:00');
    await fireTimers(test);
    return id;
  };

  it('is out of sight with the post at once, whatever other post is left; the successor takes it over', async () => {
    const id = await overdueCase();
    const college = await test.person(staff.collegeOfficerCs);
    expect([await queue(college), await queue(school)]).toEqual([[1], []]);
    const [one] = (await college.get(SUPERVISIONS).expect(200)).body.data as { id: string }[];
    await loseCollege();
    // A post that reaches the student, but is not the one by which it was theirs.
    await appoint(staff.collegeOfficerCs, 'class_advisor', campus.colleges.cs);
    const before = await test.person(staff.collegeOfficerCs);
    expect(await queue(before)).toEqual([]);
    for (const path of ['', '/timeline']) await before.get(`${CASES}/${id}${path}`).expect(404);
    expect((await before.get(CASES).expect(200)).body.data).toEqual([]);
    await before.post(`${SUPERVISIONS}/${one!.id}/answer`, { text: '意见' }).set('If-Match', '"1"').expect(404);

    await appoint(SECOND_OFFICER, 'student_affairs_officer', campus.colleges.cs);
    await refresh();
    expect([await queue(await test.person(SECOND_OFFICER)), await queue(before), await queue(school)]).toEqual([
      [1],
      [],
      [],
    ]);
    expect((await told('care-supervision')).slice(-1)).toEqual([[1, SECOND_OFFICER]]);
    const events = (await told('care-supervision')).length;
    await refresh();
    expect((await told('care-supervision')).length).toBe(events);
    // The rest of the step's time runs as before.
    test.clock.set('2026-11-27T07:41:00+08:00');
    await fireTimers(test);
    expect(await queue(school)).toEqual([2]);
  });

  it('goes up the line at once where nobody is left, and to whoever comes where nobody was', async () => {
    const id = await overdueCase();
    await loseCollege();
    await refresh();
    expect([await queue(school), (await told('care-supervision')).slice(-1)]).toEqual([
      [2],
      [[2, staff.schoolOfficer]],
    ]);
    expect((await counselor.get(`${CASES}/${id}`).expect(200)).body.stage).toBe('supervised');

    await clearCases(test);
    await test.query(
      sql`UPDATE staffing.appointment SET valid_to = '2026-11-24' WHERE person_id = ${staff.schoolOfficer}`,
    );
    try {
      test.clock.set('2026-11-24T10:00:00+08:00');
      await openCase(counselor, 1);
      test.clock.set('2026-11-28T07:41:00+08:00');
      await fireTimers(test);
      await refresh();
      expect((await told('care-supervision')).slice(-1)).toEqual([[2]]);
      await appoint(SECOND_OFFICER, 'student_affairs_officer', campus.colleges.cs);
      await refresh();
      expect(await queue(await test.person(SECOND_OFFICER))).toEqual([1]);
    } finally {
      await test.query(sql`UPDATE staffing.appointment SET valid_to = NULL WHERE person_id = ${staff.schoolOfficer}`);
    }
  });

  it('of a warning goes up as well', async () => {
    const warning = await warn(test, 0);
    await test.query(
      sql`INSERT INTO early_warning.care_supervision (id, warning_id, student_id, cause, step, post, person_ids, since_at)
          VALUES (${newId()}, ${warning}, ${students[0]}, 'triage', 1, 'student_affairs_officer', ${[staff.collegeOfficerCs]}, ${test.clock.now()})`,
    );
    const college = await test.person(staff.collegeOfficerCs);
    expect(await queue(college)).toEqual([1]);
    test.clock.set('2026-11-24T10:00:00+08:00');
    await loseCollege();
    await refresh();
    expect([await queue(school), (await told('warning-escalated')).slice(-1)]).toEqual([
      [2],
      [[2, staff.schoolOfficer]],
    ]);
  });

  it('of a warning under dispute stays where it is, untouched, and goes up when the dispute is over', async () => {
    const warning = await warn(test, 0);
    const pause = (at: Date | null) =>
      test.query(sql`UPDATE early_warning.warning SET paused_at = ${at} WHERE id = ${warning}`);
    await test.query(
      sql`INSERT INTO early_warning.care_supervision (id, warning_id, student_id, cause, step, post, person_ids, since_at)
          VALUES (${newId()}, ${warning}, ${students[0]}, 'triage', 1, 'student_affairs_officer', ${[staff.collegeOfficerCs]}, ${test.clock.now()})`,
    );
    await pause(test.clock.now());
    test.clock.set('2026-11-24T10:00:00+08:00');
    await loseCollege();
    await refresh();
    const rows = () =>
      test.query<{ xmin: string; version: number }>(
        sql`SELECT xmin::text, version, person_ids AS "personIds" FROM early_warning.care_supervision WHERE warning_id = ${warning}`,
      );
    const before = await rows();
    expect(before).toMatchObject([{ personIds: [] }]);
    for (let i = 0; i < 3; i++) {
      test.clock.advance({ minutes: 10 });
      await refresh();
    }
    expect(await rows()).toEqual(before);
    await pause(null);
    await refresh();
    expect(await queue(school)).toEqual([2]);
  });
});
