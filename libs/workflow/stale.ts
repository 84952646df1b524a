import { sql, type Sql } from '#database';
import { holdsOn, unitsAbove } from '#roster';

/** SQL predicate over a case `w`, with the table of its steps: may its open signers be others on `date`? Those who were added by escalation make it so. */
export function mayBeStale(steps: Sql, date: string): Sql {
  const held = sql`a.kind = s.post AND a.person_id <> ALL(w.own_matter_of) AND ${holdsOn(sql`a`, date)}`;
  const holders = sql`ARRAY(SELECT a.person_id FROM staffing.published_appointment_v1 a
      JOIN directory.published_membership_v1 m ON m.unit_id = a.unit_id
     WHERE NOT s.over_unit AND s.named_unit IS NULL AND m.person_id = w.person_id AND (s.unit_kind IS NULL OR m.unit_kind = s.unit_kind)
       AND ${held} AND ${holdsOn(sql`m`, date)}
    UNION
    SELECT a.person_id FROM staffing.published_appointment_v1 a JOIN directory.published_unit_v1 u ON u.id = a.unit_id
     WHERE s.over_unit AND a.unit_id IN (${unitsAbove(sql`w.unit_id`)}) AND (s.unit_kind IS NULL OR u.kind = s.unit_kind)
       AND ${held}
    UNION
    SELECT a.person_id FROM staffing.published_appointment_v1 a JOIN directory.published_unit_v1 u ON u.id = a.unit_id
     WHERE u.code = s.named_unit AND (s.unit_kind IS NULL OR u.kind = s.unit_kind) AND ${held} ORDER BY 1)`;
  const left = sql`EXISTS (SELECT FROM unnest(s.candidates) c WHERE c NOT IN (SELECT id FROM directory.published_person_v1 WHERE active))`;
  return sql`w.status = 'running' AND NOT w.suspended AND EXISTS (
    SELECT FROM ${steps} s WHERE s.workflow_id = w.id AND s.state IN ('open', 'waiting')
       AND CASE WHEN s.also <> '{}' THEN TRUE
                WHEN s.post IS NULL THEN ${left}
                WHEN s.stand_in THEN ${holders} <> '{}' OR ${left}
                WHEN s.apart THEN NOT s.candidates <@ ${holders}
                ELSE s.candidates <> ${holders} END)`;
}
