import { query, sql, type Tx } from '#database';
import type { SanctionKind } from './sanction.entity.js';

export interface OpenSanction {
  studentId: string;
  kind: SanctionKind;
  decidedOn: string;
}

/**
 * Sanctions of students that are in force on a day (YYYY-MM-DD): delivered by then, and not revoked, not lifted by then, nor their term
 * over. An appeal that is not decided leaves them in force.
 */
export async function openSanctionsOf(tx: Tx, studentIds: readonly string[], on: string): Promise<OpenSanction[]> {
  return query(
    tx,
    sql`SELECT student_id AS "studentId", kind, decided_on::text AS "decidedOn" FROM affairs.sanction
         WHERE student_id = ANY(${studentIds}::uuid[]) AND delivered_on <= ${on} AND (until IS NULL OR until > ${on})
           AND (ended IS NULL OR ended = 'lifted' AND ended_on > ${on})
         ORDER BY student_id, decided_on, id`,
  );
}
