import { type Actor, MissingPermission } from '#auth';
import type { Permission } from '#contracts';
import { query, sql, type Sql, type Tx } from '#database';
import { inScope } from '#roster';
import { featureNames } from './feature-names.js';
import { ListedRiskDto } from './risk.dto.js';
import type { RiskModel } from './risk-model.entity.js';
import { shownPart, type StoredPart } from './strongest-parts.js';

const READ: Permission = 'early-warning:risk:read';

/** A score as it is stored. */
export interface StoredRisk {
  modelId: string;
  asOf: string;
  score: number;
  parts: StoredPart[];
}

/** What a list of students needs of their scores: a join, a column, and what to sort by; students without a score come last. */
export interface RiskOfRows {
  join: Sql;
  column: Sql;
  sort: Sql;
}

/** Of the students in `student` whom the actor may see scores of. Throws MissingPermission (403) where a list is sorted by what the actor may not see. */
export function riskOfRows(actor: Actor, student: Sql, today: string, sort: string | undefined): RiskOfRows {
  if (sort?.endsWith('risk') && !actor.can(READ)) throw new MissingPermission(READ);
  const { school, unitIds } = actor.scopeOf(READ);
  return {
    join: sql`LEFT JOIN early_warning.risk_score k ON k.student_id = ${student} AND ${inScope({ school, unitIds }, sql`k.student_id`, today)}`,
    column: sql`CASE WHEN k.student_id IS NOT NULL THEN
      jsonb_build_object('modelId', k.model_id, 'asOf', k.as_of, 'score', k.score, 'parts', k.parts) END`,
    sort: sql`coalesce(k.score, '-Infinity'::float8)`,
  };
}

/** Scores as answers show them, in their order, each with the parts that matter most in words. */
export async function listedRisks(tx: Tx, risks: readonly (StoredRisk | null)[]): Promise<(ListedRiskDto | null)[]> {
  const ids = [...new Set(risks.flatMap((risk) => risk?.modelId ?? []))];
  if (ids.length === 0) return risks.map(() => null);
  const models = await query<Pick<RiskModel, 'id' | 'model' | 'definition'>>(
    tx,
    sql`SELECT id, model, definition FROM early_warning.risk_model WHERE id = ANY(${ids}::uuid[])`,
  );
  const known = new Map(
    await Promise.all(
      models.map(async ({ id, model, definition }) => {
        return [id, { model: model!, names: await featureNames(tx, definition.features) }] as const;
      }),
    ),
  );
  return risks.map((risk) => {
    if (!risk) return null;
    const { modelId, asOf, score, parts } = risk;
    const { model, names } = known.get(modelId)!;
    return Object.assign(new ListedRiskDto(), {
      ...{ modelId, asOf, score },
      parts: parts.map((part) => shownPart(model, part, names)),
    });
  });
}
