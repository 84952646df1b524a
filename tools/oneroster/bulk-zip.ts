import { stringify } from 'csv-stringify/sync';
import yazl from 'yazl';

export type Cell = string | number;

/** The 21 files of a OneRoster CSV 1.2 set; those that are not given are declared absent. */
const FILES = (
  'academicSessions categories classes classResources courses courseResources demographics enrollments lineItemLearningObjectiveIds ' +
  'lineItems lineItemScoreScales orgs resources resultLearningObjectiveIds results resultScoreScales roles scoreScales userProfiles ' +
  'userResources users'
).split(' ');

/** Columns after sourcedId, status, dateLastModified, in the order of the specification. */
const COLUMNS = {
  academicSessions: 'title,type,startDate,endDate,parentSourcedId,schoolYear',
  orgs: 'name,type,identifier,parentSourcedId,metadata.kind',
  courses: 'schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes',
  classes:
    'title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods',
  users:
    'enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,' +
    'userMasterIdentifier,preferredGivenName,preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns',
  roles: 'userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId',
  enrollments: 'classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate',
  demographics:
    'birthDate,sex,americanIndianOrAlaskaNative,asian,blackOrAfricanAmerican,nativeHawaiianOrOtherPacificIslander,white,' +
    'demographicRaceTwoOrMoreRaces,hispanicOrLatinoEthnicity,countryOfBirthCode,stateOfBirthAbbreviation,cityOfBirth,' +
    'publicSchoolResidenceStatus',
} as const;

export type Table = keyof typeof COLUMNS;

/** Rows by file; a row is its sourcedId and the named columns, others stay empty. */
export type Tables = Partial<Record<Table, ({ sourcedId: string } & Record<string, Cell>)[]>>;

// The same content must give the same bytes whenever it is written.
const STAMP = new Date(Date.UTC(2026, 0, 1));

/** Packs tables as a OneRoster CSV 1.2 bulk set: status and dateLastModified blank, every file named in the manifest. */
export async function bulkZip(tables: Tables, system: { name: string; code: string }): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  const add = (name: string, rows: Cell[][]): void =>
    zip.addBuffer(Buffer.from(stringify(rows)), `${name}.csv`, { mtime: STAMP, forceDosTimestamp: true });
  add('manifest', [
    ['propertyName', 'value'],
    ['manifest.version', '1.0'],
    ['oneroster.version', '1.2'],
    ...FILES.map((name) => [`file.${name}`, name in tables ? 'bulk' : 'absent']),
    ['source.systemName', system.name],
    ['source.systemCode', system.code],
  ]);
  for (const [name, rows] of Object.entries(tables)) {
    const columns = COLUMNS[name as Table].split(',');
    add(name, [
      ['sourcedId', 'status', 'dateLastModified', ...columns],
      ...rows.map((row) => [row.sourcedId, '', '', ...columns.map((column) => row[column] ?? '')]),
    ]);
  }
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
