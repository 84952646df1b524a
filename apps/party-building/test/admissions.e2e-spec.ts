import type supertest from 'supertest';
import { sql } from '#database';
import { campus, campusToday, TestApp, type Client } from '#testing';
import { addDays, addMonths } from '#time';
import { partyBuilding } from '../src/party-building.module.js';

let test: TestApp;
let office: Client;
let organizer: Client;
const now = campusToday();
const { staff, students } = campus;
const [MD01, XJ01] = ['00000000-0000-7000-8000-006000000003', '00000000-0000-7000-8000-006000000005'] as const;
const LETTER = { kind: 'application_letter', reference: 'DA-1' };
const MINUTES = { kind: 'decision_minutes', reference: 'JY-1' };

beforeAll(async () => {
  test = await TestApp.create([partyBuilding]);
  office = await test.client();
  organizer = await test.person(staff.partyOrganizerCs);
});
afterAll(() => test?.close());

interface Step {
  number: number;
  status: string;
  doneOn: string | null;
  earliestOn: string | null;
  latestOn: string | null;
  overdue: boolean;
  provisional: boolean;
  gates: { key: string; verdict: string; article: string | null; mark: string }[];
}
interface Admission {
  id: string;
  version: number;
  stage: string;
  step: number;
  dueOn: string | null;
  dueStep: number | null;
  overdue: boolean;
  verdicts: { key: string; verdict: string }[];
}

const application = (personId: string | undefined, changes: object = {}): object => ({
  personId,
  organizationId: MD01,
  appliedOn: '2026-06-01',
  birthDate: '2006-01-01',
  documents: [LETTER],
  ...changes,
});

async function open(student: number, changes: object = {}): Promise<Admission> {
  return (await organizer.post('/party-building/v1/admissions', application(students[student], changes)).expect(201))
    .body as Admission;
}

const record = (
  admission: { id: string; version: number },
  step: number,
  body: object,
  client = organizer,
): supertest.Test =>
  client
    .post(`/party-building/v1/admissions/${admission.id}/steps/${step}`, body)
    .set('If-Match', `"${admission.version}"`);

const HAPPY: Record<number, object> = {
  2: { takenOn: '2026-06-20', choices: [{ name: 'talker_role', value: 'secretary' }] },
  3: { takenOn: '2026-06-30', choices: [{ name: 'method', value: 'league_recommendation' }], documents: [MINUTES] },
  4: { takenOn: '2026-07-02', documents: [{ kind: 'filing_record', reference: 'BA-1' }] },
  5: { takenOn: '2026-07-03', people: [{ role: 'contact', personId: staff.counselorCs }] },
};

async function carry(admission: Admission, to: number): Promise<Admission> {
  let at = admission;
  for (let step = at.step + 1; step <= to; step++)
    at = (await record(at, step, HAPPY[step] as object).expect(200)).body as Admission;
  return at;
}

const timeline = async (id: string, client = organizer): Promise<Step[]> =>
  (await client.get(`/party-building/v1/admissions/${id}/timeline`).expect(200)).body.steps as Step[];
const published = (id: string): Promise<{ name: string; payload: object }[]> =>
  test.query(sql`SELECT name, payload FROM events.event WHERE aggregate_id = ${id} ORDER BY id`);

