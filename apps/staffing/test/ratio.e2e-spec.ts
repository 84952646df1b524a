import { newId, sql } from '#database';
import { campus, campusToday, TestApp, type Client, wholeList } from '#testing';
import { addDays } from '#time';
import { staffing } from '../src/staffing.module.js';

let test: TestApp;
let office: Client;
const now = campusToday();
const { staff, classes, colleges, academies } = campus;

beforeAll(async () => {
  test = await TestApp.create([staffing]);
  office = await test.client();
});
afterAll(() => test?.close());

interface UnitRatio {
  code: string;
  students: number;
  counselorHeads: number;
  counselors: number;
  studentsPerCounselor: number | null;
  shortfall: number;
}

async function ratio(query = '', client = office): Promise<Record<string, UnitRatio>> {
  const { body } = await client.get(`/staffing/v1/ratio${query}`).expect(200);
  return Object.fromEntries((body.units as UnitRatio[]).map((unit) => [unit.code, unit]));
}

/** So many more students in a class. */
async function addStudents(unitId: string, n: number, grade = '2024'): Promise<string[]> {
  const ids = Array.from({ length: n }, () => newId());
  await test.query(sql`INSERT INTO directory.person (id, kind, number, name, grade)
    SELECT id, 'student', id::text, '学生', ${grade} FROM unnest(${ids}::uuid[]) AS id`);
  await test.query(sql`INSERT INTO directory.membership (id, person_id, unit_id, valid_from)
    SELECT gen_random_uuid(), id, ${unitId}, '2024-09-01' FROM unnest(${ids}::uuid[]) AS id`);
  return ids;
}

async function appoint(
  personId: string,
  unitId: string,
  validFrom: string,
  validTo: string | null,
  fullTime = true,
): Promise<void> {
  const values = { personId, kind: 'counselor', unitId, validFrom, validTo, fullTime };
  await office.post('/staffing/v1/appointments', values).expect(201);
}

it('counts students and counselors by college, with the rule it counted by', async () => {
  const { body } = await office.get('/staffing/v1/ratio').expect(200);
  expect(body).toMatchObject({
    on: now,
    ruleNumber: 0,
    rule: { studentsPerCounselor: 200, countKinds: ['counselor'] },
  });
  expect(body.units).toMatchObject([
    { code: 'CS', students: 8, counselorHeads: 1, counselors: 1, studentsPerCounselor: 8, shortfall: 0 },
    { code: 'FL', students: 4, counselorHeads: 1, counselors: 1, studentsPerCounselor: 4, shortfall: 0 },
  ]);
  expect(Object.keys(await ratio('?unitKind=academy'))).toEqual(['MD', 'XJ']);
  await office.get('/staffing/v1/ratio?unitKind=class').expect(400);
});

it('200 students need one counselor, 201 need two', async () => {
  await addStudents(classes.en2401, 196);
  expect((await ratio()).FL).toMatchObject({ students: 200, counselors: 1, shortfall: 0 });
  const [extra] = await addStudents(classes.en2401, 1);
  expect((await ratio()).FL).toMatchObject({ students: 201, studentsPerCounselor: 201, shortfall: 1 });
  await test.query(sql`UPDATE directory.person SET active = false WHERE id = ${extra}`);
  expect((await ratio()).FL).toMatchObject({ students: 200, shortfall: 0 });
});

it('does not count who starts tomorrow or ended yesterday; the day itself decides', async () => {
  await appoint(staff.schoolOfficer, classes.en2401, addDays(now, 1), null);
  await appoint(staff.psychologist, classes.en2401, '2025-01-01', addDays(now, -1));
  expect((await ratio()).FL?.counselorHeads).toBe(1);
  expect((await ratio(`?on=${addDays(now, 1)}`)).FL?.counselorHeads).toBe(2);
  expect((await ratio(`?on=${addDays(now, -2)}`)).FL?.counselorHeads).toBe(2);
  expect((await ratio('?on=2024-08-31')).FL).toMatchObject({
    students: 0,
    counselors: 0,
    studentsPerCounselor: null,
    shortfall: 0,
  });
});

it('splits a counselor of two colleges by students', async () => {
  // 8 students of CS and 200 of FL
  await appoint(staff.partyOrganizerCs, colleges.cs, '2026-01-01', null);
  await appoint(staff.partyOrganizerCs, colleges.fl, '2026-01-01', null);
  const { CS, FL } = await ratio();
  expect(CS).toMatchObject({ counselorHeads: 2, counselors: 1.038462 });
  expect(FL).toMatchObject({ counselorHeads: 2, counselors: 1.961538 });
});

