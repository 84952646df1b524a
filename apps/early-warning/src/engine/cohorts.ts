import { join, query, sql, type Sql, type Tx } from '#database';
import { inScope } from '#roster';
import type { Cohorts } from '../kernel/features.js';

/** Whose warnings a run or an evaluation is about. */
export interface Population {
  /** Students with a membership in this unit or place on the day; none given: all active students. */
  unitId?: string | undefined;
  /** With `unitId`: also memberships that begin after the day. */
  includeFuture?: boolean | undefined;
  /** Only students of these units today: the scope of whoever asks. */
  scopeUnitIds?: readonly string[] | null | undefined;
}

/** Lanes of the population on a day. A membership that ended by the day does not count. */
export async function populationLanes(tx: Tx, population: Population, asOf: string, today: string): Promise<number[]> {
  const { unitId, includeFuture = false, scopeUnitIds } = population;
  const who = unitId
    ? sql`o.student_id IN (SELECT person_id FROM directory.published_membership_v1
           WHERE unit_id = ${unitId} AND (valid_to IS NULL OR valid_to > ${asOf}) AND (${includeFuture} OR valid_from <= ${asOf}))`
    : sql`o.student_id IN (SELECT id FROM directory.published_student_v1 WHERE active)`;
  const scope = scopeUnitIds ? inScope({ school: false, unitIds: scopeUnitIds }, sql`o.student_id`, today) : sql`TRUE`;
  const rows = await query<{ ordinal: number }>(
    tx,
    sql`SELECT o.ordinal FROM early_warning.student_ordinal o WHERE ${who} AND ${scope} ORDER BY o.ordinal`,
  );
  return rows.map((row) => row.ordinal);
}

export interface CohortTable {
  cohorts: Cohorts;
  /** What a cohort is made of, by its number: ids of units, grade, sex, joined by `+`. */
  ids: string[];
}

/** The cohort of every student on a day, e.g. of `college+grade`. Who lacks a part is in none. */
export async function cohortTable(tx: Tx, name: string, asOf: string, lanes: number): Promise<CohortTable> {
  const parts = name.split('+');
  const kinds = parts.filter((part) => part !== 'grade' && part !== 'sex');
  const columns = parts.map((part): Sql => {
    if (part === 'grade') return sql`s.grade`;
    if (part === 'sex') return sql`s.sex`;
    return sql`max(m.unit_id::text) FILTER (WHERE m.unit_kind = ${part})`;
  });
  const rows = await query<{ ordinal: number; cohort: string | null }>(
    tx,
    sql`SELECT o.ordinal, ${join(columns, " || '+' || ")} AS cohort
          FROM early_warning.student_ordinal o
          JOIN directory.published_student_v1 s ON s.id = o.student_id
          JOIN directory.published_membership_v1 m ON m.person_id = o.student_id
           AND m.unit_kind = ANY(${kinds}::text[]) AND m.valid_from <= ${asOf} AND (m.valid_to IS NULL OR m.valid_to > ${asOf})
         GROUP BY o.ordinal, s.grade, s.sex`,
  );
  const cohorts = new Int32Array(lanes).fill(-1);
  const numbers = new Map<string, number>();
  for (const { ordinal, cohort } of rows) {
    if (cohort === null || ordinal >= lanes) continue;
    if (!numbers.has(cohort)) numbers.set(cohort, numbers.size);
    cohorts[ordinal] = numbers.get(cohort)!;
  }
  return { cohorts, ids: [...numbers.keys()] };
}
