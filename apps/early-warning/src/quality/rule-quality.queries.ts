import { join, query, sql, type Sql, type Tx } from '#database';
import { DISMISS_REASONS } from '../warnings/warning.entity.js';
import type { RuleQualityDto } from './rule-quality.dto.js';
import type { RuleQualityPolicy } from './rule-quality.policy.js';

export interface QualityQuestion {
  /** Raised from, and before. */
  from: Date;
  until: Date;
  code: string | undefined;
  policy: RuleQualityPolicy;
  /** Predicate over `w.student_id`. */
  scope: Sql;
}

/** Standard normal quantile of a two-sided 95 % interval. */
const Z = 1.959964;

/**
 * Counts are of the warnings raised in the range, whatever became of them since; the precision of late is of what was triaged in
 * the 30 days before its end, the former one of all before that. Versions without a warning in the range are there while in force.
 */
export function qualityOfRules(tx: Tx, question: QualityQuestion): Promise<RuleQualityDto[]> {
  const { from, until, code, policy, scope } = question;
  const reasons = Object.keys(DISMISS_REASONS).map(
    (reason) =>
      sql`jsonb_build_object('reason', ${reason}::text, 'n', count(*) FILTER (WHERE raised AND triage = 'dismissed' AND triage_reason = ${reason}))`,
  );
  const recent = sql`triaged_at >= ${until}::timestamptz - interval '30 days' AND triaged_at < ${until}`;
  const former = sql`triaged_at < ${until}::timestamptz - interval '30 days'`;
  return query<RuleQualityDto>(
    tx,
    sql`WITH counted AS (
          SELECT w.rule_id, w.status, w.created_at, w.triaged_at, w.triage, w.triage_reason,
                 w.created_at >= ${from} AND w.created_at < ${until} AS raised
            FROM early_warning.warning w
           WHERE (w.created_at >= ${from} OR w.triaged_at IS NOT NULL) AND w.created_at < ${until} AND ${scope}
        ), summed AS (
          SELECT rule_id,
                 count(*) FILTER (WHERE raised)::int AS raised,
                 count(*) FILTER (WHERE raised AND triage = 'confirmed')::int AS confirmed,
                 count(*) FILTER (WHERE raised AND triage = 'dismissed')::int AS dismissed,
                 jsonb_build_array(${join(reasons)}) AS reasons,
                 count(*) FILTER (WHERE raised AND status = 'open'
                                    AND created_at < now() - make_interval(days => ${policy.ignoredAfterDays}))::int AS ignored,
                 count(*) FILTER (WHERE raised AND status = 'withdrawn')::int AS withdrawn,
                 percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY extract(epoch FROM triaged_at - created_at) / 3600.0)
                   FILTER (WHERE raised AND triaged_at IS NOT NULL) AS hours,
                 count(*) FILTER (WHERE ${recent}) AS recent,
                 count(*) FILTER (WHERE ${recent} AND triage = 'confirmed') AS recent_confirmed,
                 count(*) FILTER (WHERE ${former}) AS former,
                 count(*) FILTER (WHERE ${former} AND triage = 'confirmed') AS former_confirmed
            FROM counted GROUP BY rule_id
        )
        SELECT r.id AS "ruleId", r.code, r.number, r.state, coalesce(s.raised, 0) AS raised, coalesce(s.confirmed, 0) AS confirmed,
               coalesce(s.dismissed, 0) AS dismissed,
               (SELECT coalesce(jsonb_agg(one), '[]') FROM jsonb_array_elements(s.reasons) AS one WHERE (one ->> 'n')::int > 0) AS "dismissedByReason",
               coalesce(s.ignored, 0) AS ignored, coalesce(s.withdrawn, 0) AS withdrawn,
               s.hours[1]::float8 AS "medianHours", s.hours[2]::float8 AS "p90Hours", p.p AS precision,
               CASE WHEN t.n > 0 THEN jsonb_build_object('low', greatest(0, (p.middle - p.half) / p.scale), 'high', least(1, (p.middle + p.half) / p.scale))
               END AS interval,
               l.recent AS "recentPrecision", l.former AS "formerPrecision",
               coalesce(s.recent >= ${policy.minTriaged} AND s.former >= ${policy.minTriaged}
                        AND s.former_confirmed * s.recent - s.recent_confirmed * s.former > ${policy.drop}::numeric * s.recent * s.former, FALSE) AS flagged
          FROM early_warning.rule r LEFT JOIN summed s ON s.rule_id = r.id
          CROSS JOIN LATERAL (SELECT coalesce(s.confirmed + s.dismissed, 0)::float8 AS n) t
          CROSS JOIN LATERAL (SELECT s.confirmed / nullif(t.n, 0) AS p) q
          CROSS JOIN LATERAL (SELECT q.p, q.p + ${Z}::float8 ^ 2 / (2 * nullif(t.n, 0)) AS middle, 1 + ${Z}::float8 ^ 2 / nullif(t.n, 0) AS scale,
                                     ${Z}::float8 * sqrt(q.p * (1 - q.p) / nullif(t.n, 0) + ${Z}::float8 ^ 2 / (4 * nullif(t.n, 0) ^ 2)) AS half) p
          CROSS JOIN LATERAL (SELECT s.recent_confirmed::float8 / nullif(s.recent, 0) AS recent, s.former_confirmed::float8 / nullif(s.former, 0) AS former) l
         WHERE (r.state = 'published' OR s.raised > 0) AND (${code ?? null}::text IS NULL OR r.code = ${code ?? null})
         ORDER BY r.code, r.number LIMIT 1000`,
  );
}
