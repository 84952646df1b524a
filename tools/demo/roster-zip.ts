import { stringify } from 'csv-stringify/sync';
import yazl from 'yazl';
import { addDays } from '#time';
import { type DemoCampus, type DemoUnit, schoolYearOf, studentName } from './campus.js';

type Row = (string | number)[];

/** Files of a OneRoster 1.2 set; those that are not made are declared absent. */
const FILES = (
  'academicSessions categories classes classResources courses courseResources demographics enrollments lineItemLearningObjectiveIds ' +
  'lineItems lineItemScoreScales orgs resources resultLearningObjectiveIds results resultScoreScales roles scoreScales userProfiles ' +
  'userResources users'
).split(' ');
const HEADERS = {
  academicSessions: 'sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear',
  orgs: 'sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId,metadata.kind',
  courses:
    'sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes',
  classes:
    'sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,' +
    'subjects,subjectCodes,periods',
  users:
    'sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,' +
    'agentSourcedIds,grades,password,userMasterIdentifier,preferredGivenName,preferredMiddleName,preferredFamilyName,' +
    'primaryOrgSourcedId,pronouns',
  roles:
    'sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId',
  enrollments:
    'sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate',
  demographics:
    'sourcedId,status,dateLastModified,birthDate,sex,americanIndianOrAlaskaNative,asian,blackOrAfricanAmerican,' +
    'nativeHawaiianOrOtherPacificIslander,white,demographicRaceTwoOrMoreRaces,hispanicOrLatinoEthnicity,countryOfBirthCode,' +
    'stateOfBirthAbbreviation,cityOfBirth,publicSchoolResidenceStatus',
} as const;
/** Not the day it was made: the same campus must give the same bytes. */
const STAMP = new Date(Date.UTC(2026, 0, 1));

/** The campus as a OneRoster 1.2 bulk file set (ZIP). */
export function rosterZip(campus: DemoCampus): Promise<Buffer> {
  const tables = rosterTables(campus);
  const zip = new yazl.ZipFile();
  const manifest: Row[] = [
    ['manifest.version', '1.0'],
    ['oneroster.version', '1.2'],
    ...FILES.map((name): Row => [`file.${name}`, name in tables ? 'bulk' : 'absent']),
    ['source.systemName', 'Yizhan synthetic demo'],
    ['source.systemCode', 'yizhan-demo'],
  ];
  const add = (name: string, rows: Row[]): void =>
    zip.addBuffer(Buffer.from(stringify(rows)), `${name}.csv`, { mtime: STAMP, forceDosTimestamp: true });
  add('manifest', [['propertyName', 'value'], ...manifest]);
  for (const [name, header] of Object.entries(HEADERS)) {
    add(name, [header.split(','), ...(tables[name as keyof typeof HEADERS] as Row[])]);
  }
  zip.end();
  return bytesOf(zip.outputStream);
}

async function bytesOf(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function rosterTables(campus: DemoCampus): Record<keyof typeof HEADERS, Row[]> {
  const { students, staff, classes } = campus;
  const since = addDays(campus.firstDay, -7);
  const year = schoolYearOf(campus.plan.lastNight);
  const [schoolYear, firstTerm] = [`${year}-${year + 1}`, `${year}-${year + 1}-1`];
  return {
    academicSessions: academicSessions(year),
    orgs: orgs(campus),
    courses: [bulk('course-homeroom', schoolYear, '行政班', 'HOMEROOM', '', campus.school.sourcedId, '', '')],
    classes: classes.map((group) => [
      ...bulk(group.sourcedId, group.name, group.grade, 'course-homeroom', group.code, 'homeroom', ''),
      ...[group.major.sourcedId, firstTerm, '', '', ''],
    ]),
    users: [
      ...students.map((student) => {
        const { family, given } = studentName(student);
        return user(student.sourcedId, student.number, family, given, student.class.college, student.class.grade);
      }),
      ...staff.map((one) => user(one.sourcedId, one.number, '演示', one.name, one.org, '')),
    ],
    roles: [
      ...students.flatMap(({ sourcedId, since: from, class: { college, academy } }) => [
        bulk(`${sourcedId}-c`, sourcedId, 'primary', 'student', from, '', college.sourcedId, ''),
        bulk(`${sourcedId}-a`, sourcedId, 'primary', 'student', from, '', academy.sourcedId, ''),
      ]),
      ...staff.map(({ sourcedId, role, org }) =>
        bulk(`${sourcedId}-r`, sourcedId, 'primary', role, since, '', org.sourcedId, ''),
      ),
    ],
    enrollments: students.map(({ sourcedId, since: from, class: group }) =>
      bulk(`${sourcedId}-e`, group.sourcedId, group.major.sourcedId, sourcedId, 'student', 'true', from, ''),
    ),
    demographics: students.map(({ sourcedId, birthDate, sex }) =>
      bulk(sourcedId, birthDate, sex === '1' ? 'male' : 'female', ...Array<string>(11).fill('')),
    ),
  };
}

/** A row of a bulk file: status and date of change stay blank. */
function bulk(sourcedId: string, ...cells: Row): Row {
  return [sourcedId, '', '', ...cells];
}

function user(
  sourcedId: string,
  number: string,
  family: string,
  given: string,
  org: DemoUnit,
  grade: number | '',
): Row {
  return [
    ...bulk(
      sourcedId,
      'true',
      '',
      `{学工号:${number}}`,
      given,
      family,
      '',
      number,
      '',
      '',
      '',
      '',
      grade,
      '',
      '',
      '',
      '',
      '',
    ),
    ...[org.sourcedId, ''],
  ];
}

/** A year of two terms without a gap, so that the demo lies within a term whenever it is started. */
function academicSessions(year: number): Row[] {
  const name = `${year}-${year + 1}`;
  const [begin, middle, end] = [`${year}-09-01`, `${year + 1}-02-10`, `${year + 1}-09-01`];
  return [
    bulk(name, `${name}学年`, 'schoolYear', begin, end, '', year + 1),
    bulk(`${name}-1`, `${name}学年第一学期`, 'term', begin, middle, name, year + 1),
    bulk(`${name}-2`, `${name}学年第二学期`, 'term', middle, end, name, year + 1),
  ];
}

function orgs(campus: DemoCampus): Row[] {
  const { school, departments, colleges, academies, grids } = campus;
  const below = (unit: DemoUnit, kind: string, parent: DemoUnit): Row =>
    bulk(unit.sourcedId, unit.name, 'department', unit.code, parent.sourcedId, kind);
  return [
    bulk(school.sourcedId, school.name, 'school', school.code, '', ''),
    ...departments.map((department) => below(department, 'department', school)),
    ...colleges.flatMap((college) => [
      below(college, 'college', school),
      ...college.majors.map((major) => below(major, 'major', college)),
    ]),
    ...academies.map((academy) => below(academy, 'academy', school)),
    ...grids.map((grid) => below(grid, 'grid', school)),
  ];
}
