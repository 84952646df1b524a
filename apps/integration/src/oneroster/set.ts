import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { stringify } from 'csv-stringify/sync';
import { ZipFile } from 'yazl';

/** Every file that a manifest names (OneRoster CSV 1.2, section 5). */
const FILES = (
  'academicSessions categories classes classResources courses courseResources demographics enrollments lineItemLearningObjectiveIds ' +
  'lineItems lineItemScoreScales orgs resources resultLearningObjectiveIds results resultScoreScales roles scoreScales userProfiles ' +
  'userResources users'
).split(' ');

/** Columns after sourcedId, status and dateLastModified, in the order of the specification; extensions last. */
const COLUMNS = {
  academicSessions: 'title,type,startDate,endDate,parentSourcedId,schoolYear',
  orgs: 'name,type,identifier,parentSourcedId,metadata.kind',
  courses: 'schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes',
  classes:
    'title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods',
  users:
    'enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,' +
    'userMasterIdentifier,preferredGivenName,preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns,metadata.fullName',
  roles: 'userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId',
  enrollments: 'classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate',
  demographics:
    'birthDate,sex,americanIndianOrAlaskaNative,asian,blackOrAfricanAmerican,nativeHawaiianOrOtherPacificIslander,white,' +
    'demographicRaceTwoOrMoreRaces,hispanicOrLatinoEthnicity,countryOfBirthCode,stateOfBirthAbbreviation,cityOfBirth,' +
    'publicSchoolResidenceStatus',
  categories: 'title,weight',
  lineItems:
    'title,description,assignDate,dueDate,classSourcedId,categorySourcedId,academicSessionSourcedId,resultValueMin,resultValueMax,' +
    'schoolSourcedId',
  results:
    'lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,comment,textScore,classSourcedId,inProgress,incomplete,late,missing',
} as const;

export type FileName = keyof typeof COLUMNS;

/** A row by the names of its columns; what is not named stays empty. */
export interface SetRow {
  sourcedId: string;
  status: string;
  dateLastModified: string;
  [column: string]: string;
}

/**
 * A set of OneRoster CSV 1.2: bulk is everything, with status and dateLastModified blank; delta is what changed, with both. Files that are
 * not given are declared absent.
 */
export async function setOf(
  files: Partial<Record<FileName, SetRow[]>>,
  { delta, madeAt, systemCode }: { delta: boolean; madeAt: Date; systemCode: string },
): Promise<Buffer> {
  const zip = new ZipFile();
  const add = (name: string, lines: string[][]): void =>
    zip.addBuffer(Buffer.from(stringify(lines, { record_delimiter: 'windows' })), `${name}.csv`, { mtime: madeAt });
  add('manifest', [
    ['propertyName', 'value'],
    ['manifest.version', '1.0'],
    ['oneroster.version', '1.2'],
    ...FILES.map((name) => [`file.${name}`, name in files ? (delta ? 'delta' : 'bulk') : 'absent']),
    ['source.systemName', 'Yizhan'],
    ['source.systemCode', systemCode],
  ]);
  for (const [name, rows] of Object.entries(files)) {
    const columns = COLUMNS[name as FileName].split(',');
    add(name, [
      ['sourcedId', 'status', 'dateLastModified', ...columns],
      ...rows.map((row) => [
        row.sourcedId,
        delta ? row.status : '',
        delta ? row.dateLastModified : '',
        ...columns.map((column) => row[column] ?? ''),
      ]),
    ]);
  }
  zip.end();
  return buffer(zip.outputStream as Readable);
}
