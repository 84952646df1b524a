/** The resources that a pull asks for, in this order, and the columns of their files after sourcedId, status and dateLastModified. */
export const RESOURCES = {
  orgs: 'name,type,identifier,parentSourcedId,metadata.kind',
  academicSessions: 'title,type,startDate,endDate,parentSourcedId,schoolYear',
  courses: 'schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes',
  classes:
    'title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods',
  users:
    'enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,' +
    'userMasterIdentifier,preferredGivenName,preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns,metadata.fullName',
  enrollments: 'classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate',
  demographics:
    'birthDate,sex,americanIndianOrAlaskaNative,asian,blackOrAfricanAmerican,nativeHawaiianOrOtherPacificIslander,white,' +
    'demographicRaceTwoOrMoreRaces,hispanicOrLatinoEthnicity,countryOfBirthCode,stateOfBirthAbbreviation,cityOfBirth,' +
    'publicSchoolResidenceStatus',
} as const;
export type Resource = keyof typeof RESOURCES;
export const ORDER = Object.keys(RESOURCES) as Resource[];

const ROLES = 'userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId';
/** What the roster does not take of a user stays where it is: ways to reach them, passwords, what they call themselves. */
const LEFT = new Set(
  'userIds email sms phone password agentSourcedIds pronouns preferredGivenName preferredMiddleName preferredFamilyName userMasterIdentifier'.split(
    ' ',
  ),
);
/** Likewise of demographics. */
const TAKEN_OF_DEMOGRAPHICS = new Set(['birthDate', 'sex']);

/** An object of OneRoster's JSON. */
export type OneRosterObject = { sourcedId: string; status?: string } & Record<string, unknown>;
type Ref = { sourcedId: string };

/** All files of a bulk set that a pull makes, with their headers. */
export const FILES: Readonly<Record<Resource | 'roles', string>> = { ...RESOURCES, roles: ROLES };

/** Objects of a resource as rows of its file; those that are to be deleted are left out, as a bulk set has none. */
export function rowsOf(resource: Resource, objects: readonly OneRosterObject[]): string[][] {
  const columns = RESOURCES[resource].split(',');
  const taken = (column: string): boolean =>
    resource === 'demographics' ? TAKEN_OF_DEMOGRAPHICS.has(column) : !LEFT.has(column);
  return active(objects).map((one) => [
    ...[one.sourcedId, '', ''],
    ...columns.map((column) => (taken(column) ? cellOf(one, column) : '')),
  ]);
}

/** The roles of users: of 1.2, one each; of 1.1, whose users have one role in several orgs, one for each org. */
export function rolesOf(users: readonly OneRosterObject[]): string[][] {
  return active(users).flatMap((user) => {
    const roles = (user['roles'] as Record<string, unknown>[] | undefined) ?? rolesOf11(user);
    return roles.map((role, i) => [
      ...[`${user.sourcedId}/${i + 1}`, '', '', user.sourcedId],
      ...['roleType', 'role', 'beginDate', 'endDate', 'orgSourcedId'].map((column) => cellOf(role, column)),
      '',
    ]);
  });
}

function rolesOf11({ role, orgs = [] }: Record<string, unknown> & { orgs?: Ref[] }): Record<string, unknown>[] {
  return orgs.map((org, i) => ({ roleType: i === 0 ? 'primary' : 'secondary', role, org }));
}

function active(objects: readonly OneRosterObject[]): OneRosterObject[] {
  return objects.filter(({ status }) => status !== 'tobedeleted');
}

/** `parentSourcedId` is `parent.sourcedId`, `termSourcedIds` are those of `terms`, `metadata.kind` is the extension's. */
function cellOf(one: Record<string, unknown>, column: string): string {
  const [, extension] = /^metadata\.(.+)$/.exec(column) ?? [];
  if (extension) return textOf((one['metadata'] as Record<string, unknown> | undefined)?.[extension]);
  const [, ref, many] = /^(\w+)SourcedId(s)?$/.exec(column) ?? [];
  if (ref && many) return ((one[`${ref}s`] as Ref[] | undefined) ?? []).map(({ sourcedId }) => sourcedId).join(',');
  if (ref) return textOf((one[ref] as Ref | null | undefined)?.sourcedId);
  return textOf(one[column]);
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(',');
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