describe('applying', () => {
  it('is done by the student, today, once', async () => {
    const student = await test.person(students[4] as string);
    const values = { organizationId: MD01, birthDate: '2006-01-05', documents: [LETTER] };
    const applied = await student
      .post('/party-building/v1/applications', values)
      .set('Idempotency-Key', 'a-1')
      .expect(201);
    expect(applied.body).toMatchObject({
      ...{ person: { id: students[4] }, organization: { id: MD01 }, status: 'open', stage: 'applicant', step: 1 },
      ...{ appliedOn: now, birthDate: '2006-01-05', ruleVersion: 'cpc-2026.05', policyNumber: 0, version: 1 },
      ...{ dueOn: addMonths(now, 1), dueStep: 2, overdue: false },
    });
    expect(applied.body.verdicts.map((v: { verdict: string }) => v.verdict)).toEqual(['pass', 'pass', 'pass']);
    expect(applied.headers.location).toBe(`/party-building/v1/admissions/${applied.body.id}`);
    const replay = await student
      .post('/party-building/v1/applications', values)
      .set('Idempotency-Key', 'a-1')
      .expect(201);
    expect(replay.body).toEqual(applied.body);
    const second = await student.post('/party-building/v1/applications', values).expect(409);
    expect(second.body.code).toBe('party-building/already-applying');
    expect(await published(applied.body.id as string)).toEqual([
      {
        name: 'party-building.admission-advanced.v1',
        payload: { admissionId: applied.body.id, step: 1, stage: 'applicant' },
      },
    ]);
    // Nobody signs for themselves: a student reads, and does not record.
    await student.get(`/party-building/v1/admissions/${applied.body.id}/timeline`).expect(200);
    await record(applied.body as Admission, 2, HAPPY[2] as object, student).expect(403);
    const other = await test.person(students[5] as string);
    await other.get(`/party-building/v1/admissions/${applied.body.id}`).expect(404);
    expect((await other.get('/party-building/v1/admissions').expect(200)).body.data).toEqual([]);
  });

  it.each([
    ['before the 18th birthday', { birthDate: '2008-06-02' }, '#/birthDate', 'age'],
    ['without a written application', { documents: [] }, '#/documents', 'written'],
    ['to a branch of other units', { organizationId: XJ01 }, '#/organizationId', 'own_organization'],
  ])('is blocked %s', async (_, change, pointer, code) => {
    const blocked = await office.post('/party-building/v1/admissions', application(students[5], change)).expect(409);
    expect(blocked.body).toMatchObject({ code: 'party-building/step-blocked', errors: [{ pointer, code }] });
    expect(blocked.body.errors).toHaveLength(1);
  });

  it('passes on the 18th birthday itself', async () => {
    const made = await open(5, { birthDate: '2008-06-01' });
    expect(made.verdicts[0]).toMatchObject({ key: 'age', verdict: 'pass' });
  });

  it.each([
    ['in the future', { appliedOn: addDays(now, 1) }, '#/appliedOn', 'party-building/date-in-future'],
    ['before any rules', { appliedOn: '2014-05-27' }, '#/appliedOn', 'party-building/no-rules-then'],
    [
      'to what is no branch',
      { organizationId: '00000000-0000-7000-8000-006000000002' },
      '#/organizationId',
      'party-building/organization-unknown',
    ],
    ['for a student of another college', { personId: students[8] }, '#/personId', 'party-building/applicant-unknown'],
  ])('is refused %s', async (_, change, pointer, code) => {
    const refused = await organizer.post('/party-building/v1/admissions', application(students[6], change)).expect(400);
    expect(refused.body).toMatchObject({ code, errors: [{ pointer }] });
  });

  it('runs under the text of its day', async () => {
    const old = await open(7, { appliedOn: '2026-05-10' });
    expect(old).toMatchObject({ ruleVersion: 'cpc-2014' });
    const talk = (await timeline(old.id))[1] as Step;
    expect(talk.gates).toMatchObject([{ key: 'talk_in_time', article: '第七条', mark: 'national' }]);
    const rules = (await organizer.get('/party-building/v1/admission-rules').expect(200)).body as {
      version: string;
      supportedUpTo: number;
    }[];
    expect(rules).toMatchObject([
      { version: 'cpc-2026.05', supportedUpTo: 6 },
      { version: 'cpc-2014', supportedUpTo: 6 },
    ]);
  });
});

