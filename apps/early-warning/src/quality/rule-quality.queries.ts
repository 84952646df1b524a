import { join, query, sql, type Sql, type Tx } from '#database';
import { DISMISS_REASONS } from '../warnings/warning.entity.js';
import { MAX_QUALITIES, type QualityOfCodeDto, type RuleQualityDto } from './rule-quality.dto.js';
import type { RuleQualityPolicy } from './rule-quality.policy.js';

export interface QualityQuestion {
  /** Raised from, and before. */
  from: Date;
  until: Date;
  now: Date;
  code: string | undefined;
  policy: RuleQualityPolicy;
  /** Predicate over `w.student_id`. */
  scope: Sql;
}

/** Standard normal quantile of a two-sided 95 % interval. */
const Z = 1.959964;

/**
 * `summed`: what became of the warnings, by `rule_id` (version) or `rule_code`. Counts are of the warnings raised in the
 * range, whatever became of them since; the precision of late is of what was triaged in the 30 days before its end, the former one of
 * all before that. What people knew already says nothing of whether the rule was right. A reopened warning is open since then.
 */
function summed(by: Sql, { from, until, now, code, policy, scope }: QualityQuestion): Sql {
  const reasons = Object.keys(DISMISS_REASONS).map(
    (reason) =>
      sql`jsonb_build_object('reason', ${reason}::text, 'n', count(*) FILTER (WHERE raised AND triage = 'dismissed' AND triage_reason = ${reason}))`,
  );
  const recent = sql`judged AND triaged_at >= ${until}::timestamptz - interval '30 days' AND triaged_at < ${until}`;
  const former = sql`judged AND triaged_at < ${until}::timestamptz - interval '30 days'`;
  return sql`WITH counted AS (
      SELECT w.rule_code, w.rule_id, w.status, w.triaged_at, w.triage, w.triage_reason,
             w.created_at >= ${from} AND w.created_at < ${until} AS raised,
             w.triage IS NOT NULL AND w.triage_reason IS DISTINCT FROM 'already_known' AS judged,
             CASE WHEN w.history @> '[{"what":"reopened"}]'
                  THEN (SELECT max((e ->> 'at')::timestamptz) FROM jsonb_array_elements(w.history) AS e WHERE e ->> 'what' = 'reopened')
                  ELSE w.created_at END AS since
        FROM early_warning.warning w
       WHERE (w.created_at >= ${from} OR w.triaged_at IS NOT NULL) AND w.created_at < ${until} AND ${scope}
         AND (${code ?? null}::text IS NULL OR w.rule_code = ${code ?? null})
    ), summed AS (
      SELECT ${by},
             count(*) FILTER (WHERE raised)::int AS raised,
             count(*) FILTER (WHERE raised AND triage = 'confirmed')::int AS confirmed,
             count(*) FILTER (WHERE raised AND triage = 'dismissed')::int AS dismissed,
             count(*) FILTER (WHERE raised AND judged) AS judged,
             jsonb_build_array(${join(reasons)}) AS reasons,
             count(*) FILTER (WHERE raised AND status = 'open' AND since < ${now}::timestamptz - make_interval(days => ${policy.ignoredAfterDays}))::int AS ignored,
             count(*) FILTER (WHERE raised AND status = 'withdrawn')::int AS withdrawn,
             percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY extract(epoch FROM triaged_at - since) / 3600.0)
               FILTER (WHERE raised AND triaged_at IS NOT NULL) AS hours,
             count(*) FILTER (WHERE ${recent}) AS recent,
             count(*) FILTER (WHERE ${recent} AND triage = 'confirmed') AS recent_confirmed,
             count(*) FILTER (WHERE ${former}) AS former,
             count(*) FILTER (WHERE ${former} AND triage = 'confirmed') AS former_confirmed
        FROM counted GROUP BY ${by}
    )`;
}

