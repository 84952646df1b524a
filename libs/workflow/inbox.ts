import { sql, type Sql } from '#database';
import type { Workflows } from './workflows.js';

/**
 * SQL predicate over a row `s` of `workflow_step` of a case `w`: does it wait for the person at this instant? For their own
 * signature, answer or correction, or for one in the place of somebody absent. The same as `availableActions` offers.
 */
export function awaitsMe(workflows: Workflows, personId: string, at: Date): Sql {
  const me = sql`${[personId]}::uuid[]`;
  const absent = sql`ARRAY(SELECT person_id FROM ${workflows.table('_absence')}
     WHERE stand_in_id = ${personId} AND starts_at <= ${at} AND ends_at > ${at})`;
  // Nobody stands in for another in their own matter, nor in a step in which they sign themselves.
  const standsIn = sql`s.candidates && ${absent} AND s.signer > 0 AND NOT w.own_matter_of @> ${me}
    AND NOT EXISTS (SELECT FROM ${workflows.table('_step')} o
                     WHERE o.workflow_id = s.workflow_id AND o.visit = s.visit AND o.state <> 'void'
                       AND (o.candidates @> ${me} OR o.decided_by = ${personId}))`;
  return sql`(s.state = 'open' AND (s.answering = ${personId}
    OR (s.answering IS NULL AND (s.candidates @> ${me} OR (${standsIn})))))`;
}

/** SQL predicate over the id of a subject: does a case of it wait for the person? */
export function subjectAwaits(workflows: Workflows, subject: Sql, personId: string, at: Date): Sql {
  return sql`${subject} IN (
    SELECT w.subject_id FROM ${workflows.table('_step')} s JOIN ${workflows.table('')} w ON w.id = s.workflow_id
     WHERE ${awaitsMe(workflows, personId, at)})`;
}
