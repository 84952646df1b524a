import { sql, type Sql } from '#database';
import { holdsOn } from '#roster';
import type { Workflows } from './workflows.js';

/**
 * SQL predicate over a row `s` of `workflow_step` of a case `w`: does it wait for the person at this instant? For their own
 * signature, answer or correction, or for one in the place of somebody absent. The same as `availableActions` offers. For whoever
 * stands in for nobody (`Workflows.standsIn`) a shorter one says the same.
 */
export function awaitsMe(workflows: Workflows, personId: string, at: Date, standingIn = true): Sql {
  const own = sql`s.candidates @> ${[personId]}::uuid[]`;
  const mine = standingIn ? sql`(${own} OR (${standsIn(workflows, personId, at)}))` : own;
  return sql`(s.state = 'open' AND (s.answering = ${personId} OR (s.answering IS NULL AND ${mine})))`;
}

/**
 * SQL predicate over a row `s` that waits for the person: was it handed to them by name, or do they stand in? What waits for them by a
 * post over the subject alone is theirs to see by the scope of that post. The part of `subjectIsHandedTo` that a row can answer by itself.
 */
export function isHandedTo(personId: string): Sql {
  const me = sql`${[personId]}::uuid[]`;
  return sql`(s.answering = ${personId} OR NOT s.candidates @> ${me} OR (${byName(me)}))`;
}

/** SQL over a row `s` of `workflow_step` that waits for the person: the absent one in whose place, or NULL for their own. */
export function absentOf(workflows: Workflows, personId: string, at: Date): Sql {
  return sql`CASE WHEN s.answering IS NULL AND NOT s.candidates @> ${[personId]}::uuid[] THEN
    (SELECT min(c::text)::uuid FROM unnest(s.candidates) c WHERE c = ANY(${absentPeople(workflows, personId, at)})) END`;
}

/** SQL predicate over the id of a subject: does a case of it wait for the person? */
export function subjectAwaits(workflows: Workflows, subject: Sql, personId: string, at: Date): Sql {
  return subjectOf(workflows, subject, awaitsMe(workflows, personId, at));
}

/**
 * SQL predicate over the id of a subject: was it handed to the person by name, do they stand in, or does a unit sign it, or has signed it,
 * over which they hold the post? Whoever was found by a post over the subject sees it by the scope of that post; a post over a named
 * unit reaches no student, so what it signs is all that it shows. Both are as current as the office.
 */
export function subjectIsHandedTo(workflows: Workflows, subject: Sql, personId: string, at: Date): Sql {
  const me = sql`${[personId]}::uuid[]`;
  // The second line says no more than the third: the indexes need it.
  const handed = sql`(s.state = 'open'
    AND (s.answering = ${personId} OR s.candidates @> ${me} OR s.candidates && ${absentPeople(workflows, personId, at)})
    AND (s.answering = ${personId} OR (s.answering IS NULL AND ((${byName(me)}) OR (${standsIn(workflows, personId, at)})))))`;
  return sql`${subject} IN (${subjectsOf(workflows, handed)} UNION ALL ${subjectsOfUnits(workflows, personId, at)})`;
}

/** Whoever the row names as a signer, not found by a post over the subject. */
function byName(me: Sql): Sql {
  return sql`s.signer > 0 AND (((s.post IS NULL OR s.stand_in) AND s.candidates @> ${me})
    OR ((s.also_post IS NULL OR s.also_unit IS NOT NULL) AND s.also @> ${me}))`;
}

/** Subjects with a step that waits for holders of a post over a named unit, or was decided by them, of whom the person is one today. */
function subjectsOfUnits(workflows: Workflows, personId: string, at: Date): Sql {
  return sql`SELECT w.subject_id
      FROM staffing.published_appointment_v1 a JOIN directory.published_unit_v1 u ON u.id = a.unit_id
      JOIN ${workflows.table('_step')} s ON s.named_unit = u.code AND s.post = a.kind
      JOIN ${workflows.table('')} w ON w.id = s.workflow_id
     WHERE a.person_id = ${personId} AND ${holdsOn(sql`a`, workflows.dateOf(at))} AND (s.unit_kind IS NULL OR u.kind = s.unit_kind)
       AND s.state IN ('open', 'approved', 'rejected', 'returned') AND NOT w.own_matter_of @> ${[personId]}::uuid[]`;
}

/** SQL predicate over the id of a subject: is the person asked to sign it, by whichever post, or have they signed it? */
export function subjectIsSignedBy(workflows: Workflows, subject: Sql, personId: string): Sql {
  const asked = sql`s.signer > 0 AND s.state = 'open' AND s.candidates @> ${[personId]}::uuid[]`;
  return subjectOf(workflows, subject, sql`((${asked}) OR s.decided_by = ${personId})`);
}

function subjectOf(workflows: Workflows, subject: Sql, which: Sql): Sql {
  return sql`${subject} IN (${subjectsOf(workflows, which)})`;
}

function subjectsOf(workflows: Workflows, which: Sql): Sql {
  return sql`SELECT w.subject_id FROM ${workflows.table('_step')} s JOIN ${workflows.table('')} w ON w.id = s.workflow_id WHERE ${which}`;
}

/** Nobody stands in for another in their own matter, nor in a step in which they sign themselves. */
function standsIn(workflows: Workflows, personId: string, at: Date): Sql {
  const me = sql`${[personId]}::uuid[]`;
  return sql`s.signer > 0 AND NOT w.own_matter_of @> ${me}
    AND s.candidates && ${absentPeople(workflows, personId, at)}
    AND NOT EXISTS (SELECT FROM ${workflows.table('_step')} o
                     WHERE o.workflow_id = s.workflow_id AND o.visit = s.visit AND o.state <> 'void'
                       AND (o.candidates @> ${me} OR o.decided_by = ${personId}))`;
}

/** For whom the person stands in at an instant. */
function absentPeople(workflows: Workflows, personId: string, at: Date): Sql {
  return sql`ARRAY(SELECT person_id FROM ${workflows.table('_absence')}
                    WHERE stand_in_id = ${personId} AND starts_at <= ${at} AND ends_at > ${at})`;
}
