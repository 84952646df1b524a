import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import type { Permission } from '#contracts';
import { Database, query, queryOne, sql, type Tx } from '#database';
import { NotFound } from '#problems';
import { reaches } from '#roster';
import { addDays, CampusClock } from '#time';
import { Engine } from '../engine/engine.js';
import { Questions } from '../evaluations/questions.js';
import { scoresOf } from './model/model.js';
import { RiskObjectionDto } from './risk.dto.js';
import { RiskModel } from './risk-model.entity.js';
import { columnsOf } from './snapshots.js';
import { strongestParts } from './strongest-parts.js';

const OBJECT: Permission = 'early-warning:risk:object';

/** Scores by which lists may be ordered, and students who do not want to be scored. A score decides nothing. */
@Injectable()
export class RiskScores {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
    private readonly engine: Engine,
    private readonly questions: Questions,
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
           WHERE o.student_id IS NOT NULL AND NOT EXISTS (SELECT FROM early_warning.risk_objection n WHERE n.student_id = o.student_id)`,
    );
  }

  async objection(actor: Actor): Promise<RiskObjectionDto> {
    return objectionOf(this.database.connection, await this.self(this.database.connection, actor));
  }

  /** From now on the student has no score, and no model learns from them. */
  object(actor: Actor): Promise<RiskObjectionDto> {
    return this.database.transaction(actor, async (tx) => {
      const id = await this.self(tx, actor);
      // Whoever is scoring must not write what is deleted here.
      await lockModelInUse(tx);
      await query(
        tx,
        sql`INSERT INTO early_warning.risk_objection (student_id, since) VALUES (${id}, ${this.clock.now()}) ON CONFLICT DO NOTHING`,
      );
      await query(tx, sql`DELETE FROM early_warning.risk_score WHERE student_id = ${id}`);
      await audit(tx, actor, { action: 'early-warning.risk.objected', subject: { kind: 'student', id } });
      return objectionOf(tx, id);
    });
  }

  /** The next scoring is the first that has a score again. */
  takeBack(actor: Actor): Promise<RiskObjectionDto> {
    return this.database.transaction(actor, async (tx) => {
      const id = await this.self(tx, actor);
      await query(tx, sql`DELETE FROM early_warning.risk_objection WHERE student_id = ${id}`);
      await audit(tx, actor, { action: 'early-warning.risk.objection-taken-back', subject: { kind: 'student', id } });
      return objectionOf(tx, id);
    });
  }

  private async self(tx: Tx, actor: Actor): Promise<string> {
    const { personId } = actor;
    const own = personId !== undefined && (await reaches(tx, actor.scopeOf(OBJECT), personId, this.clock.today()));
    if (!own) throw new NotFound({ what: 'student' });
    return personId;
  }
}

/** One who changes which model is in use, or scores by it, waits for the other. */
export async function lockModelInUse(tx: Tx): Promise<void> {
  await query(tx, sql`SELECT pg_advisory_xact_lock(hashtext('early-warning risk model in use'))`);
}

export async function forgetScores(tx: Tx): Promise<void> {
  await query(tx, sql`DELETE FROM early_warning.risk_score`);
}

export async function objectsToRisk(tx: Tx, studentId: string): Promise<boolean> {
  return (await objectionOf(tx, studentId)).objects;
}

/** What the model in use said of a student, and that they objected. */
export async function eraseRisk(tx: Tx, studentId: string): Promise<void> {
  await query(tx, sql`DELETE FROM early_warning.risk_score WHERE student_id = ${studentId}`);
  await query(tx, sql`DELETE FROM early_warning.risk_objection WHERE student_id = ${studentId}`);
}

async function objectionOf(tx: Tx, studentId: string): Promise<RiskObjectionDto> {
  const row = await queryOne<{ since: Date }>(
    tx,
    sql`SELECT since FROM early_warning.risk_objection WHERE student_id = ${studentId}`,
  );
  return Object.assign(new RiskObjectionDto(), { objects: row !== undefined, since: row?.since ?? null });
}