describe('the first two stages', () => {
  let admission: Admission;

  it('go step by step, with what each asks for', async () => {
    admission = await open(0);
    const skipped = await record(admission, 3, HAPPY[3] as object).expect(409);
    expect(skipped.body).toMatchObject({ code: 'party-building/step-out-of-order' });
    expect(skipped.body.detail).toContain('2');
    const noOfficer = await record(admission, 2, { takenOn: '2026-06-20' }).expect(409);
    expect(noOfficer.body.errors).toMatchObject([{ pointer: '#/choices', code: 'talker' }]);
    const early = await record(admission, 2, { ...HAPPY[2], takenOn: '2026-05-31' }).expect(400);
    expect(early.body).toMatchObject({
      code: 'party-building/date-before-earlier-step',
      errors: [{ pointer: '#/takenOn' }],
    });
    const future = await record(admission, 2, { ...HAPPY[2], takenOn: addDays(now, 1) }).expect(400);
    expect(future.body).toMatchObject({ code: 'party-building/date-in-future', errors: [{ pointer: '#/takenOn' }] });
    const noMinutes = await record(await carry(admission, 2), 3, { ...HAPPY[3], documents: [] }).expect(409);
    expect(noMinutes.body.errors).toMatchObject([{ pointer: '#/documents', code: 'decision' }]);
    await record(admission, 3, HAPPY[3] as object).expect(412);
  });

  it('make an activist of the applicant, with contacts who are full members', async () => {
    const { body } = await organizer.get(`/party-building/v1/admissions/${admission.id}`).expect(200);
    const activist = await carry(body as Admission, 4);
    expect(activist).toMatchObject({ stage: 'activist', step: 4, dueOn: '2026-12-30', dueStep: 6 });
    for (const personId of [staff.classAdvisorSe2401, staff.psychologist]) {
      const blocked = await record(activist, 5, {
        takenOn: '2026-07-03',
        people: [{ role: 'contact', personId }],
      }).expect(409);
      expect(blocked.body.errors).toMatchObject([{ pointer: '#/people', code: 'contacts' }]);
    }
    const nobody = { takenOn: '2026-07-03', people: [{ role: 'contact', personId: campus.school }] };
    expect((await record(activist, 5, nobody).expect(400)).body.errors).toMatchObject([
      { pointer: '#/people/0/personId' },
    ]);
    admission = await carry(activist, 5);
    const load = await organizer.get('/party-building/v1/contacts').expect(200);
    expect(load.body.data).toMatchObject([{ personId: staff.counselorCs, admissions: 1 }]);
  });

  it('show the year until step 7, and say what cannot be recorded yet', async () => {
    const steps = await timeline(admission.id);
    expect(steps.map((step) => step.status).slice(0, 8)).toEqual([
      ...['done', 'done', 'done', 'done', 'done', 'open', 'not_yet_supported', 'not_yet_supported'],
    ]);
    expect(steps[6]).toMatchObject({ earliestOn: '2027-06-30' });
    expect(steps[6]?.gates.find((gate) => gate.key === 'one_year')).toMatchObject({ mark: 'national' });
    const refused = await record(admission, 7, { takenOn: now }).expect(409);
    expect(refused.body.code).toBe('party-building/step-not-supported');
    for (const step of [0, 26, 99]) await record(admission, step, { takenOn: now }).expect(404);
  });

  it('review every half-year', async () => {
    const review = { takenOn: '2026-10-01', documents: [{ kind: 'review_record', reference: 'KC-1' }] };
    admission = (await record(admission, 6, review).expect(200)).body as Admission;
    expect(admission).toMatchObject({ step: 6, dueOn: '2027-06-30', dueStep: 6 });
    const steps = await timeline(admission.id);
    expect(steps[5]).toMatchObject({ status: 'open', doneOn: '2026-10-01', latestOn: '2027-06-30' });
    // contacts may change while reviews go on
    const contacts = { takenOn: '2026-10-05', people: [{ role: 'contact', personId: staff.partyOrganizerCs }] };
    admission = (await record(admission, 5, contacts).expect(200)).body as Admission;
    expect(admission).toMatchObject({ step: 6, dueOn: '2027-06-30' });
    const load = await organizer.get('/party-building/v1/contacts').expect(200);
    expect(load.body.data).toMatchObject([{ personId: staff.partyOrganizerCs, admissions: 1 }]);
  });

  it('keep the time served when the admission moves', async () => {
    const path = `/party-building/v1/admissions/${admission.id}/move`;
    const foreign = { organizationId: XJ01, on: '2026-11-01', reason: '转专业' };
    expect((await organizer.post(path, foreign).set('If-Match', `"${admission.version}"`)).body.code).toBe(
      'party-building/organization-unknown',
    );
    const moved = await office.post(path, foreign).set('If-Match', `"${admission.version}"`).expect(200);
    expect(moved.body).toMatchObject({ organization: { id: XJ01 }, dueOn: '2027-06-30', step: 6 });
    admission = moved.body as Admission;
    expect((await timeline(admission.id))[6]).toMatchObject({ earliestOn: '2027-06-30' });
  });
});

