import { sql, type Sql } from '#database';
import type { Workflows } from './workflows.js';

/**
 * SQL predicate over a row `s` of `workflow_step` of a case `w`: does it wait for the person at this instant? For their own
 * signature, answer or correction, or for one in the place of somebody absent. The same as `availableActions` offers.
 */
export function awaitsMe(workflows: Workflows, personId: string, at: Date): Sql {
  const own = sql`s.candidates @> ${[personId]}::uuid[]`;
  return sql`(s.state = 'open' AND (s.answering = ${personId}
    OR (s.answering IS NULL AND (${own} OR (${standsIn(workflows, personId, at)})))))`;
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
 * SQL predicate over the id of a subject: was it handed to the person by name, or do they stand in for somebody absent? Whoever was
 * found by a post sees it by the scope of that post, which is as current as the office.
 */
export function subjectIsHandedTo(workflows: Workflows, subject: Sql, personId: string, at: Date): Sql {
  const me = sql`${[personId]}::uuid[]`;
  const byName = sql`s.signer > 0 AND ((s.post IS NULL AND s.candidates @> ${me}) OR (s.also_post IS NULL AND s.also @> ${me}))`;
  const handed = sql`(s.state = 'open' AND (s.answering = ${personId}
    OR (s.answering IS NULL AND ((${byName}) OR (${standsIn(workflows, personId, at)})))))`;
  return subjectOf(workflows, subject, handed);
}

function subjectOf(workflows: Workflows, subject: Sql, which: Sql): Sql {
  return sql`${subject} IN (
    SELECT w.subject_id FROM ${workflows.table('_step')} s JOIN ${workflows.table('')} w ON w.id = s.workflow_id WHERE ${which})`;
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
