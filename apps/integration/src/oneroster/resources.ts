import { raw, sql, type Sql } from '#database';
import { familyNameOf, givenNameOf } from './names.js';

/** Kinds of reference (`type` of a GUIDRef). */
export type RefType = 'academicSession' | 'category' | 'class' | 'course' | 'lineItem' | 'org' | 'scoreScale' | 'user';

export interface Field {
  sql: Sql;
  /** `id`: a UUID of the house; `many`: an array of texts. */
  kind: 'text' | 'id' | 'date' | 'instant' | 'number' | 'many';
  /** For an instant that is the last of several: predicate that one of them is not before the bound, without working out all of them for each row. */
  since?: (bound: Sql) => Sql;
}

/** When it is on campus, for what begins or ends by itself. */
export interface Moment {
  today: string;
  timeZone: string;
}

/** What of the roster the objects of a collection are. */
export interface Source {
  /** One row per object; aliases are this source's own. */
  from: Sql;
  /** sourcedId, as text. */
  id: Sql;
  /** What it can be looked up by: uuid where the house's own id is used. */
  key: Sql;
  uuid: boolean;
  where?: Sql;
  /** What can be filtered and sorted by. */
  fields: Record<string, Field>;
  /** What the object is made from, as columns. */
  columns: Sql;
  /** Answers are about people: each is written down in the audit. The column with the person's id. */
  personal?: string;
  /** Of a set of files: what it refers to is in them, too. */
  whole?: Sql;
}

export const CLASS_KINDS = sql`('class', 'course_class')`;
export const ORG_KINDS = sql`('school', 'college', 'academy', 'department', 'major', 'grade', 'grid')`;

/** OneRoster's type of org, by kind of unit; what it has no word for is an extension of its vocabulary. */
const ORG_TYPE = sql`CASE u.kind WHEN 'school' THEN 'school' WHEN 'college' THEN 'department' WHEN 'department' THEN 'department'
  WHEN 'major' THEN 'department' ELSE 'ext:' || u.kind END`;

/** One deployment serves one school. */
export const SCHOOL = sql`(SELECT id FROM directory.published_unit_v1 WHERE kind = 'school' ORDER BY active DESC, code LIMIT 1)`;

export const text = (part: Sql): Field => ({ sql: part, kind: 'text' });
export const ownId = (part: Sql): Field => ({ sql: part, kind: 'id' });
export const date = (part: Sql): Field => ({ sql: part, kind: 'date' });
const many = (part: Sql): Field => ({ sql: part, kind: 'many' });
const statusOf = (active: Sql): Sql => sql`CASE WHEN ${active} THEN 'active' ELSE 'tobedeleted' END`;

/** The instant at which a date that has come began; NULL while it has not. */
const passed = (day: Sql, { today, timeZone }: Moment): Sql =>
  sql`CASE WHEN ${day} <= ${today}::date THEN ${day}::timestamp AT TIME ZONE ${timeZone} END`;

/** Rows with sourcedId, status and date of change, as each object has them. */
export function source(
  {
    id,
    key = id,
    active,
    changed,
    since,
  }: { id: Sql; key?: Sql; active: Sql; changed: Sql; since?: NonNullable<Field['since']> },
  rest: Omit<Source, 'id' | 'key' | 'fields' | 'columns'> & { fields: Record<string, Field>; columns: Sql },
): Source {
  const status = statusOf(active);
  // Compared as it is shown: to the millisecond.
  const shown = sql`date_trunc('milliseconds', ${changed})`;
  return {
    ...rest,
    id,
    key,
    fields: {
      sourcedId: rest.uuid ? ownId(key) : text(id),
      status: text(status),
      dateLastModified: { sql: shown, kind: 'instant', ...(since && { since }) },
      ...rest.fields,
    },
    columns: sql`${id} AS id, ${status} AS status, ${shown} AS changed, ${rest.columns}`,
  };
}

const SESSION_TYPE = sql`CASE t.kind WHEN 'school_year' THEN 'schoolYear' ELSE 'term' END`;

export function academicSessions(): Source {
  return source(
    { id: sql`t.id::text`, key: sql`t.id`, active: sql`NOT t.deleted`, changed: sql`t.updated_at` },
    {
      uuid: true,
      from: sql`(SELECT id, name, kind, school_year, starts_on, ends_on, parent_id, false AS deleted, updated_at FROM directory.published_term_v1
        UNION ALL SELECT id, name, kind, school_year, starts_on, ends_on, parent_id, true, deleted_at FROM directory.published_deleted_term_v1) t`,
      fields: {
        title: text(sql`t.name`),
        type: text(SESSION_TYPE),
        startDate: date(sql`t.starts_on`),
        endDate: date(sql`t.ends_on`),
        schoolYear: text(sql`t.school_year::text`),
        'parent.sourcedId': ownId(sql`t.parent_id`),
      },
      columns: sql`t.name AS title, ${SESSION_TYPE} AS type, t.starts_on::text AS "startDate", t.ends_on::text AS "endDate",
        t.school_year::text AS "schoolYear", t.parent_id AS parent`,
    },
  );
}

