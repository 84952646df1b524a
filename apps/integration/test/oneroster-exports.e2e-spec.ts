import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sql } from '#database';
import { campus, type Client, TestApp } from '#testing';
import { directory } from '../../directory/src/directory.module.js';
import { importFile } from '../../directory/test/roster-files.js';
import { staffing } from '../../staffing/src/staffing.module.js';
import { integration } from '../src/integration.module.js';
import { DEMOGRAPHICS, GRADES, GRADES_PUT, ROSTER } from '../src/oneroster/routes.js';
import { enrich, extra } from './oneroster-kit.js';

type Files = Record<string, string[][]>;

const PATH = '/integration/v1/oneroster/exports';
/** Headers as the specification has them, stated apart from those of the service. */
const HEADERS: Record<string, string> = {
  academicSessions: 'title,type,startDate,endDate,parentSourcedId,schoolYear',
  orgs: 'name,type,identifier,parentSourcedId',
  courses: 'schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes',
  classes:
    'title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods',
  users:
    'enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,preferredGivenName,preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns',
  roles: 'userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId',
  enrollments: 'classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate',
  demographics:
    'birthDate,sex,americanIndianOrAlaskaNative,asian,blackOrAfricanAmerican,nativeHawaiianOrOtherPacificIslander,white,demographicRaceTwoOrMoreRaces,hispanicOrLatinoEthnicity,countryOfBirthCode,stateOfBirthAbbreviation,cityOfBirth,publicSchoolResidenceStatus',
};
/** What each column that refers to something refers to. */
const REFERENCES: Record<string, string> = {
  parentSourcedId: '',
  schoolYearSourcedId: 'academicSessions',
  orgSourcedId: 'orgs',
  courseSourcedId: 'courses',
  schoolSourcedId: 'orgs',
  termSourcedIds: 'academicSessions',
  primaryOrgSourcedId: 'orgs',
  userSourcedId: 'users',
  classSourcedId: 'classes',
};
const READ = `import csv, io, json, sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
print(json.dumps({n[:-4]: list(csv.reader(io.StringIO(z.read(n).decode('utf-8'), newline=''), strict=True)) for n in z.namelist()}))`;

