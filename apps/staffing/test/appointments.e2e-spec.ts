import { sql } from '#database';
import { campus, campusToday, TestApp, type Client } from '#testing';
import { addDays } from '#time';
import { staffing } from '../src/staffing.module.js';

let test: TestApp;
let office: Client;
let officer: Client;
const now = campusToday();
const { staff, classes, colleges, students } = campus;

beforeAll(async () => {
  test = await TestApp.create([staffing]);
  office = await test.client();
  officer = await test.person(staff.collegeOfficerCs);
});
afterAll(() => test?.close());

const mentor = (changes: object = {}): object => ({
  personId: staff.psychologist,
  kind: 'mentor',
  unitId: classes.se2401,
  validFrom: '2026-09-01',
  ...changes,
});

const kindsOf = (response: { body: { data: { kind: string }[] } }): string[] =>
  response.body.data.map((row) => row.kind);

describe('appointing', () => {
  it('appoints, shows and lists, and audits', async () => {
    const made = await officer.post('/staffing/v1/appointments', mentor()).expect(201);
    expect(made.body).toMatchObject({
      kind: 'mentor',
      person: { id: staff.psychologist, number: 'T0007' },
      unit: { id: classes.se2401, kind: 'class', code: 'SE2401' },
      fullTime: true,
      validFrom: '2026-09-01',
      validTo: null,
      version: 1,
    });
    expect(made.headers.location).toBe(`/staffing/v1/appointments/${made.body.id}`);
    const seen = await officer.get(made.headers.location as string).expect(200);
    expect(seen.body).toEqual(made.body);
    expect(seen.headers.etag).toBe('"1"');
    const list = await officer.get(`/staffing/v1/appointments?personId=${staff.psychologist}&kind=mentor`).expect(200);
    expect(list.body.data).toEqual([made.body]);
    const audited = await test.query(
      sql`SELECT action FROM platform.audit WHERE subject_id = ${made.body.id as string}`,
    );
    expect(audited).toEqual([{ action: 'staffing.appointment.appoint' }]);
  });

  it.each([
    ['a student', { personId: students[0] }, '#/personId', 'staffing/not-active-staff', 400],
    ['nobody', { personId: campus.school }, '#/personId', 'staffing/not-active-staff', 400],
    ['an unknown unit', { unitId: students[0] }, '#/unitId', 'staffing/unit-unknown', 400],
    ['a unit of another college', { unitId: classes.en2401 }, '#/unitId', 'staffing/unit-unknown', 400],
    ['a building head of a class', { kind: 'building_head' }, '#/unitId', 'staffing/kind-does-not-fit-unit', 400],
    ['an end before the beginning', { validTo: '2026-08-31' }, '#/validTo', 'staffing/end-before-begin', 400],
    ['oneself', { personId: staff.collegeOfficerCs }, '#/personId', 'staffing/own-appointment', 409],
    ['a date that does not exist', { validFrom: '2026-02-30' }, '#/validFrom', 'http/invalid', 400],
  ])('refuses %s', async (_, change, pointer, code, status) => {
    const refused = await officer.post('/staffing/v1/appointments', mentor(change)).expect(status);
    expect(refused.body).toMatchObject({ code, errors: [{ pointer }] });
  });

  it('refuses the same post twice in one period, and allows the next period', async () => {
    const values = mentor({ personId: staff.schoolOfficer, validFrom: '2025-09-01', validTo: '2026-09-01' });
    await office.post('/staffing/v1/appointments', values).expect(201);
    const twice = { ...values, validFrom: '2026-08-31', validTo: null };
    const refused = await office.post('/staffing/v1/appointments', twice).expect(409);
    expect(refused.body).toMatchObject({ code: 'staffing/appointment-overlaps', errors: [{ pointer: '#/validFrom' }] });
    await office.post('/staffing/v1/appointments', { ...values, validFrom: '2026-09-01', validTo: null }).expect(201);
  });

  it('has one effect per Idempotency-Key', async () => {
    const values = mentor({ personId: staff.buildingHead1 });
    const first = await office
      .post('/staffing/v1/appointments', values)
      .set('Idempotency-Key', 'appoint-1')
      .expect(201);
    const again = await office
      .post('/staffing/v1/appointments', values)
      .set('Idempotency-Key', 'appoint-1')
      .expect(201);
    expect(again.body).toEqual(first.body);
  });

  it('needs the permission', async () => {
    await (await test.person(staff.counselorCs)).post('/staffing/v1/appointments', mentor()).expect(403);
    await test.caller().post('/staffing/v1/appointments', mentor()).expect(401);
  });
});

