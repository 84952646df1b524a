import { query, sql, type Tx } from '#database';

export interface CountedPass {
  passId: string;
  studentId: string;
  buildingId: string;
  direction: 'in' | 'out';
  at: Date;
}

/** Passes of students after an instant, as far as they count today: what was taken back or replaced is not among them. */
export async function passesSince(tx: Tx, studentIds: readonly string[], after: Date): Promise<CountedPass[]> {
  return query<CountedPass>(
    tx,
    sql`SELECT id AS "passId", student_id AS "studentId", building_id AS "buildingId", direction, at
          FROM safety.published_pass_v1 WHERE student_id = ANY(${studentIds}::uuid[]) AND at > ${after}`,
  );
}
