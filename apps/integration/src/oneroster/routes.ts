import type { Permission } from '#contracts';
import { sql, type Sql } from '#database';
import { categories, lineItems, results, scoreScales } from './gradebook-resources.js';
import { GRADEBOOK, ROSTERING } from './objects.js';
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

export type Kind =
  | 'academicSession'
  | 'org'
  | 'course'
  | 'class'
  | 'enrollment'
  | 'user'
  | 'demographics'
  | 'category'
  | 'scoreScale'
  | 'lineItem'
  | 'result';

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

/** Those of the rostering service. */
export const ROSTER_COLLECTIONS = {
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

export const GRADEBOOK_COLLECTIONS = {
  categories: {
    kind: 'category',
    many: 'categories',
    one: 'category',
    source: categories,
    zh: '评分类别',
    en: 'categories',
  },
  scoreScales: {
    ...{ kind: 'scoreScale', many: 'scoreScales', one: 'scoreScale', source: scoreScales },
    ...{ zh: '等级制', en: 'score scales' },
  },
  lineItems: {
    kind: 'lineItem',
    many: 'lineItems',
    one: 'lineItem',
    source: lineItems,
    zh: '评分项',
    en: 'line items',
  },
  results: { kind: 'result', many: 'results', one: 'result', source: results, zh: '成绩', en: 'results' },
} as const satisfies Record<string, Collection>;

export const COLLECTIONS = { ...ROSTER_COLLECTIONS, ...GRADEBOOK_COLLECTIONS };

export type CollectionName = keyof typeof COLLECTIONS;

/** What stands in the path before a collection: an object that must exist, by the name of its parameter. */
export interface Parent {
  of: CollectionName;
  param: string;
}

export interface Route {
  /** Where the service begins. */
  root: string;
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
  name === 'demographics' ? name : (IRREGULAR[name] ?? name.replace(/s$/, ''));
const IRREGULAR: Readonly<Record<string, string>> = { classes: 'class', categories: 'category' };

/** The collections and single objects of a service. */
function plain(root: string, collections: object): Route[] {
  return (Object.keys(collections) as CollectionName[]).flatMap((collection) => {
    const { one } = COLLECTIONS[collection];
    const [all, single] = [
      `getAll${capital(collection)}`,
      `get${capital(root === GRADEBOOK ? one : singular(collection))}`,
    ];
    return [
      { root, path: collection, operation: all, collection, single: false, parents: [] },
      { root, path: `${collection}/:sourcedId`, operation: single, collection, single: true, parents: [] },
    ];
  });
}

/** The collections of an object: `/classes/:id/students`. */
function of(parent: CollectionName, collection: CollectionName, which: Route['which'] = () => sql`TRUE`): Route {
  const operation = `get${capital(collection)}For${capital(singular(parent))}`;
  const path = `${parent}/:sourcedId/${collection}`;
  const parents = [{ of: parent, param: 'sourcedId' }];
  return { root: ROSTERING, path, operation, collection, single: false, parents, which };
}

/** The collections of a class of a school. */
function ofClassInSchool(collection: CollectionName, which: (id: string, at: Moment) => Sql): Route {
  return {
    root: ROSTERING,
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
  ...plain(ROSTERING, ROSTER_COLLECTIONS),
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

/** What is below an object of the roster: of a class, and of what else stands in the path. */
function inGradebook(path: string, operation: string, parents: Parent[], which: (ids: string[]) => Sql): Route {
  const collection = path.split('/').at(-1) as CollectionName;
  return { root: GRADEBOOK, path, operation, collection, single: false, parents, which };
}

const CLASS: Parent = { of: 'classes', param: 'classSourcedId' };
const ownClass = ([id]: string[]): Sql => sql`g.class_id = ${id}::uuid`;
const itsClass = ([id]: string[]): Sql => sql`l.class_id = ${id}::uuid`;

/** The 15 reading operations of OneRoster 1.2 gradebook, without its profile of assessments. */
export const GRADEBOOK_ROUTES: Route[] = [
  ...plain(GRADEBOOK, GRADEBOOK_COLLECTIONS),
  inGradebook(
    'classes/:classSourcedId/categories',
    'getCategoriesForClass',
    [CLASS],
    ([id]) =>
      sql`EXISTS (SELECT FROM integration.gradebook_line_item l WHERE l.category_id = g.id AND l.class_id = ${id}::uuid)`,
  ),
  inGradebook('classes/:classSourcedId/lineItems', 'getLineItemsForClass', [CLASS], ownClass),
  inGradebook('classes/:classSourcedId/results', 'getResultsForClass', [CLASS], itsClass),
  inGradebook('classes/:classSourcedId/scoreScales', 'getScoreScalesForClass', [CLASS], ownClass),
  inGradebook(
    'classes/:classSourcedId/lineItems/:lineItemSourcedId/results',
    'getResultsForLineItemForClass',
    [CLASS, { of: 'lineItems', param: 'lineItemSourcedId' }],
    (ids) => sql`${itsClass(ids)} AND l.sourced_id = ${ids[1]}`,
  ),
  inGradebook(
    'classes/:classSourcedId/students/:studentSourcedId/results',
    'getResultsForStudentForClass',
    [CLASS, { of: 'students', param: 'studentSourcedId' }],
    (ids) => sql`${itsClass(ids)} AND g.student_id = ${ids[1]}::uuid`,
  ),
  inGradebook(
    'schools/:schoolSourcedId/scoreScales',
    'getScoreScalesForSchool',
    [{ of: 'schools', param: 'schoolSourcedId' }],
    ofTheSchool,
  ),
];

/** Scopes of OneRoster 1.2. */
const SCOPE = 'https://purl.imsglobal.org/spec/or/v1p2/scope';
export const CORE = `${SCOPE}/roster-core.readonly` as const;
export const ROSTER = `${SCOPE}/roster.readonly` as const;
export const DEMOGRAPHICS = `${SCOPE}/roster-demographics.readonly` as const;
export const GRADES_CORE = `${SCOPE}/gradebook-core.readonly` as const;
export const GRADES = `${SCOPE}/gradebook.readonly` as const;
export const GRADES_PUT = `${SCOPE}/gradebook.createput` as const;
export const GRADES_POST = `${SCOPE}/gradebook.createpost` as const;
export const GRADES_DELETE = `${SCOPE}/gradebook.delete` as const;

/** A scope, or one of several. Demographics have their own and no other. */
export function scopesOf({ root, collection, parents }: Route): [Permission, ...Permission[]] {
  if (collection === 'demographics') return [DEMOGRAPHICS];
  const [core, all] = root === GRADEBOOK ? [GRADES_CORE, GRADES] : [CORE, ROSTER];
  return parents.length > 0 ? [all] : [core, all];
}