describe('changing', () => {
  it('corrects with If-Match only', async () => {
    const made = await office
      .post('/staffing/v1/appointments', mentor({ personId: staff.partyOrganizerCs }))
      .expect(201);
    const path = `/staffing/v1/appointments/${made.body.id}`;
    const right = { fullTime: false, validFrom: '2026-09-02', validTo: null };
    await office.put(path, right).expect(428);
    const corrected = await office.put(path, right).set('If-Match', '"1"').expect(200);
    expect(corrected.body).toMatchObject({ ...right, version: 2 });
    await office.put(path, right).set('If-Match', '"1"').expect(412);
  });

  it('ends, also on the first day, and not twice', async () => {
    const made = await office.post('/staffing/v1/appointments', mentor({ personId: staff.counselorCs })).expect(201);
    const path = `/staffing/v1/appointments/${made.body.id}`;
    const before = await office.post(`${path}/end`, { validTo: '2026-08-31' }).set('If-Match', '"1"').expect(400);
    expect(before.body).toMatchObject({ code: 'staffing/end-before-begin', errors: [{ pointer: '#/validTo' }] });
    const ended = await office.post(`${path}/end`, { validTo: '2026-10-01' }).set('If-Match', '"1"').expect(200);
    expect(ended.body).toMatchObject({ validTo: '2026-10-01', version: 2 });
    const twice = await office.post(`${path}/end`, { validTo: '2026-10-01' }).set('If-Match', '"2"').expect(409);
    expect(twice.body.code).toBe('staffing/appointment-ended');
    await office.post(`${path}/end`, { validTo: '2026-09-01' }).set('If-Match', '"2"').expect(200);
    // It never counted, so the post is free again.
    await office.post('/staffing/v1/appointments', mentor({ personId: staff.counselorCs })).expect(201);
  });

  it('does not exist for another college', async () => {
    const foreign = '00000000-0000-7000-8000-005000000003'; // counselor of class en2401
    await officer.get(`/staffing/v1/appointments/${foreign}`).expect(404);
    const end = officer.post(`/staffing/v1/appointments/${foreign}/end`, { validTo: now });
    await end.set('If-Match', '"1"').expect(404);
  });

  it('is nobody’s own matter', async () => {
    const own = '00000000-0000-7000-8000-005000000004';
    const end = officer.post(`/staffing/v1/appointments/${own}/end`, { validTo: now });
    expect((await end.set('If-Match', '"1"').expect(409)).body.code).toBe('staffing/own-appointment');
  });
});

describe('listing', () => {
  it('shows the units below one’s own, and one’s own posts', async () => {
    const seen = await officer.get('/staffing/v1/appointments?limit=200').expect(200);
    const units = new Set((seen.body.data as { unit: { code: string } }[]).map((row) => row.unit.code));
    expect([...units].sort()).toEqual(['CS', 'SE2401', 'SE2402']);
    const counselor = await test.person(staff.counselorFl);
    const own = await counselor.get('/staffing/v1/appointments?kind=counselor').expect(200);
    expect(own.body.data).toHaveLength(1);
    const foreign = await counselor.get(`/staffing/v1/appointments?unitId=${colleges.cs}`).expect(200);
    expect(foreign.body.data).toEqual([]);
  });

  it('knows who is in post on a date: not who starts tomorrow, nor who ended yesterday', async () => {
    const post = (validFrom: string, validTo: string | null): Promise<unknown> =>
      office
        .post(
          '/staffing/v1/appointments',
          mentor({ personId: staff.schoolOfficer, kind: 'counselor', validFrom, validTo }),
        )
        .expect(201);
    await post('2026-01-01', addDays(now, -1));
    await post(addDays(now, 1), null);
    const on = async (date: string): Promise<string[]> =>
      kindsOf(await office.get(`/staffing/v1/appointments?personId=${staff.schoolOfficer}&kind=counselor&on=${date}`));
    expect(await on(addDays(now, -2))).toHaveLength(1);
    expect(await on(addDays(now, -1))).toHaveLength(0);
    expect(await on(now)).toHaveLength(0);
    expect(await on(addDays(now, 1))).toHaveLength(1);
  });

  it('walks pages without gaps', async () => {
    const all = await office.get('/staffing/v1/appointments?limit=200').expect(200);
    const walked: unknown[] = [];
    let path: string | undefined = '/staffing/v1/appointments?limit=4';
    while (path) {
      const page: { body: { data: unknown[] }; headers: Record<string, string | undefined> } = await office
        .get(path)
        .expect(200);
      walked.push(...page.body.data);
      path = /<(.*)>; rel="next"/.exec(page.headers.link ?? '')?.[1];
    }
    expect(walked).toEqual(all.body.data);
    await office.get('/staffing/v1/appointments?kind=dean').expect(400);
  });
});

describe('who answers for a student', () => {
  it('names the holders of posts over everything the student belongs to', async () => {
    const own = await test.person(staff.classAdvisorSe2401);
    const seen = await own.get(`/staffing/v1/students/${students[0]}/responsible-staff?on=2025-01-01`).expect(200);
    expect(seen.body).toMatchObject({ studentId: students[0], on: '2025-01-01' });
    const found = (seen.body.responsibleStaff as { kind: string; person: { id: string } }[]).map((a) => [
      a.kind,
      a.person.id,
    ]);
    expect(found).toEqual([
      ['building_head', staff.buildingHead1],
      ['class_advisor', staff.classAdvisorSe2401],
      ['counselor', staff.counselorCs],
      ['party_organizer', staff.partyOrganizerCs],
      ['psychologist', staff.psychologist],
      ...found.filter(([kind]) => kind === 'student_affairs_officer'),
    ]);
    expect(found).toHaveLength(7);
  });

  it('does not say of a foreign student, nor of a day before the appointments', async () => {
    const own = await test.person(staff.classAdvisorSe2401);
    await own.get(`/staffing/v1/students/${students[8]}/responsible-staff`).expect(404);
    const early = await own.get(`/staffing/v1/students/${students[0]}/responsible-staff?on=2024-08-31`).expect(200);
    expect(early.body.responsibleStaff).toEqual([]);
  });
});
