import { newId, sql } from '#database';
import { campus, TestApp, type Client, wholeList } from '#testing';
import { partyBuilding } from '../src/party-building.module.js';

let test: TestApp;
let office: Client;
let organizer: Client;
const { staff, students, colleges, academies } = campus;
const party = (n: number): string => `00000000-0000-7000-8000-0060${String(n).padStart(8, '0')}`;
const [COMMITTEE, MINGDE, MD01, XJ01] = [party(1), party(2), party(3), party(5)];

interface Row {
  id: string;
  code: string;
  kind: string;
  person: { id: string };
  personId: string;
}

beforeAll(async () => {
  test = await TestApp.create([partyBuilding]);
  office = await test.client();
  organizer = await test.person(staff.partyOrganizerCs);
});
afterAll(() => test?.close());

const all = (client: Client, path: string, filter?: string) =>
  wholeList<Row>(client, `/party-building/v1/${path}`, filter);
const codes = (rows: Row[]) => rows.map(({ code }) => code);
const people = (rows: Row[]) => rows.map(({ person }) => person.id).sort();
const touch = (table: string, id: string) =>
  test.database.connection.query(
    `UPDATE party_building.${table} SET updated_at = now() + interval '1 hour' WHERE id = $1`,
    [id],
  );
const soon = () => encodeURIComponent(new Date(Date.now() + 1_800_000).toISOString());

it('organizations: by kinds, parents and units, by change', async () => {
  const path = 'organizations';
  expect(codes(await all(office, path))).toEqual(['MD', 'MD-01', 'SQ', 'XJ', 'XJ-01']);
  expect(codes(await all(organizer, path))).toEqual(['MD-01']);
  expect(codes(await all(office, path, 'kind=party_committee&kind=general_branch'))).toEqual(['MD', 'SQ', 'XJ']);
  expect(codes(await all(office, path, `parentId=${COMMITTEE}&parentId=${MINGDE}`))).toEqual(['MD', 'MD-01', 'XJ']);
  expect(codes(await all(office, path, `unitId=${colleges.fl}&unitId=${academies.mingde}`))).toEqual([
    'MD',
    'MD-01',
    'XJ-01',
  ]);
  await touch('organization', XJ01);
  expect(codes(await all(office, path, `updatedSince=${soon()}`))).toEqual(['XJ-01']);
  expect(codes(await all(office, path, 'sort=-updatedAt'))[0]).toBe('XJ-01');
});

it('members: by branches and kinds, by change', async () => {
  const path = 'members';
  const everybody = await all(office, path);
  expect(everybody).toHaveLength(4);
  expect(await all(organizer, path)).toHaveLength(3);
  expect(await all(office, path, `organizationId=${MD01}&organizationId=${XJ01}`)).toHaveLength(4);
  expect(await all(office, path, `organizationId=${XJ01}`)).toHaveLength(1);
  expect(await all(office, path, 'kind=probationary_member')).toHaveLength(1);
  expect(await all(office, path, 'kind=probationary_member&kind=full_member')).toHaveLength(4);
  const last = everybody.at(-1)!;
  await touch('member', last.id);
  expect((await all(office, path, `updatedSince=${soon()}`)).map(({ id }) => id)).toEqual([last.id]);
  expect((await all(office, path, 'sort=-updatedAt'))[0]!.id).toBe(last.id);
});

it('admissions and contacts: by stages, statuses and branches, by change', async () => {
  const admissions: { id: string; version: number }[] = [];
  for (const [n, student] of [students[0], students[1], students[2]].entries()) {
    const application = {
      personId: student,
      organizationId: MD01,
      appliedOn: `2026-06-0${n + 1}`,
      birthDate: '2006-01-01',
      documents: [{ kind: 'application_letter', reference: 'DA-1' }],
    };
    admissions.push((await organizer.post('/party-building/v1/admissions', application).expect(201)).body);
  }
  const entries = `/party-building/v1/admissions/${admissions[2]!.id}/entries`;
  const [first] = (await organizer.get(entries).expect(200)).body as { id: string }[];
  await organizer.post(`${entries}/${first!.id}/reverse`, { reason: '本人撤回' }).set('If-Match', '"1"').expect(200);
  const path = 'admissions';
  expect(people(await all(office, path))).toEqual(students.slice(0, 3));
  expect(await all(await test.person(staff.counselorFl), path)).toEqual([]);
  expect(people(await all(office, path, 'stage=activist&stage=candidate'))).toEqual([]);
  expect(people(await all(office, path, 'stage=applicant&stage=activist'))).toEqual(students.slice(0, 3));
  expect(people(await all(office, path, 'status=open&status=withdrawn'))).toEqual(students.slice(0, 3));
  expect(people(await all(office, path, 'status=withdrawn'))).toEqual([students[2]]);
  expect(people(await all(office, path, `organizationId=${XJ01}`))).toEqual([]);
  expect(people(await all(office, path, `organizationId=${XJ01}&organizationId=${MD01}`))).toHaveLength(3);
  await touch('admission', admissions[1]!.id);
  expect(people(await all(office, path, `updatedSince=${soon()}`))).toEqual([students[1]]);
  expect((await all(office, path, 'sort=-updatedAt'))[0]!.id).toBe(admissions[1]!.id);
});

it('contacts: counted', async () => {
  const admissions = await all(office, 'admissions', 'status=open');
  const named = [
    [admissions[0]!.id, [staff.counselorCs, staff.counselorFl]],
    [admissions[1]!.id, [staff.counselorCs, staff.partyOrganizerCs]],
  ] as const;
  for (const [id, contacts] of named) {
    const evidence = { people: contacts.map((personId) => ({ role: 'contact', personId })) };
    await test.query(sql`INSERT INTO party_building.admission_entry (id, admission_id, number, kind, step, taken_on, evidence,
        verdicts, rule_version, policy_number, entered_by_app)
      VALUES (${newId()}, ${id}, 50, 'record', 5, '2026-07-03', ${JSON.stringify(evidence)}::jsonb, '[]', 'cpc-2026.05', 0, 'test')`);
  }
  const contacts = await all(office, 'contacts');
  expect(contacts).toHaveLength(3);
  expect(contacts[0]).toMatchObject({ personId: staff.counselorCs, admissions: 2 });
});

it('coverage: its numbers are of all grids, whatever is shown', async () => {
  const get = async (filter: string) =>
    (await office.get(`/party-building/v1/grids/coverage?${filter}`).expect(200)).body;
  const { data, ...numbers } = await get('limit=1');
  expect(numbers).toMatchObject({ total: 3, covered: 1, uncovered: 2 });
  expect(data).toHaveLength(1);
  const uncovered = await get('covered=false');
  expect(uncovered).toMatchObject({ total: 3, covered: 1, uncovered: 2, nextCursor: null });
  expect(uncovered.data).toHaveLength(2);
});
