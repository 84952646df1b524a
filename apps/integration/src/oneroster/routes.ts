import { sql, type Sql } from '#database';
import {
  academicSessions,
  classes,
  courses,
  demographics,
  enrolled,
  enrollments,
  isTeacher,
  type Moment,
  orgs,
  SCHOOL,
  type Source,
  users,
} from './resources.js';

/** The objects of the rostering service. */
export type Kind = 'academicSession' | 'org' | 'course' | 'class' | 'enrollment' | 'user' | 'demographics';

/** A collection: what kind of object, and which of them. */
export interface Collection {
  kind: Kind;
  /** Names of the payload's member: of a list, of one. */
  many: string;
  one: string;
  zh: string;
  en: string;
  source: (at: Moment) => Source;
  /** Which objects of the source. */
  which?: (at: Moment) => Sql;
}

const NONE = sql`FALSE`;

export const COLLECTIONS = {
  academicSessions: {
    ...{ kind: 'academicSession', many: 'academicSessions', one: 'academicSession', source: academicSessions },
    ...{ zh: '学年与学期', en: 'academic sessions' },
  },
  gradingPeriods: {
    // The calendar knows school years and terms.
    ...{ kind: 'academicSession', many: 'academicSessions', one: 'academicSession', source: academicSessions },
    ...{ which: () => NONE, zh: '评分期', en: 'grading periods' },
  },
  terms: {
    ...{ kind: 'academicSession', many: 'academicSessions', one: 'academicSession', source: academicSessions },
    ...{ which: () => sql`t.kind = 'term'`, zh: '学期', en: 'terms' },
  },
  orgs: { kind: 'org', many: 'orgs', one: 'org', source: orgs, zh: '单位', en: 'orgs' },
  schools: {
    ...{ kind: 'org', many: 'orgs', one: 'org', source: orgs, which: () => sql`u.kind = 'school'` },
    ...{ zh: '学校', en: 'schools' },
  },
  courses: { kind: 'course', many: 'courses', one: 'course', source: courses, zh: '课程', en: 'courses' },
  classes: { kind: 'class', many: 'classes', one: 'class', source: classes, zh: '班级', en: 'classes' },
  enrollments: {
    ...{ kind: 'enrollment', many: 'enrollments', one: 'enrollment', source: enrollments },
    ...{ zh: '班级成员', en: 'enrollments' },
  },
  users: { kind: 'user', many: 'users', one: 'user', source: users, zh: '人员', en: 'users' },
  students: {
    ...{ kind: 'user', many: 'users', one: 'user', source: users, which: () => sql`p.kind = 'student'` },
    ...{ zh: '学生', en: 'students' },
  },
  teachers: {
    ...{ kind: 'user', many: 'users', one: 'user', source: users, which: isTeacher },
    ...{ zh: '班主任', en: 'teachers' },
  },
  demographics: {
    ...{ kind: 'demographics', many: 'demographics', one: 'demographics', source: demographics },
    ...{ zh: '出生日期与性别', en: 'demographics' },
  },
} as const satisfies Record<string, Collection>;

export type CollectionName = keyof typeof COLLECTIONS;

/** What stands in the path before a collection: an object that must exist, by the name of its parameter. */
export interface Parent {
  of: CollectionName;
  param: string;
}

export interface Route {
  /** Below the root, as Nest writes it. */
  path: string;
  /** `operationId` of the specification. */
  operation: string;
  collection: CollectionName;
  single: boolean;
  parents: Parent[];
  /** Which objects, by the ids in the path. */
  which?: (ids: string[], at: Moment) => Sql;
}

const capital = (name: string): string => name[0]!.toUpperCase() + name.slice(1);
const singular = (name: string): string =>
  name === 'demographics' ? name : name === 'classes' ? 'class' : name.replace(/s$/, '');