/** Of a row `s` of `summed`. */
const COUNTS = sql`coalesce(s.raised, 0) AS raised, coalesce(s.confirmed, 0) AS confirmed, coalesce(s.dismissed, 0) AS dismissed,
  (SELECT coalesce(jsonb_agg(one), '[]') FROM jsonb_array_elements(s.reasons) AS one WHERE (one ->> 'n')::int > 0) AS "dismissedByReason",
  coalesce(s.ignored, 0) AS ignored, coalesce(s.withdrawn, 0) AS withdrawn,
  s.hours[1]::float8 AS "medianHours", s.hours[2]::float8 AS "p90Hours", p.p AS precision,
  CASE WHEN t.n > 0 THEN jsonb_build_object('low', greatest(0, (p.middle - p.half) / p.scale), 'high', least(1, (p.middle + p.half) / p.scale))
  END AS interval`;

/** What COUNTS needs beside `s`. */
const PRECISION = sql`CROSS JOIN LATERAL (SELECT coalesce(s.judged, 0)::float8 AS n) t
  CROSS JOIN LATERAL (SELECT s.confirmed / nullif(t.n, 0) AS p) q
  CROSS JOIN LATERAL (SELECT q.p, q.p + ${Z}::float8 ^ 2 / (2 * nullif(t.n, 0)) AS middle, 1 + ${Z}::float8 ^ 2 / nullif(t.n, 0) AS scale,
                             ${Z}::float8 * sqrt(q.p * (1 - q.p) / nullif(t.n, 0) + ${Z}::float8 ^ 2 / (4 * nullif(t.n, 0) ^ 2)) AS half) p`;

/**
 * Version by version, those in force first, then by warnings raised. A version of which too little was triaged before is compared with
 * what was triaged of the versions before it as well. Versions without a warning in the range are there while in force.
 */
export function qualityOfVersions(tx: Tx, question: QualityQuestion): Promise<RuleQualityDto[]> {
  const { code, policy } = question;
  return query<RuleQualityDto>(
    tx,
    sql`${summed(sql`rule_id`, question)}
        SELECT r.id AS "ruleId", r.code, r.number, r.state, ${COUNTS},
               s.recent_confirmed::float8 / nullif(s.recent, 0) AS "recentPrecision", f.confirmed::float8 / nullif(f.n, 0) AS "formerPrecision",
               coalesce(s.recent >= ${policy.minTriaged} AND f.n >= ${policy.minTriaged}
                        AND f.confirmed * s.recent - s.recent_confirmed * f.n > ${policy.drop}::numeric * s.recent * f.n, FALSE) AS flagged
          FROM early_warning.rule r LEFT JOIN summed s ON s.rule_id = r.id ${PRECISION}
          CROSS JOIN LATERAL (
            SELECT coalesce(sum(o.recent + o.former), 0) AS n, coalesce(sum(o.recent_confirmed + o.former_confirmed), 0) AS confirmed
              FROM early_warning.rule b JOIN summed o ON o.rule_id = b.id
             WHERE b.code = r.code AND b.number < r.number AND coalesce(s.former, 0) < ${policy.minTriaged}) b
          CROSS JOIN LATERAL (SELECT coalesce(s.former, 0) + b.n AS n, coalesce(s.former_confirmed, 0) + b.confirmed AS confirmed) f
         WHERE (r.state = 'published' OR s.raised > 0) AND (${code ?? null}::text IS NULL OR r.code = ${code ?? null})
         ORDER BY r.state = 'published' DESC, raised DESC, r.code, r.number LIMIT ${MAX_QUALITIES}`,
  );
}

/** All versions of a code together, of the codes with a warning raised in the range; most warnings first. */
export function qualityOfCodes(tx: Tx, question: QualityQuestion): Promise<QualityOfCodeDto[]> {
  return query<QualityOfCodeDto>(
    tx,
    sql`${summed(sql`rule_code`, question)}
        SELECT s.rule_code AS code, ${COUNTS} FROM summed s ${PRECISION}
         WHERE s.raised > 0 ORDER BY s.raised DESC, s.rule_code LIMIT ${MAX_QUALITIES}`,
  );
}