it('counts part-time counselors as the policy says, and by grade', async () => {
  const on = '2026-05-01';
  const before = (await ratio(`?on=${on}`)).CS?.counselors as number;
  for (const person of [staff.buildingHead1, staff.classAdvisorSe2401, staff.collegeOfficerCs]) {
    await appoint(person, classes.se2401, '2026-04-01', '2026-06-01', false);
  }
  expect((await ratio(`?on=${on}`)).CS?.counselors).toBe(before);
  const current = (await office.get('/staffing/v1/policies/staffing.ratio').expect(200)).body.current as object;
  await office
    .post('/staffing/v1/policies/staffing.ratio/versions', {
      effectiveFrom: '2026-04-15',
      value: { ...current, fullTimeOnly: false, grades: ['2024'] },
      source: '本校辅导员配备办法',
    })
    .expect(201);
  expect((await ratio(`?on=${on}`)).CS?.counselors).toBeCloseTo(before + 1, 5);
  await addStudents(classes.se2401, 5, '2023');
  expect((await ratio(`?on=${on}`)).CS?.students).toBe(8);
  expect((await ratio('?on=2026-04-14')).CS?.students).toBe(13);
});

it('counts a student of two colleges once, in the one they mainly belong to', async () => {
  const on = '2025-11-01';
  const before = await ratio(`?on=${on}`);
  const [both, visiting] = [campus.students[0]!, newId()];
  await test.query(sql`INSERT INTO directory.person (id, kind, number, name, grade)
    VALUES (${visiting}, 'student', ${visiting}, '学生', '2024')`);
  await test.query(sql`INSERT INTO directory.membership (id, person_id, unit_id, valid_from, valid_to, secondary)
    SELECT gen_random_uuid(), id, ${colleges.fl}, '2025-10-01', '2026-01-01', TRUE FROM unnest(${[both, visiting]}::uuid[]) AS id`);
  // Who answers for the whole of the other college serves there whom it counts.
  await appoint(staff.schoolOfficer, colleges.fl, '2025-10-01', '2026-01-01');
  const after = await ratio(`?on=${on}`);
  expect(after.CS).toEqual(before.CS);
  // Who belongs to no other college counts where they are.
  expect(after.FL?.students).toBe((before.FL?.students ?? 0) + 1);
  expect(after.FL?.counselors).toBeCloseTo((before.FL?.counselors ?? 0) + 1, 5);
  await test.query(
    sql`UPDATE directory.membership SET secondary = FALSE WHERE person_id = ${both} AND unit_id = ${colleges.fl}`,
  );
  expect((await ratio(`?on=${on}`)).FL?.students).toBe((before.FL?.students ?? 0) + 2);
  await test.query(sql`DELETE FROM directory.membership WHERE unit_id = ${colleges.fl} AND valid_to = '2026-01-01'`);
  await test.query(sql`DELETE FROM directory.person WHERE id = ${visiting}`);
});

it('shows the ratio of units in scope only', async () => {
  const officer = await test.person(staff.collegeOfficerCs);
  expect(Object.keys(await ratio('', officer))).toEqual(['CS']);
  expect(await ratio('?unitKind=academy', officer)).toEqual({});
  await (await test.person(staff.classAdvisorSe2401)).get('/staffing/v1/ratio').expect(403);
});

it('lists the caseload of each counselor in scope', async () => {
  const on = '2024-10-01';
  const all = await office.get(`/staffing/v1/caseload?on=${on}&sort=number`).expect(200);
  expect(all.body.data).toMatchObject([
    { personId: staff.counselorCs, students: 13, studentsHere: 13, classes: 2, buildings: 1 },
    { personId: staff.counselorFl, students: 200, classes: 1, buildings: 1 },
  ]);
  const officer = await test.person(staff.collegeOfficerCs);
  const scoped = await officer.get(`/staffing/v1/caseload?on=${on}`).expect(200);
  expect(scoped.body.data).toHaveLength(1);
  const one = await officer.get(`/staffing/v1/caseload?on=${on}&unitId=${classes.se2402}`).expect(200);
  expect(one.body.data).toMatchObject([{ students: 13, studentsHere: 4 }]);
  await officer.get(`/staffing/v1/caseload?unitId=${colleges.fl}`).expect(404);
  await officer.get(`/staffing/v1/caseload?unitId=${academies.xingjian}`).expect(404);
});

it('lists the caseload of several units, counted', async () => {
  const load = (filter: string, client = office) =>
    wholeList<{ personId: string; studentsHere: number }>(client, '/staffing/v1/caseload', `on=2024-10-01${filter}`);
  expect(await load('')).toHaveLength(2);
  expect(await load(`&unitId=${colleges.fl}`)).toMatchObject([{ personId: staff.counselorFl }]);
  const both = await load(`&sort=number&unitId=${colleges.fl}&unitId=${classes.se2402}`);
  expect(both).toMatchObject([
    { personId: staff.counselorCs, studentsHere: 4 },
    { personId: staff.counselorFl, studentsHere: 200 },
  ]);
  const officer = await test.person(staff.collegeOfficerCs);
  await officer.get(`/staffing/v1/caseload?unitId=${classes.se2402}&unitId=${colleges.fl}`).expect(404);
});

it('pages the caseload', async () => {
  const first = await office.get('/staffing/v1/caseload?on=2024-10-01&limit=1').expect(200);
  expect(first.body.data).toMatchObject([{ students: 200 }]);
  const next = await office
    .get(`/staffing/v1/caseload?on=2024-10-01&limit=1&cursor=${first.body.nextCursor}`)
    .expect(200);
  expect(next.body).toMatchObject({ data: [{ students: 13 }], nextCursor: null });
});