export function orgs(): Source {
  return source(
    { id: sql`u.id::text`, key: sql`u.id`, active: sql`u.active`, changed: sql`u.updated_at` },
    {
      uuid: true,
      from: sql`directory.published_unit_v1 u`,
      where: sql`u.kind IN ${ORG_KINDS}`,
      fields: {
        name: text(sql`u.name`),
        type: text(ORG_TYPE),
        identifier: text(sql`u.code`),
        'parent.sourcedId': ownId(sql`u.parent_id`),
      },
      columns: sql`u.name, ${ORG_TYPE} AS type, u.code AS identifier, u.parent_id AS parent, u.kind`,
    },
  );
}

/** The house keeps no catalogue of courses: each teaching class stands for its own, and the classes of an org have one in common. */
export function courses(): Source {
  return source(
    { id: sql`c.id`, active: sql`c.active`, changed: sql`c.updated_at` },
    {
      uuid: false,
      from: sql`(SELECT 'homeroom-' || o.org_id AS id, '行政班' AS title, 'HOMEROOM' AS code, o.org_id, o.active, o.updated_at
          FROM (SELECT coalesce(u.parent_id, ${SCHOOL}) AS org_id, bool_or(u.active) AS active, max(u.updated_at) AS updated_at
                  FROM directory.published_unit_v1 u WHERE u.kind = 'class' GROUP BY 1) o
        UNION ALL
        SELECT 'course-' || u.id, u.name, split_part(u.code, '@', 1), coalesce(u.parent_id, ${SCHOOL}), u.active, u.updated_at
          FROM directory.published_unit_v1 u WHERE u.kind = 'course_class') c`,
      fields: {
        title: text(sql`c.title`),
        courseCode: text(sql`c.code`),
        'org.sourcedId': ownId(sql`c.org_id`),
      },
      columns: sql`c.title, c.code AS "courseCode", c.org_id AS org`,
    },
  );
}

const CLASS_TYPE = sql`CASE u.kind WHEN 'class' THEN 'homeroom' ELSE 'scheduled' END`;
const COURSE_ID = sql`CASE u.kind WHEN 'class' THEN 'homeroom-' || coalesce(u.parent_id, s.id) ELSE 'course-' || u.id END`;

/** A class `u` needs a term: one that names none is of the last that has begun, or of the first that will. */
export function termOf({ today }: Moment): Sql {
  return sql`coalesce(u.term_id, (SELECT id FROM directory.published_term_v1 WHERE kind = 'term'
    ORDER BY starts_on <= ${today}::date DESC, abs(starts_on - ${today}::date), id LIMIT 1))`;
}

export function classes(at: Moment): Source {
  const term = termOf(at);
  return source(
    { id: sql`u.id::text`, key: sql`u.id`, active: sql`u.active`, changed: sql`u.updated_at` },
    {
      uuid: true,
      from: sql`directory.published_unit_v1 u CROSS JOIN (SELECT ${SCHOOL} AS id) s`,
      where: sql`u.kind IN ${CLASS_KINDS}`,
      fields: {
        title: text(sql`u.name`),
        classCode: text(sql`split_part(u.code, '@', 1)`),
        classType: text(CLASS_TYPE),
        'course.sourcedId': text(COURSE_ID),
        'school.sourcedId': ownId(sql`s.id`),
        'terms.sourcedId': many(sql`ARRAY[${term}::text]`),
      },
      columns: sql`u.name AS title, split_part(u.code, '@', 1) AS "classCode", ${CLASS_TYPE} AS "classType", ${COURSE_ID} AS course,
        s.id AS school, ${term} AS term`,
    },
  );
}

/** Who belongs to a class, and the advisors (班主任) of classes. */
const ENROLLED = sql`(SELECT m.id, m.person_id, m.unit_id, NULL::text AS post, m.valid_from, m.valid_to, m.deleted, m.updated_at
    FROM directory.published_own_membership_v1 m
  UNION ALL
  SELECT a.id, a.person_id, a.unit_id, a.kind, a.valid_from, a.valid_to, false, a.updated_at
    FROM staffing.published_appointment_v1 a WHERE a.kind = 'class_advisor')`;
