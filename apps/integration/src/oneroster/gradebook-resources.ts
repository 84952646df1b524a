import { sql, type Sql } from '#database';
import { date, type Field, ownId, SCHOOL, type Source, source, text } from './resources.js';

const number = (part: Sql): Field => ({ sql: part, kind: 'number' });
const instant = (part: Sql): Field => ({ sql: part, kind: 'instant' });
const shownInstant = (part: Sql): Sql => sql`to_char(${part} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const OWN = { id: sql`g.sourced_id`, active: sql`NOT g.deleted`, changed: sql`g.changed_at` };

/** Predicate: the class is in a set of what is active. */
const classThere = (id: Sql): Sql =>
  sql`EXISTS (SELECT FROM directory.published_unit_v1 w WHERE w.id = ${id} AND w.active)`;

export function categories(): Source {
  return source(OWN, {
    uuid: false,
    from: sql`integration.gradebook_category g`,
    fields: { title: text(sql`g.title`), weight: number(sql`g.weight`) },
    columns: sql`g.title, g.weight`,
  });
}

export function scoreScales(): Source {
  return source(OWN, {
    uuid: false,
    from: sql`integration.gradebook_score_scale g`,
    fields: {
      title: text(sql`g.title`),
      type: text(sql`g.type`),
      'class.sourcedId': ownId(sql`g.class_id`),
      'course.sourcedId': text(sql`g.course_id`),
    },
    columns: sql`g.title, g.type, g.class_id AS class, g.course_id AS course, g.scale AS "scoreScaleValue"`,
  });
}

export function lineItems(): Source {
  return source(OWN, {
    uuid: false,
    from: sql`integration.gradebook_line_item g JOIN integration.gradebook_category c ON c.id = g.category_id
      LEFT JOIN integration.gradebook_score_scale k ON k.id = g.score_scale_id CROSS JOIN (SELECT ${SCHOOL} AS id) s`,
    whole: classThere(sql`g.class_id`),
    fields: {
      title: text(sql`g.title`),
      description: text(sql`g.description`),
      assignDate: instant(sql`g.assigned_at`),
      dueDate: instant(sql`g.due_at`),
      resultValueMin: number(sql`g.lowest`),
      resultValueMax: number(sql`g.highest`),
      'class.sourcedId': ownId(sql`g.class_id`),
      'school.sourcedId': ownId(sql`s.id`),
      'category.sourcedId': text(sql`c.sourced_id`),
      'academicSession.sourcedId': ownId(sql`g.term_id`),
      'scoreScale.sourcedId': text(sql`k.sourced_id`),
    },
    columns: sql`g.title, g.description, ${shownInstant(sql`g.assigned_at`)} AS "assignDate", ${shownInstant(sql`g.due_at`)} AS "dueDate",
      g.class_id AS class, s.id AS school, c.sourced_id AS category, g.term_id AS "academicSession", k.sourced_id AS "scoreScale",
      g.lowest AS "resultValueMin", g.highest AS "resultValueMax"`,
  });
}

/** Comments are sealed: neither filtered nor sorted by. */
export function results(): Source {
  return source(OWN, {
    uuid: false,
    personal: 'student',
    from: sql`integration.gradebook_result g JOIN integration.gradebook_line_item l ON l.id = g.line_item_id
      LEFT JOIN integration.gradebook_score_scale k ON k.id = g.score_scale_id`,
    whole: sql`${classThere(sql`l.class_id`)} AND EXISTS (SELECT FROM directory.published_person_v1 w WHERE w.id = g.student_id AND w.active)`,
    fields: {
      scoreStatus: text(sql`g.score_status`),
      score: number(sql`g.score`),
      textScore: text(sql`g.text_score`),
      scoreDate: date(sql`g.score_on`),
      inProgress: text(sql`g.in_progress::text`),
      incomplete: text(sql`g.incomplete::text`),
      late: text(sql`g.late::text`),
      missing: text(sql`g.missing::text`),
      'lineItem.sourcedId': text(sql`l.sourced_id`),
      'student.sourcedId': ownId(sql`g.student_id`),
      'class.sourcedId': ownId(sql`l.class_id`),
      'scoreScale.sourcedId': text(sql`k.sourced_id`),
    },
    columns: sql`g.id AS key, l.sourced_id AS "lineItem", g.student_id AS student, l.class_id AS class, k.sourced_id AS "scoreScale",
      g.score_status AS "scoreStatus", g.score, g.text_score AS "textScore", g.score_on::text AS "scoreDate", g.comment,
      g.in_progress::text AS "inProgress", g.incomplete::text AS incomplete, g.late::text AS late, g.missing::text AS missing`,
  });
}