describe('reversing', () => {
  it('takes the latest record back, keeps it on file and says so', async () => {
    const admission = await carry(await open(1), 3);
    const path = `/party-building/v1/admissions/${admission.id}/entries`;
    const entries = (await organizer.get(path).expect(200)).body as { id: string; step: number }[];
    const undo = (step: number, version: number): supertest.Test => {
      const id = entries.find((entry) => entry.step === step)?.id ?? '';
      return organizer.post(`${path}/${id}/reverse`, { reason: '录入有误' }).set('If-Match', `"${version}"`);
    };
    expect((await undo(2, admission.version).expect(409)).body.code).toBe('party-building/not-latest-record');
    const undone = await undo(3, admission.version).expect(200);
    expect(undone.body).toMatchObject({ stage: 'applicant', step: 2, status: 'open', dueOn: null });
    expect((await undo(3, undone.body.version as number).expect(409)).body.code).toBe(
      'party-building/not-latest-record',
    );
    const after = (await organizer.get(path).expect(200)).body as object[];
    expect(after).toMatchObject([
      { number: 1, kind: 'record', stands: true },
      { number: 2, kind: 'record', stands: true },
      { number: 3, kind: 'record', step: 3, stands: false, ruleVersion: 'cpc-2026.05', policyNumber: 0 },
      { number: 4, kind: 'reversal', step: 3, stands: false, reversesId: entries[2]?.id, reason: '录入有误' },
    ]);
    const again = (await record(undone.body as Admission, 3, { ...HAPPY[3], takenOn: '2026-07-01' }).expect(200))
      .body as Admission;
    expect(again).toMatchObject({ step: 3, stage: 'activist', dueOn: '2027-01-01' });
    expect((await published(admission.id)).map((event) => event.name.split('.')[1])).toEqual([
      ...['admission-advanced', 'admission-advanced', 'admission-advanced', 'admission-reversed', 'admission-advanced'],
    ]);
  });

  it('of the application withdraws it, and the person may apply again', async () => {
    const admission = await open(2);
    const path = `/party-building/v1/admissions/${admission.id}/entries`;
    const [first] = (await organizer.get(path).expect(200)).body as { id: string }[];
    const withdrawn = await organizer
      .post(`${path}/${first?.id}/reverse`, { reason: '本人撤回' })
      .set('If-Match', '"1"')
      .expect(200);
    expect(withdrawn.body).toMatchObject({ status: 'withdrawn', step: 0, dueOn: null });
    const closed = await record(withdrawn.body as Admission, 1, HAPPY[2] as object).expect(409);
    expect(closed.body.code).toBe('party-building/admission-closed');
    await open(2);
  });
});

describe('listing', () => {
  it('filters by stage, branch and overdue, within the scope', async () => {
    const ids = async (query: string, client = organizer): Promise<string[]> =>
      (
        (await client.get(`/party-building/v1/admissions?limit=200&${query}`).expect(200)).body.data as { id: string }[]
      ).map((row) => row.id);
    const late = await open(3, { appliedOn: '2026-06-02' });
    const overdue = await ids('overdue=true&stage=applicant');
    expect(overdue).toContain(late.id);
    expect(await ids('overdue=false')).not.toContain(late.id);
    expect((await ids('stage=activist')).length).toBeGreaterThan(0);
    expect(await ids(`organizationId=${XJ01}`)).toHaveLength(1);
    expect(await ids('', await test.person(staff.counselorFl))).toEqual([]);
    await (await test.person(staff.counselorFl)).get(`/party-building/v1/admissions/${late.id}`).expect(404);
    await (await test.person(staff.counselorFl)).get(`/party-building/v1/admissions/${late.id}/timeline`).expect(404);
    await (await test.person(staff.counselorFl)).get(`/party-building/v1/admissions/${late.id}/entries`).expect(404);
    expect(
      (await (await test.person(staff.counselorFl)).get('/party-building/v1/contacts').expect(200)).body.data,
    ).toEqual([]);
    await (
      await test.person(staff.counselorCs)
    )
      .post(`/party-building/v1/admissions/${late.id}/steps/2`, HAPPY[2])
      .expect(403);
    // a late talk is recorded with a warning
    const talked = await record(late, 2, { ...HAPPY[2], takenOn: '2026-07-03' }).expect(200);
    expect(talked.body.verdicts).toMatchObject([
      { key: 'talk_in_time', verdict: 'warn', date: '2026-07-02' },
      { verdict: 'pass' },
    ]);
  });
});