const PLAIN: Route[] = (Object.keys(COLLECTIONS) as CollectionName[]).flatMap((collection) => [
  { path: collection, operation: `getAll${capital(collection)}`, collection, single: false, parents: [] },
  {
    ...{ path: `${collection}/:sourcedId`, operation: `get${capital(singular(collection))}`, collection, single: true },
    parents: [],
  },
]);

/** The collections of an object: `/classes/:id/students`. */
function of(parent: CollectionName, collection: CollectionName, which: Route['which'] = () => sql`TRUE`): Route {
  const operation = `get${capital(collection)}For${capital(singular(parent))}`;
  const path = `${parent}/:sourcedId/${collection}`;
  return { path, operation, collection, single: false, parents: [{ of: parent, param: 'sourcedId' }], which };
}

/** The collections of a class of a school. */
function ofClassInSchool(collection: CollectionName, which: (id: string, at: Moment) => Sql): Route {
  return {
    path: `schools/:schoolSourcedId/classes/:classSourcedId/${collection}`,
    operation: `get${capital(collection)}ForClassInSchool`,
    collection,
    single: false,
    parents: [
      { of: 'schools', param: 'schoolSourcedId' },
      { of: 'classes', param: 'classSourcedId' },
    ],
    which: ([, id], at) => which(id!, at),
  };
}

const members = (role: 'student' | 'teacher', id: string, at: Moment): Sql =>
  enrolled(sql`p.id`, sql`${id}::uuid`, role, at);
const ofTerm = (at: Moment, id: string): Sql => sql`${id} = ANY(${classes(at).fields['terms.sourcedId']!.sql})`;
const taken = ([id]: string[], at: Moment): Sql => enrolled(sql`${id}::uuid`, sql`u.id`, undefined, at);
/** A retired second school has nothing: all there is is the one school's. */
const ofSchool = ([id]: string[]): Sql => sql`s.id = ${id}::uuid`;
const ofTheSchool = ([id]: string[]): Sql => sql`${id}::uuid = ${SCHOOL}`;

/** The 41 reading operations of OneRoster 1.2 rostering. */
export const ROUTES: Route[] = [
  ...PLAIN,
  of('classes', 'students', ([id], at) => members('student', id!, at)),
  of('classes', 'teachers', ([id], at) => members('teacher', id!, at)),
  of('courses', 'classes', ([id], at) => sql`${classes(at).fields['course.sourcedId']!.sql} = ${id}`),
  of('schools', 'classes', ofSchool),
  of('schools', 'courses', ofTheSchool),
  of('schools', 'enrollments', ofSchool),
  of('schools', 'students', ofTheSchool),
  of('schools', 'teachers', ofTheSchool),
  of('schools', 'terms', ofTheSchool),
  ofClassInSchool('enrollments', (id) => sql`e.unit_id = ${id}::uuid`),
  ofClassInSchool('students', (id, at) => members('student', id, at)),
  ofClassInSchool('teachers', (id, at) => members('teacher', id, at)),
  of('students', 'classes', taken),
  of('teachers', 'classes', taken),
  of('users', 'classes', taken),
  of('terms', 'classes', ([id], at) => ofTerm(at, id!)),
  of('terms', 'gradingPeriods', () => NONE),
];

/** Scopes of OneRoster 1.2. */
const SCOPE = 'https://purl.imsglobal.org/spec/or/v1p2/scope';
export const CORE = `${SCOPE}/roster-core.readonly` as const;
export const ROSTER = `${SCOPE}/roster.readonly` as const;
export const DEMOGRAPHICS = `${SCOPE}/roster-demographics.readonly` as const;

/** A scope, or one of several. Demographics have their own and no other. */
export function scopesOf({
  collection,
  parents,
}: Route): [typeof CORE | typeof ROSTER | typeof DEMOGRAPHICS, ...(typeof ROSTER)[]] {
  if (collection === 'demographics') return [DEMOGRAPHICS];
  return parents.length > 0 ? [ROSTER] : [CORE, ROSTER];
}