const enrolledAs = (person: Sql): Sql =>
  sql`CASE WHEN e.post IS NULL AND ${person}.kind = 'student' THEN 'student' ELSE 'teacher' END`;
const ENROLLED_AS = enrolledAs(sql`p`);
const inForce = (alias: Sql, { today }: Moment): Sql =>
  sql`${alias}.valid_from <= ${today}::date AND (${alias}.valid_to IS NULL OR ${alias}.valid_to > ${today}::date)`;

export function enrollments(at: Moment): Source {
  return source(
    {
      id: sql`e.id::text`,
      key: sql`e.id`,
      active: sql`(NOT e.deleted AND (e.valid_to IS NULL OR e.valid_to > ${at.today}::date) AND p.active AND u.active)`,
      changed: sql`greatest(e.updated_at, ${passed(sql`e.valid_to`, at)}, p.updated_at, u.updated_at)`,
    },
    {
      uuid: true,
      from: sql`${ENROLLED} e JOIN directory.published_unit_v1 u ON u.id = e.unit_id AND u.kind IN ${CLASS_KINDS}
        JOIN directory.published_person_v1 p ON p.id = e.person_id CROSS JOIN (SELECT ${SCHOOL} AS id) s`,
      fields: {
        role: text(ENROLLED_AS),
        beginDate: date(sql`e.valid_from`),
        endDate: date(sql`e.valid_to`),
        'user.sourcedId': ownId(sql`e.person_id`),
        'class.sourcedId': ownId(sql`e.unit_id`),
        'school.sourcedId': ownId(sql`s.id`),
      },
      columns: sql`e.person_id AS user, e.unit_id AS class, s.id AS school, ${ENROLLED_AS} AS role, e.valid_from::text AS "beginDate",
        e.valid_to::text AS "endDate"`,
    },
  );
}

/** What posts make of a member of staff in OneRoster's words; all others are extensions. */
export const POST_ROLES = { counselor: 'counselor', class_advisor: 'teacher' } as const;
const POSTS = raw(
  Object.keys(POST_ROLES)
    .map((kind) => `'${kind}'`)
    .join(),
);

/** When a post last changed, also by beginning or ending. */
const postChanged = (at: Moment): Sql =>
  sql`greatest(a.updated_at, ${passed(sql`a.valid_from`, at)}, ${passed(sql`a.valid_to`, at)})`;

/** Roles by post: appointments of a person that are in force. */
export function postsInForce(where: Sql, at: Moment): Sql {
  return sql`staffing.published_appointment_v1 a WHERE ${where} AND a.kind IN (${POSTS}) AND ${inForce(sql`a`, at)}`;
}

/** Where somebody belongs, or will: orgs, without those above. */
export function orgsOf(where: Sql, { today }: Moment): Sql {
  return sql`directory.published_own_membership_v1 m JOIN directory.published_unit_v1 u ON u.id = m.unit_id AND u.kind IN ${ORG_KINDS}
    WHERE ${where} AND NOT m.deleted AND (m.valid_to IS NULL OR m.valid_to > ${today}::date)`;
}

export function users(at: Moment): Source {
  const placed = sql`greatest(m.updated_at, ${passed(sql`m.valid_to`, at)})`;
  const posted = postChanged(at);
  const roles = sql`CASE p.kind WHEN 'student' THEN ARRAY['student'] ELSE coalesce((SELECT array_agg(CASE a.kind WHEN 'counselor' THEN 'counselor'
    ELSE 'teacher' END) FROM ${postsInForce(sql`a.person_id = p.id`, at)}), ARRAY['ext:staff']) END`;
  const orgIds = sql`coalesce((SELECT array_agg(m.unit_id::text) FROM ${orgsOf(sql`m.person_id = p.id`, at)}), ARRAY[${SCHOOL}::text])`;
  return source(
    {
      id: sql`p.id::text`,
      key: sql`p.id`,
      active: sql`p.active`,
      changed: sql`greatest(p.updated_at,
        (SELECT max(${placed}) FROM directory.published_own_membership_v1 m WHERE m.person_id = p.id),
        (SELECT max(${posted}) FROM staffing.published_appointment_v1 a WHERE a.person_id = p.id AND a.kind IN (${POSTS})))`,
      since: (bound) => sql`(p.updated_at >= ${bound}
        OR p.id IN (SELECT m.person_id FROM directory.published_own_membership_v1 m WHERE ${placed} >= ${bound})
        OR p.id IN (SELECT a.person_id FROM staffing.published_appointment_v1 a WHERE a.kind IN (${POSTS}) AND ${posted} >= ${bound}))`,
    },
    {
      uuid: true,
      personal: 'id',
      from: sql`directory.published_person_v1 p`,
      fields: {
        enabledUser: text(sql`p.active::text`),
        givenName: text(givenNameOf(sql`p.name`)),
        familyName: text(familyNameOf(sql`p.name`)),
        identifier: text(sql`p.number`),
        'userIds.identifier': many(sql`ARRAY[p.number]`),
        grades: many(sql`ARRAY[p.grade]`),
        'roles.role': many(roles),
        'roles.org.sourcedId': many(orgIds),
      },
      columns: sql`p.active, p.kind, p.number, p.name, p.grade, ${givenNameOf(sql`p.name`)} AS "givenName", ${familyNameOf(sql`p.name`)} AS "familyName"`,
    },
  );
}

