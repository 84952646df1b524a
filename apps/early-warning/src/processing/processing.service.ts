import { Injectable } from '@nestjs/common';
import { query, sql, type Sql, type Tx } from '#database';
import { Policies } from '#policy';
import { CampusClock } from '#time';
import { DECISIVE } from './choices.js';
import { ProcessingPolicy } from './processing.policy.js';
import type { Chosen, ProcessingKind } from './processing-choice.entity.js';

/** SQL: the latest choice of the student in a column about a kind; null: none was made. */
export function latestChoice(student: Sql, kind: ProcessingKind): Sql {
  return sql`(SELECT c.what FROM early_warning.processing_choice c WHERE c.student_id = ${student} AND c.kind = ${kind}
    ORDER BY c.number DESC LIMIT 1)`;
}

/** Whether a kind of processing may be done with students' data: the one place that every kind asks, each time anew. */
@Injectable()
export class Processing {
  constructor(
    private readonly policies: Policies,
    private readonly clock: CampusClock,
  ) {}

  /** SQL predicate: may the kind be done with data of the student in the column? To be ANDed into a WHERE. */
  async allowed(tx: Tx, kind: ProcessingKind, student: Sql): Promise<Sql> {
    const { value } = await this.policies.at(tx, ProcessingPolicy, this.clock.today());
    const { only, unless } = DECISIVE[value.ruleOf(kind).choice];
    const latest = latestChoice(student, kind);
    if (only) return sql`coalesce(${latest} = ${only}, FALSE)`;
    return unless.length === 0 ? sql`TRUE` : sql`coalesce(${latest} <> ALL(${unless as Chosen[]}::text[]), TRUE)`;
  }

  /** Those of the students with whose data the kind may be done. */
  async allows(tx: Tx, kind: ProcessingKind, studentIds: readonly string[]): Promise<Set<string>> {
    const rows = await query<{ id: string }>(
      tx,
      sql`SELECT s.id FROM unnest(${studentIds}::uuid[]) AS s(id) WHERE ${await this.allowed(tx, kind, sql`s.id`)}`,
    );
    return new Set(rows.map(({ id }) => id));
  }
}