describe('the roster as files of OneRoster CSV 1.2', () => {
  let test: TestApp;
  let app: Client;
  let folder: string;

  beforeAll(async () => {
    test = await TestApp.create([directory, staffing, integration]);
    app = await test.client(ROSTER, DEMOGRAPHICS);
    folder = await mkdtemp(join(tmpdir(), 'yizhan-oneroster-'));
    await enrich(test);
    // Files always name a term, and terms by what the sender calls them.
    await test.query(sql`UPDATE directory.unit SET term_id = ${campus.term} WHERE kind = 'class'`);
    await test.query(sql`UPDATE directory.term SET code = id::text`);
  });
  afterAll(async () => {
    await test?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const zipOf = async (query: Record<string, string> = {}, client = app): Promise<Buffer> => {
    const { body } = await client.get(PATH).query(query).responseType('blob').expect(200);
    return body as Buffer;
  };
  /** Read by Python's own modules for ZIP and CSV. */
  const read = async (zip: Buffer): Promise<Files> => {
    const path = join(folder, 'set.zip');
    await writeFile(path, zip);
    const { stdout } = await promisify(execFile)('python3', ['-c', READ, path], { maxBuffer: 1 << 26 });
    return JSON.parse(stdout) as Files;
  };
  const rowsOf = (files: Files, name: string): Record<string, string>[] => {
    const [header = [], ...rows] = files[name]!;
    return rows.map((row) => Object.fromEntries(header.map((column, i) => [column, row[i]!])));
  };

  it('has its files in the order and shape of the specification, and refers to nothing outside', async () => {
    const files = await read(await zipOf({ demographics: 'true' }));
    const [header, ...manifest] = files.manifest!;
    expect(header).toEqual(['propertyName', 'value']);
    const said = new Map(manifest as [string, string][]);
    expect([said.get('manifest.version'), said.get('oneroster.version')]).toEqual(['1.0', '1.2']);
    expect([...said.keys()].filter((name) => name.startsWith('file.'))).toHaveLength(21);
    for (const [name, value] of said)
      if (name.startsWith('file.')) expect([name, value]).toEqual([name, HEADERS[name.slice(5)] ? 'bulk' : 'absent']);
    expect(Object.keys(files).sort()).toEqual(['manifest', ...Object.keys(HEADERS)].sort());
    for (const [name, columns] of Object.entries(HEADERS)) {
      const wanted = ['sourcedId', 'status', 'dateLastModified', ...columns.split(',')];
      const got = files[name]![0]!;
      expect([name, got.slice(0, wanted.length)]).toEqual([name, wanted]);
      expect(got.slice(wanted.length).every((column) => column.startsWith('metadata.'))).toBe(true);
      const rows = rowsOf(files, name);
      expect(rows.length).toBeGreaterThan(0);
      expect(new Set(rows.map(({ sourcedId }) => sourcedId)).size).toBe(rows.length);
      for (const row of rows) {
        expect([row.status, row.dateLastModified]).toEqual(['', '']);
        for (const [column, of] of Object.entries(REFERENCES)) {
          for (const id of (row[column] ?? '').split(',').filter(Boolean))
            expect([name, column, rowsOf(files, of || name).some(({ sourcedId }) => sourcedId === id)]).toEqual([
              name,
              column,
              true,
            ]);
        }
      }
    }
    const users = rowsOf(files, 'users');
    expect(users.find(({ sourcedId }) => sourcedId === extra.left)).toBeUndefined();
    for (const { id, full } of extra.named)
      expect(users.find(({ sourcedId }) => sourcedId === id)).toMatchObject({ 'metadata.fullName': full });
    expect(users.find(({ sourcedId }) => sourcedId === campus.students[0])).toMatchObject({
      userIds: '{学号:2024000001}',
    });
    const roles = rowsOf(files, 'roles');
    expect(new Set(users.map(({ sourcedId }) => sourcedId))).toEqual(
      new Set(roles.map(({ userSourcedId }) => userSourcedId)),
    );
  });

  it('is read back by the import as what is there already', async () => {
    const { token } = await test.client('directory:import:write');
    // Advisors are no members of their classes, and who was nowhere is at the school from then on.
    const first = await importFile(test, token, 'roster', await zipOf({ demographics: 'true' }));
    expect(first.errors).toEqual([]);
    expect(first).toMatchObject({
      status: 'succeeded',
      result: {
        terms: { create: 0, change: 0 },
        units: { create: 0, change: 0, close: 0 },
        people: { create: 0, change: 0, close: 0 },
        memberships: { create: extra.named.length, change: 0, close: 0 },
        skipped: { enrollments: 1 },
      },
    });
    const again = await importFile(test, token, 'roster', await zipOf());
    expect(again).toMatchObject({
      result: { memberships: { create: 0, change: 0, close: 0 }, people: { create: 0, change: 0, close: 0 } },
    });
  });

  it('as a delta has what changed and what is gone, with status and date', async () => {
    const nothing = await read(await zipOf({ since: '2099-01-01T00:00:00Z' }));
    for (const name of Object.keys(nothing).filter((one) => one !== 'manifest'))
      expect([name, rowsOf(nothing, name)]).toEqual([name, []]);
    const [{ now }] = (await test.query<{ now: Date }>(sql`SELECT clock_timestamp() AS now`)) as [{ now: Date }];
    const since = now.toISOString();
    // What changes in the same millisecond is not after it.
    await new Promise((resolve) => setTimeout(resolve, 5));
    const [, , , leaver, renamed] = campus.students;
    await test.query(
      sql`DELETE FROM directory.membership WHERE person_id = ${leaver} AND unit_id = ${campus.classes.se2401}`,
    );
    await test.query(sql`UPDATE directory.person SET active = false, updated_at = now() WHERE id = ${renamed}`);
    const files = await read(await zipOf({ since }));
    const shown = (name: string): string[][] => rowsOf(files, name).map((row) => [row.sourcedId!, row.status!]);
    expect(Object.fromEntries(files.manifest!)).toMatchObject({ 'file.users': 'delta', 'file.demographics': 'absent' });
    expect(shown('users').sort()).toEqual(
      [
        [leaver, 'active'],
        [renamed, 'tobedeleted'],
      ].sort(),
    );
    expect(shown('enrollments').map(([, status]) => status)).toEqual(['tobedeleted', 'tobedeleted']);
    expect(shown('orgs')).toEqual([]);
    for (const row of rowsOf(files, 'roles')) expect(row.dateLastModified).toMatch(/Z$/);
  });

  it('gives demographics to who has their scope alone', async () => {
    const roster = await test.client(ROSTER);
    await roster.get(PATH).query({ demographics: 'true' }).expect(403);
    expect(Object.keys(await read(await zipOf({}, roster)))).not.toContain('demographics');
    await (await test.client(DEMOGRAPHICS)).get(PATH).expect(403);
  });

  it('has the gradebook for who has its scope alone, and of a bulk only what refers to nothing outside', async () => {
    const columns = {
      categories: 'title,weight',
      lineItems:
        'title,description,assignDate,dueDate,classSourcedId,categorySourcedId,academicSessionSourcedId,resultValueMin,resultValueMax,schoolSourcedId',
      results:
        'lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,comment,textScore,classSourcedId,inProgress,incomplete,late,missing',
    };
    const root = '/ims/oneroster/gradebook/v1p2';
    const writer = await test.client(GRADES_PUT);
    const [ref, student] = [(sourcedId: string) => ({ sourcedId }), campus.students[0]!];
    const item = (sourcedId: string, ofClass: string) => ({
      ...{ sourcedId, title: '作业', class: ref(ofClass), school: ref(campus.school), category: ref('c') },
      // On campus it is the next day already.
      ...{ assignDate: '2026-11-01T20:00:00.000Z', dueDate: '2026-11-09T02:00:00.000Z', resultValueMax: 100 },
    });
    const result = (sourcedId: string, lineItem: string) => ({
      ...{ sourcedId, lineItem: ref(lineItem), student: ref(student), scoreStatus: 'fully graded' },
      ...{ score: 86.5, scoreDate: '2026-11-10', comment: '好，“再接再厉”', late: 'true' },
    });
    await writer.put(`${root}/categories/c`, { category: { sourcedId: 'c', title: '平时', weight: 0.4 } }).expect(201);
    await writer.put(`${root}/categories/none`, { category: { sourcedId: 'none', title: '无' } }).expect(201);
    for (const [id, ofClass] of [
      ['there', campus.classes.se2401],
      ['closing', extra.teachingClass],
    ] as const) {
      await writer.put(`${root}/lineItems/${id}`, { lineItem: item(id, ofClass) }).expect(201);
      await writer.put(`${root}/results/r-${id}`, { result: result(`r-${id}`, id) }).expect(201);
    }
    await test.query(sql`UPDATE directory.unit SET active = false WHERE id = ${extra.teachingClass}`);
    const graded = await test.client(ROSTER, GRADES);
    const files = await read(await zipOf({ gradebook: 'true' }, graded));
    for (const [name, header] of Object.entries(columns)) {
      expect(files[name]![0]).toEqual(['sourcedId', 'status', 'dateLastModified', ...header.split(',')]);
      expect(Object.fromEntries(files.manifest!)).toMatchObject({ [`file.${name}`]: 'bulk' });
    }
    expect(rowsOf(files, 'categories').map(({ sourcedId, weight }) => [sourcedId, weight])).toEqual([
      ['c', '0.4'],
      ['none', ''],
    ]);
    expect(rowsOf(files, 'lineItems')).toEqual([
      expect.objectContaining({
        ...{ sourcedId: 'there', status: '', assignDate: '2026-11-02', dueDate: '2026-11-09', resultValueMax: '100' },
        ...{ classSourcedId: campus.classes.se2401, categorySourcedId: 'c', academicSessionSourcedId: campus.term },
        ...{ schoolSourcedId: campus.school, description: '' },
      }),
    ]);
    expect(rowsOf(files, 'results')).toEqual([
      expect.objectContaining({
        ...{ sourcedId: 'r-there', lineItemSourcedId: 'there', studentSourcedId: student, score: '86.5', late: 'true' },
        ...{ scoreDate: '2026-11-10', comment: '好，“再接再厉”', classSourcedId: campus.classes.se2401, missing: '' },
      }),
    ]);
    const delta = await read(await zipOf({ gradebook: 'true', since: '2020-01-01T00:00:00Z' }, graded));
    expect(rowsOf(delta, 'results').map(({ status }) => status)).toEqual(['active', 'active']);
    await app.get(PATH).query({ gradebook: 'true' }).expect(403);
    expect(Object.keys(await read(await zipOf()))).not.toContain('results');
  });
});