/** Roles as rows of their own, which only files have: one for each place of somebody in an org, by the first of the posts. */
export function roles(at: Moment): Source {
  const role = sql`CASE p.kind WHEN 'student' THEN 'student' ELSE coalesce((SELECT CASE min(a.kind) WHEN 'counselor' THEN 'counselor'
    WHEN 'class_advisor' THEN 'teacher' END FROM ${postsInForce(sql`a.person_id = p.id`, at)}), 'ext:staff') END`;
  const posted = sql`(SELECT max(${postChanged(at)})
    FROM staffing.published_appointment_v1 a WHERE a.person_id = p.id AND a.kind IN (${POSTS}))`;
  return source(
    {
      id: sql`m.id::text`,
      key: sql`m.id`,
      active: sql`(NOT m.deleted AND (m.valid_to IS NULL OR m.valid_to > ${at.today}::date) AND p.active AND u.active)`,
      changed: sql`greatest(m.updated_at, ${passed(sql`m.valid_to`, at)}, p.updated_at, u.updated_at, ${posted})`,
    },
    {
      uuid: true,
      // Without a place somebody is at the school.
      from: sql`(SELECT id, person_id, unit_id, valid_from, valid_to, secondary, deleted, updated_at FROM directory.published_own_membership_v1
          UNION ALL
          SELECT q.id, q.id, ${SCHOOL}, NULL, NULL, false, false, q.updated_at FROM directory.published_person_v1 q
           WHERE NOT EXISTS (SELECT FROM ${orgsOf(sql`m.person_id = q.id`, at)})) m
        JOIN directory.published_unit_v1 u ON u.id = m.unit_id AND u.kind IN ${ORG_KINDS}
        JOIN directory.published_person_v1 p ON p.id = m.person_id`,
      fields: {},
      columns: sql`p.id AS user, u.id AS org, ${role} AS role, 'primary' AS "roleType", m.valid_from::text AS "beginDate", m.valid_to::text AS "endDate"`,
    },
  );
}

/** Predicate on users: whoever has the post of a teacher of classes. */
export const isTeacher = (at: Moment): Sql =>
  sql`p.kind = 'staff' AND EXISTS (SELECT FROM ${postsInForce(sql`a.person_id = p.id AND a.kind = 'class_advisor'`, at)})`;

export function demographics(): Source {
  // What is not known is left out.
  const sex = sql`CASE b.sex WHEN '1' THEN 'male' WHEN '2' THEN 'female' WHEN '9' THEN 'unspecified' END`;
  return source(
    { id: sql`b.person_id::text`, key: sql`b.person_id`, active: sql`b.active`, changed: sql`b.updated_at` },
    {
      uuid: true,
      personal: 'id',
      from: sql`directory.published_birth_v1 b`,
      fields: { birthDate: date(sql`b.birth_date`), sex: text(sex) },
      columns: sql`b.birth_date::text AS "birthDate", ${sex} AS sex`,
    },
  );
}

/** Predicate: the enrolment of a person in a class, as what; in force, or (`ended`) one that was. */
export function enrolled(
  person: Sql,
  ofClass: Sql,
  as: 'student' | 'teacher' | undefined,
  at: Moment,
  { ended = false } = {},
): Sql {
  const role = as === undefined ? sql`TRUE` : sql`${enrolledAs(sql`q`)} = ${as}`;
  const when = ended ? sql`e.valid_from <= ${at.today}::date` : inForce(sql`e`, at);
  return sql`EXISTS (SELECT FROM ${ENROLLED} e JOIN directory.published_person_v1 q ON q.id = e.person_id
    WHERE e.person_id = ${person} AND e.unit_id = ${ofClass} AND NOT e.deleted AND ${when} AND ${role})`;
}
