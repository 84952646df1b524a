import { newId, sql } from '#database';
import { campus, campusNow, campusToday, type Client, TestApp } from '#testing';
import { addDays, CampusClock, instantOf } from '#time';
import { affairs } from '../src/affairs.module.js';
import { act, form, type LeaveAnswer, submit, zone } from './support.js';

const { counselorCs, counselorFl, collegeOfficerCs, schoolOfficer, psychologist, classAdvisorSe2401 } = campus.staff;
const PATH = '/affairs/v1/absences';

interface AbsenceAnswer {
  id: string;
  version: number;
  person: { id: string };
  standIn: { id: string };
  startsAt: string;
  endsAt: string;
  endedAt: string | null;
}
interface Task {
  subjectId: string;
  insteadOf: string | null;
}

describe('absences', () => {
  let test: TestApp;
  let clock: CampusClock;
  let counselor: Client;
  let foreign: Client;
  let college: Client;
  let school: Client;
  let student: Client;

  beforeAll(async () => {
    test = await TestApp.create([affairs]);
    clock = test.app.get(CampusClock);
    [counselor, foreign, college, school, student] = (await Promise.all(
      [counselorCs, counselorFl, collegeOfficerCs, schoolOfficer, campus.students[0]!].map((id) => test.person(id)),
    )) as [Client, Client, Client, Client, Client];
  });
  afterEach(async () => {
    clock.now = () => campusNow();
    await test.query(sql`DELETE FROM affairs.workflow_absence`);
  });
  afterAll(() => test.close());

  const day = (n: number): string => addDays(campusToday(), n);
  const body = (more: object = {}): object => ({
    ...{ personId: counselorCs, standInId: counselorFl, startsOn: day(0), endsOn: day(2), ...more },
  });
  const record = async (client: Client, more: object = {}): Promise<AbsenceAnswer> =>
    (await client.post(PATH, body(more)).expect(201)).body;
  const end = (client: Client, { id, version }: AbsenceAnswer) =>
    client.post(`${PATH}/${id}/end`).set('If-Match', `"${version}"`);
  const task = async (client: Client, { id }: LeaveAnswer): Promise<Task | undefined> =>
    ((await client.get('/affairs/v1/tasks?limit=200').expect(200)).body.data as Task[]).find(
      ({ subjectId }) => subjectId === id,
    );
  const listed = async (client: Client, query = ''): Promise<string[]> =>
    ((await client.get(`${PATH}?limit=200${query}`).expect(200)).body.data as AbsenceAnswer[]).map(({ id }) => id);
  const moveTo = (at: Date): void => {
    clock.now = () => at;
  };

  it('of oneself: what waits for one waits for the stand-in too, who decides in one’s place, for as long', async () => {
    const leave = await submit(student, await form(test));
    await foreign.get(`/affairs/v1/leaves/${leave.id}`).expect(404);
    const absence = await record(counselor);
    expect(absence).toMatchObject({
      ...{ person: { id: counselorCs }, standIn: { id: counselorFl }, endedAt: null },
      startsAt: instantOf(day(0), '00:00', zone).toISOString(),
      endsAt: instantOf(day(3), '00:00', zone).toISOString(),
    });
    expect(await task(counselor, leave)).toMatchObject({ insteadOf: null });
    expect(await task(foreign, leave)).toMatchObject({ insteadOf: counselorCs });
    moveTo(new Date(Date.parse(absence.endsAt) - 1));
    expect(await task(foreign, leave)).toBeDefined();
    moveTo(new Date(absence.endsAt));
    expect(await task(foreign, leave)).toBeUndefined();
    await act(foreign, leave, 'approve').expect(404);
    moveTo(campusNow());
    const done = (await act(foreign, leave, 'approve').expect(200)).body as LeaveAnswer;
    expect(done['steps']).toMatchObject([
      { signatures: [{ decidedBy: counselorFl, insteadOf: counselorCs }], decision: 'approved' },
    ]);
  });

  it('end early, and one that has not begun is called off', async () => {
    const leave = await submit(student, await form(test, 1, 5));
    const absence = await record(counselor);
    await end(foreign, absence).expect(404);
    await end(counselor, { ...absence, version: 2 }).expect(412);
    const ended = (await end(counselor, absence).expect(200)).body as AbsenceAnswer;
    expect(ended.endedAt).not.toBeNull();
    expect(ended.endsAt).toBe(ended.endedAt);
    expect(await task(foreign, leave)).toBeUndefined();
    await act(foreign, leave, 'approve').expect(404);
    expect((await end(counselor, ended).expect(409)).body.code).toBe('affairs/absence-over');
    // The same days are free again, those of one that was called off too.
    const later = await record(counselor, { startsOn: day(1) });
    const off = (await end(counselor, later).expect(200)).body as AbsenceAnswer;
    expect(off.endsAt).toBe(off.startsAt);
    await record(counselor, { startsOn: day(1) });
    const entries = await test.query<{ action: string; person: string }>(
      sql`SELECT action, person_id AS person FROM platform.audit WHERE subject_id = ${absence.id} ORDER BY 1`,
    );
    expect(entries.map(({ action }) => action)).toEqual(['affairs.absence.end', 'affairs.absence.record']);
  });

  it('of others are for an officer in whose scope all their posts lie', async () => {
    const absence = await record(college);
    expect(await listed(college)).toContain(absence.id);
    expect(await listed(counselor)).toContain(absence.id);
    expect(await listed(foreign, `&personId=${counselorCs}`)).toContain(absence.id);
    const stranger = await test.person(classAdvisorSe2401);
    expect(await listed(stranger)).toEqual([]);
    await stranger.get(`${PATH}/${absence.id}`).expect(404);
    const other = { personId: counselorFl, standInId: counselorCs, startsOn: day(7), endsOn: day(8) };
    for (const client of [college, counselor]) {
      const refused = await client.post(PATH, body(other)).expect(404);
      expect(refused.body).toMatchObject({ errors: [{ pointer: '#/personId' }] });
    }
    await record(school, other);
    await student.post(PATH, body()).expect(403);
    // A post outside the college makes it the school's matter.
    const id = newId();
    await test.query(sql`INSERT INTO staffing.appointment (id, person_id, kind, unit_id, valid_from)
      VALUES (${id}, ${counselorCs}, 'counselor', ${campus.classes.en2401}, '2024-09-01')`);
    try {
      await college.post(PATH, body({ startsOn: day(20), endsOn: day(21) })).expect(404);
      await end(college, absence).expect(404);
      await end(school, absence).expect(200);
    } finally {
      await test.query(sql`DELETE FROM staffing.appointment WHERE id = ${id}`);
    }
  });

  it.each<[object, number, string, string]>([
    [{ standInId: psychologist }, 422, 'affairs/cannot-decide-leaves', '#/standInId'],
    [{ standInId: newId() }, 422, 'affairs/cannot-decide-leaves', '#/standInId'],
    [{ standInId: counselorCs }, 422, 'affairs/stands-in-for-self', '#/standInId'],
    [{ startsOn: addDays(campusToday(), -1) }, 422, 'affairs/absence-period-wrong', '#/startsOn'],
    [{ endsOn: addDays(campusToday(), -1) }, 422, 'affairs/absence-period-wrong', '#/endsOn'],
    [{ endsOn: addDays(campusToday(), 366) }, 422, 'affairs/absence-period-wrong', '#/endsOn'],
    [{ endsOn: '2026-02-30' }, 400, 'invalid', '#/endsOn'],
    [{ standInId: undefined }, 400, 'invalid', '#/standInId'],
  ])('refuse what cannot be (%#)', async (more, status, code, pointer) => {
    const { body: refused } = await counselor.post(PATH, body(more)).expect(status);
    expect(refused.code).toContain(code);
    expect(refused.errors).toMatchObject([{ pointer }]);
    expect(await test.query(sql`SELECT FROM affairs.workflow_absence`)).toEqual([]);
  });

  it('of one person do not overlap, also when two are recorded at a time', async () => {
    const answers = await Promise.all([counselor, college].map((client) => client.post(PATH, body())));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    const refused = await counselor.post(PATH, body({ startsOn: day(2), endsOn: day(4) })).expect(409);
    expect(refused.body).toMatchObject({ code: 'affairs/absence-overlaps', errors: [{ pointer: '#/startsOn' }] });
    await record(counselor, { startsOn: day(3), endsOn: day(4) });
  });

  it('take nobody to stand in who is away too', async () => {
    await record(foreign, { personId: counselorFl, standInId: collegeOfficerCs });
    expect((await counselor.post(PATH, body()).expect(409)).body.code).toBe('affairs/stand-in-absent');
    await record(counselor, { startsOn: day(3), endsOn: day(4) });
  });

  it('are kept by the tables alone from overlapping, and from standing in for oneself', async () => {
    const row = (
      standIn: string,
      days: [number, number],
    ) => sql`INSERT INTO affairs.workflow_absence (id, person_id, stand_in_id, starts_at, ends_at)
      VALUES (${newId()}, ${counselorCs}, ${standIn}, ${`${day(days[0])}`}, ${`${day(days[1])}`})`;
    await expect(test.query(row(counselorCs, [0, 1]))).rejects.toThrow('check constraint');
    await expect(test.query(row(counselorFl, [1, 0]))).rejects.toThrow('absence_period');
    await test.query(row(counselorFl, [0, 3]));
    await expect(test.query(row(counselorFl, [2, 5]))).rejects.toThrow('absence_overlap');
  });
});
