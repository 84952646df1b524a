import { type CellCheck, filled, number, text } from '#exchange';
import { both, date, oneOf, orBlank } from '../checks.js';

/** What a file of OneRoster CSV 1.2 must look like, and the columns that are looked at. */
export interface FileSpec {
  name: string;
  /** Exact, in this order; only `metadata.*` columns may follow. */
  header: readonly string[];
  /** A row is handed on as the values of these columns, in this order. */
  columns: Readonly<Record<string, CellCheck>>;
}

/** Every file a manifest must name (OneRoster CSV 1.2, section 5). */
export const FILE_NAMES = (
  'academicSessions categories classes classResources courses courseResources demographics enrollments ' +
  'lineItemLearningObjectiveIds lineItems lineItemScoreScales orgs resources resultLearningObjectiveIds results ' +
  'resultScoreScales roles scoreScales userProfiles userResources users'
).split(' ');

/** Files that OneRoster CSV 1.1 does not have. */
export const NEW_IN_1_2: ReadonlySet<string> = new Set(
  'lineItemLearningObjectiveIds lineItemScoreScales resultLearningObjectiveIds resultScoreScales roles scoreScales userProfiles userResources'.split(
    ' ',
  ),
);

export const SESSION_KINDS: Record<string, 'school_year' | 'term' | undefined> = {
  schoolYear: 'school_year',
  term: 'term',
  semester: 'term',
};

/** Kinds of unit that an org of type `department` says in `metadata.kind`, and that `ext:<kind>` names. */
export const ORG_KINDS = ['college', 'academy', 'department', 'major', 'grade', 'class', 'grid'];

/** Roles of people who are neither students nor staff. */
export const RELATIVES = new Set(['guardian', 'parent', 'relative']);

const YEAR: CellCheck = (value) =>
  /^(19|20|21)\d\d$/.test(value) ? undefined : { zh: '必须是四位年份', en: 'must be a year of four digits' };
const ROLES =
  'aide counselor districtAdministrator guardian parent principal proctor relative siteAdministrator student systemAdministrator teacher';

function spec(name: string, header: string, columns: Record<string, CellCheck>): FileSpec {
  return { name, header: `sourcedId,status,dateLastModified,${header}`.split(','), columns };
}

export const ORGS = spec('orgs', 'name,type,identifier,parentSourcedId', {
  name: filled,
  type: oneOf('department district local national school state', true),
  identifier: filled,
  parentSourcedId: text,
  'metadata.kind': orBlank(oneOf(ORG_KINDS.join(' '))),
});

export const SESSIONS = spec('academicSessions', 'title,type,startDate,endDate,parentSourcedId,schoolYear', {
  title: filled,
  type: oneOf('gradingPeriod semester schoolYear term', true),
  startDate: both(filled, date),
  endDate: both(filled, date),
  parentSourcedId: text,
  schoolYear: YEAR,
});

export const COURSES = spec(
  'courses',
  'schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes',
  {
    schoolYearSourcedId: text,
    title: filled,
    orgSourcedId: text,
  },
);

export const CLASSES = spec(
  'classes',
  'title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods',
  {
    title: filled,
    courseSourcedId: filled,
    classCode: text,
    classType: oneOf('homeroom scheduled', true),
    schoolSourcedId: filled,
    termSourcedIds: filled,
  },
);

export const USER_PROFILES = spec(
  'userProfiles',
  'userSourcedId,profileType,vendorId,applicationId,description,credentialType,username,password',
  { userSourcedId: filled },
);

export const ROLES_1_2 = spec(
  'roles',
  'userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId',
  {
    userSourcedId: filled,
    roleType: oneOf('primary secondary'),
    role: oneOf(ROLES, true),
    beginDate: date,
    endDate: date,
    orgSourcedId: filled,
    userProfileSourcedId: text,
  },
);

export const DEMOGRAPHICS = spec(
  'demographics',
  'birthDate,sex,americanIndianOrAlaskaNative,asian,blackOrAfricanAmerican,nativeHawaiianOrOtherPacificIslander,white,' +
    'demographicRaceTwoOrMoreRaces,hispanicOrLatinoEthnicity,countryOfBirthCode,stateOfBirthAbbreviation,cityOfBirth,' +
    'publicSchoolResidenceStatus',
  { birthDate: date, sex: orBlank(oneOf('male female unspecified other', true)) },
);

const PERSON = {
  enabledUser: oneOf('true false'),
  familyName: text,
  givenName: text,
  middleName: text,
  identifier: number,
  agentSourcedIds: (): undefined => undefined,
  grades: text,
  'metadata.fullName': text,
};

export const USERS_1_2 = spec(
  'users',
  'enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,' +
    'userMasterIdentifier,preferredGivenName,preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns',
  { ...PERSON, primaryOrgSourcedId: text },
);

/** Of OneRoster 1.1, where the user's one role stood in the same row. */
export const USERS_1_1 = spec(
  'users',
  'enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,' +
    'grades,password',
  {
    ...PERSON,
    orgSourcedIds: filled,
    role: oneOf('administrator aide guardian parent proctor relative student teacher'),
  },
);

export const ENROLLMENTS = spec(
  'enrollments',
  'classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate',
  {
    classSourcedId: filled,
    schoolSourcedId: filled,
    userSourcedId: filled,
    role: oneOf('administrator proctor student teacher', true),
    primary: orBlank(oneOf('true false')),
    beginDate: date,
    endDate: date,
  },
);
