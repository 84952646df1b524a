import yazl from 'yazl';
import supertest from 'supertest';
import { drainEvents, type TestApp } from '#testing';

/** Files of a OneRoster set by name; a row is its cells, joined as they are. */
export type RosterFiles = Record<string, string | Buffer>;

const NAMES = (
  'academicSessions categories classes classResources courses courseResources demographics enrollments ' +
  'lineItemLearningObjectiveIds lineItems lineItemScoreScales orgs resources resultLearningObjectiveIds results ' +
  'resultScoreScales roles scoreScales userProfiles userResources users'
).split(' ');

export const HEADERS = {
  academicSessions: 'sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear',
  orgs: 'sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId',
  courses:
    'sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes',
  classes:
    'sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods',
  users:
    'sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,preferredGivenName,preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns',
  roles:
    'sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId',
  enrollments:
    'sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate',
  demographics:
    'sourcedId,status,dateLastModified,birthDate,sex,americanIndianOrAlaskaNative,asian,blackOrAfricanAmerican,nativeHawaiianOrOtherPacificIslander,white,demographicRaceTwoOrMoreRaces,hispanicOrLatinoEthnicity,countryOfBirthCode,stateOfBirthAbbreviation,cityOfBirth,publicSchoolResidenceStatus',
};

export const csv = (header: string, ...rows: string[]): string => [header, ...rows, ''].join('\r\n');

export function manifest(present: string[], overrides: Record<string, string> = {}): string {
  const properties: Record<string, string> = { 'manifest.version': '1.0', 'oneroster.version': '1.2' };
  for (const name of NAMES) properties[`file.${name}`] = present.includes(name) ? 'bulk' : 'absent';
  return csv(
    'propertyName,value',
    ...Object.entries({ ...properties, ...overrides }).map(([key, value]) => `${key},${value}`),
  );
}

export function user(
  id: string,
  family: string,
  given: string,
  number: string,
  enabled = 'true',
  grade = '2026',
): string {
  return `${id},,,${enabled},${id},{学号:${number}},${given},${family},,${number},,,,,${grade},,,,,,,`;
}

/**
 * A school with one college, one academy, a homeroom class and a course class; six students s1–s6 and a teacher t1.
 * `change` replaces whole files; null leaves one out.
 */
export function smallSet(change: Record<string, string | Buffer | null> = {}): RosterFiles {
  const students = [1, 2, 3, 4, 5, 6];
  const files: Record<string, string | Buffer | null> = {
    orgs: csv(
      `${HEADERS.orgs},metadata.kind`,
      'o1,,,一站大学,school,YZU,,',
      'o2,,,物理学院,department,PHY,o1,',
      'o3,,,明理书院,department,ML,o1,academy',
      'o4,,,应用物理,ext:major,APHY,o2,',
    ),
    academicSessions: csv(
      HEADERS.academicSessions,
      'y1,,,2026–2027学年,schoolYear,2026-09-01,2027-07-15,,2027',
      'x1,,,第一学期,semester,2026-09-07,2027-01-20,y1,2027',
    ),
    courses: csv(HEADERS.courses, 'c1,,,y1,班级,HR,,o4,,', 'c2,,,y1,力学,PHY101,,o2,,'),
    classes: csv(
      HEADERS.classes,
      'k1,,,应物2601,,c1,AP2601,homeroom,,o1,x1,,,',
      'k2,,,力学01班,,c2,PHY101-01,scheduled,,o2,x1,,,',
    ),
    users: csv(
      HEADERS.users,
      ...students.map((n) => user(`s${n}`, '张', `三${n}`, `00260${n}`)),
      user('t1', 'da Silva', 'Maria', 'P0001'),
    ),
    roles: csv(
      HEADERS.roles,
      ...students.map((n) => `r${n},,,s${n},primary,student,2026-09-01,,o2,`),
      ...students.map((n) => `ra${n},,,s${n},primary,student,,,o3,`),
      'rt,,,t1,primary,teacher,2020-01-01,,o2,',
    ),
    demographics: csv(
      HEADERS.demographics,
      ...students.map((n) => `s${n},,,2008-0${n}-01,${n % 2 ? 'male' : 'female'},,,,,,,,,,,`),
    ),
    enrollments: csv(
      HEADERS.enrollments,
      ...students.map((n) => `e${n},,,k1,o1,s${n},student,,,`),
      ...students.map((n) => `f${n},,,k2,o2,s${n},student,,2026-09-07,2027-01-20`),
      'ft,,,k2,o2,t1,teacher,true,,',
    ),
    ...change,
  };
  return Object.fromEntries(Object.entries(files).filter(([, content]) => content !== null)) as RosterFiles;
}

export async function zipOf(files: Record<string, string | Buffer>, compress = true): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  for (const [name, content] of Object.entries(files)) zip.addBuffer(Buffer.from(content), name, { compress });
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The set with its manifest, zipped. */
export function zipSet(files: RosterFiles, overrides: Record<string, string> = {}): Promise<Buffer> {
  const named = Object.fromEntries(Object.entries(files).map(([name, content]) => [`${name}.csv`, content]));
  return zipOf({ 'manifest.csv': manifest(Object.keys(files), overrides), ...named });
}

export interface FinishedJob {
  id: string;
  status: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- looked into by tests
  result: any;
  failed: number;
  /** Rows of the error file: file, line, column, zh, en. */
  errors: string[][];
}

/** Uploads a file for import. */
export function upload(test: TestApp, token: string, path: string, file: Buffer, name = 'roster.zip'): supertest.Test {
  return supertest(test.url)
    .post(`/directory/v1/imports/${path}`)
    .set('Authorization', `Bearer ${token}`)
    .attach('file', file, name);
}

/** Uploads, waits until the job has ended, and answers what came of it. */
export async function importFile(test: TestApp, token: string, path: string, file: Buffer): Promise<FinishedJob> {
  const accepted = await upload(test, token, path, file);
  if (accepted.status !== 202) throw new Error(`${accepted.status} ${accepted.text}`);
  await drainEvents(test);
  const get = (at: string): supertest.Test => supertest(test.url).get(at).set('Authorization', `Bearer ${token}`);
  const { body } = await get(accepted.headers['location'] as string).expect(200);
  const errors = body.errors
    ? (await get(body.errors as string).expect(200)).text
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(','))
    : [];
  return { id: body.id, status: body.status, result: body.result, failed: body.progress.failed, errors };
}
