import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

type Json = Record<string, unknown>;

/**
 * The payloads of OneRoster 1.2 rostering and gradebook as the specification has them (REST binding, 1EdTech), stated apart from those of the service:
 * what is required, every member that may occur, no other, booleans as texts, vocabularies with their extensions.
 */
const text: Json = { type: 'string' };
const bool: Json = { enum: ['true', 'false'] };
const day: Json = { type: 'string', format: 'date' };
const instant: Json = { type: 'string', format: 'date-time', pattern: 'Z$' };
const texts: Json = { type: 'array', items: text };
const words = (list: string): Json => ({
  anyOf: [{ enum: list.split(' ') }, { type: 'string', pattern: '^ext:[a-zA-Z0-9.\\-_]+$' }],
});
const closed = (required: string, properties: Json): Json => ({
  type: 'object',
  additionalProperties: false,
  required: required.split(' ').filter(Boolean),
  properties,
});
const ref = (type: string): Json =>
  closed('href sourcedId type', { href: { type: 'string', format: 'uri' }, sourcedId: text, type: { const: type } });
const refs = (type: string): Json => ({ type: 'array', items: ref(type) });
const object = (required: string, properties: Json): Json =>
  closed(`sourcedId status dateLastModified ${required}`, {
    sourcedId: text,
    status: { enum: ['active', 'tobedeleted'] },
    dateLastModified: { type: 'string', format: 'date-time', pattern: 'Z$' },
    metadata: { type: 'object' },
    ...properties,
  });

export const OBJECTS: Record<string, Json> = {
  academicSession: object('title startDate endDate type schoolYear', {
    ...{ title: text, startDate: day, endDate: day, schoolYear: { type: 'string', pattern: '^\\d{4}$' } },
    ...{ type: words('gradingPeriod semester schoolYear term'), parent: ref('academicSession') },
    children: refs('academicSession'),
  }),
  org: object('name type identifier', {
    ...{ name: text, identifier: text, type: words('department district local national school state') },
    ...{ parent: ref('org'), children: refs('org') },
  }),
  course: object('title courseCode', {
    ...{ title: text, courseCode: text, schoolYear: ref('academicSession'), grades: texts, org: ref('org') },
    ...{ subjects: texts, subjectCodes: texts, resources: refs('resource') },
  }),
  class: object('title course school terms', {
    ...{ title: text, classCode: text, classType: words('homeroom scheduled'), location: text, grades: texts },
    ...{ subjects: texts, subjectCodes: texts, periods: texts, course: ref('course'), school: ref('org') },
    ...{ terms: { ...refs('academicSession'), minItems: 1 }, resources: refs('resource') },
  }),
  enrollment: object('user class school role', {
    ...{ user: ref('user'), class: ref('class'), school: ref('org'), primary: bool, beginDate: day, endDate: day },
    role: words('administrator proctor student teacher'),
  }),
  user: object('enabledUser givenName familyName roles', {
    ...{ userMasterIdentifier: text, username: text, enabledUser: bool, givenName: text, familyName: text },
    userIds: { type: 'array', items: closed('type identifier', { type: text, identifier: text }) },
    ...{
      middleName: text,
      preferredFirstName: text,
      preferredMiddleName: text,
      preferredLastName: text,
      pronouns: text,
    },
    ...{ primaryOrg: ref('org'), identifier: text, email: text, sms: text, phone: text, agents: refs('user') },
    ...{ grades: texts, resources: refs('resource'), userProfiles: { type: 'array' } },
    roles: {
      type: 'array',
      minItems: 1,
      items: closed('roleType role org', {
        ...{
          roleType: { enum: ['primary', 'secondary'] },
          org: ref('org'),
          beginDate: day,
          endDate: day,
          userProfile: text,
        },
        role: words(
          'aide counselor districtAdministrator guardian parent principal proctor relative siteAdministrator student systemAdministrator teacher',
        ),
      }),
    },
  }),
  demographics: object('', {
    ...{ birthDate: day, sex: words('male female unspecified other'), countryOfBirthCode: text, cityOfBirth: text },
    ...{
      stateOfBirthAbbreviation: text,
      publicSchoolResidenceStatus: text,
      americanIndianOrAlaskaNative: bool,
      asian: bool,
    },
    ...{ blackOrAfricanAmerican: bool, nativeHawaiianOrOtherPacificIslander: bool, white: bool },
    ...{ demographicRaceTwoOrMoreRaces: bool, hispanicOrLatinoEthnicity: bool },
  }),
  // The gradebook.
  category: object('title', { title: text, weight: { type: 'number' } }),
  scoreScale: object('title type class scoreScaleValue', {
    ...{ title: text, type: text, course: ref('course'), class: ref('class') },
    scoreScaleValue: {
      type: 'array',
      minItems: 1,
      items: closed('itemValueLHS itemValueRHS', { itemValueLHS: text, itemValueRHS: text }),
    },
  }),
  lineItem: object('title assignDate dueDate class school category', {
    ...{ title: text, description: text, assignDate: instant, dueDate: instant, class: ref('class') },
    ...{ school: ref('org'), category: ref('category'), gradingPeriod: ref('academicSession') },
    ...{
      academicSession: ref('academicSession'),
      scoreScale: ref('scoreScale'),
      learningObjectiveSet: { type: 'array' },
    },
    ...{ resultValueMin: { type: 'number' }, resultValueMax: { type: 'number' } },
  }),
  result: object('lineItem student scoreStatus scoreDate', {
    ...{ lineItem: ref('lineItem'), student: ref('user'), class: ref('class'), scoreScale: ref('scoreScale') },
    scoreStatus: {
      anyOf: [
        { enum: ['exempt', 'fully graded', 'not submitted', 'partially graded', 'submitted'] },
        { type: 'string', pattern: '^ext:[a-zA-Z0-9.\\-_]+$' },
      ],
    },
    ...{ score: { type: 'number' }, textScore: text, scoreDate: day, comment: text },
    ...{ learningObjectiveSet: { type: 'array' }, inProgress: bool, incomplete: bool, late: bool, missing: bool },
  }),
};

const STATUS_INFO = closed('imsx_codeMajor imsx_severity', {
  imsx_codeMajor: { enum: ['success', 'processing', 'failure', 'unsupported'] },
  imsx_severity: { enum: ['status', 'warning', 'error'] },
  imsx_description: text,
  imsx_CodeMinor: closed('imsx_codeMinorField', {
    imsx_codeMinorField: {
      type: 'array',
      minItems: 1,
      items: closed('imsx_codeMinorFieldName imsx_codeMinorFieldValue', {
        imsx_codeMinorFieldName: text,
        imsx_codeMinorFieldValue: {
          enum: (
            'fullsuccess invalid_filter_field invalid_selection_field invaliddata unauthorisedrequest forbidden unknownobject ' +
            'server_busy internal_server_error'
          ).split(' '),
        },
      }),
    },
  }),
});

const ajv = new Ajv2020({ allErrors: true, strict: false });
(formats as unknown as (ajv: Ajv2020) => void)(ajv);

/** What of a payload is not as specified; empty when all is. */
export function misfits(body: unknown, member: string, kind: string, single: boolean): string[] {
  const payload = single ? OBJECTS[kind]! : { type: 'array', items: OBJECTS[kind]! };
  return check(closed(member, { [member]: payload }), body);
}

export function errorMisfits(body: unknown): string[] {
  return check(STATUS_INFO, body);
}

function check(schema: Json, body: unknown): string[] {
  ajv.validate(schema, body);
  return (ajv.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}
