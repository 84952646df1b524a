import { Injectable } from '@nestjs/common';
import { query, sql, type Tx } from '#database';
import { addDays, CampusClock } from '#time';
import { Engine } from '../engine/engine.js';
import { Questions } from '../evaluations/questions.js';
import { Processing } from '../processing/processing.service.js';
import { scoresOf } from './model/model.js';
import { RiskModel } from './risk-model.entity.js';
import { columnsOf } from './snapshots.js';
import { strongestParts } from './strongest-parts.js';

/** Scores by which lists may be ordered. A score decides nothing. */
@Injectable()
export class RiskScores {
  constructor(
    private readonly clock: CampusClock,
    private readonly engine: Engine,
    private readonly questions: Questions,
    private readonly processing: Processing,
  ) {}

  /** Scores every student by the model in use as of yesterday, in place of the scores before. */
  async score(tx: Tx): Promise<void> {
    await lockModelInUse(tx);
    const model = await tx.findOneBy(RiskModel, { state: 'active' });
    await forgetScores(tx);
    if (!model) return;
    const asOf = addDays(this.clock.today(), -1);
    const { lanes, columns } = await this.questions.ask((read) =>
      columnsOf(read, this.engine, model.definition.features, asOf),
    );
    if (lanes.length === 0) return;
    const scores = [...scoresOf(model.model!, columns)];
    const parts = strongestParts(model.model!, columns).map((of) => JSON.stringify(of));
    await query(
      tx,
      sql`INSERT INTO early_warning.risk_score (student_id, model_id, as_of, score, parts)
          SELECT o.student_id, ${model.id}, ${asOf}, w.score, w.parts::jsonb
            FROM unnest(${lanes}::int[], ${scores}::float8[], ${parts}::text[]) AS w(ordinal, score, parts)
            JOIN early_warning.student_ordinal o ON o.ordinal = w.ordinal
           WHERE o.student_id IS NOT NULL AND ${await this.processing.allowed(tx, 'risk', sql`o.student_id`)}`,
    );
  }

  /** Whoever objects has no score from then on. */
  async forget(tx: Tx, studentId: string): Promise<void> {
    // Whoever is scoring must not write what is deleted here.
    await lockModelInUse(tx);
    if (!(await this.processing.allows(tx, 'risk', [studentId])).has(studentId)) await eraseRisk(tx, studentId);
  }
}

/** One who changes which model is in use, or scores by it, waits for the other. */
export async function lockModelInUse(tx: Tx): Promise<void> {
  await query(tx, sql`SELECT pg_advisory_xact_lock(hashtext('early-warning risk model in use'))`);
}

export async function forgetScores(tx: Tx): Promise<void> {
  await query(tx, sql`DELETE FROM early_warning.risk_score`);
}

/** What the model in use said of a student. */
export async function eraseRisk(tx: Tx, studentId: string): Promise<void> {
  await query(tx, sql`DELETE FROM early_warning.risk_score WHERE student_id = ${studentId}`);
}
