import type { Tx } from '#database';
import { query, sql } from '#database';
import { Invalid } from '#problems';
import { checkRule, type Rule } from '#rule-language';
import { metricCatalogue } from '../metrics/metrics.service.js';
import type { Match } from './resource.entity.js';
import { MetricRefused } from './resources.problems.js';

/** Domains of metrics whose data is of class 4: psychology, and hardship, which aid tells of. */
const CLASS_4_DOMAINS = ['psychology', 'aid'];

/** A rule that holds for whom the resource fits; nothing is concluded of students of whom too little is known. */
export function ruleOf({ features, when, students }: Match): Rule {
  const title = { zh: '资源的匹配条件', en: 'Whom a resource fits' };
  return {
    ...{ id: 'resource.match', title, features, level: 'blue', reason: title },
    ...(when && { when }),
    ...(students && { students }),
  };
}

/** Throws Invalid with pointers below `#/match`, MetricRefused (422) for data that drives no match. */
export async function checkMatch(tx: Tx, match: Match, max: number): Promise<void> {
  const errors = checkRule(ruleOf(match), await metricCatalogue(tx));
  if (errors.length > 0)
    throw new Invalid({
      errors: errors.map((error) => ({ ...error, pointer: error.pointer.replace('#', '#/match') })),
    });
  await refuseSensitive(tx, match.features, '#/match/features', max);
}

/** Throws MetricRefused (422) where a feature rests on data that drives no match and no comparison; `at`: where the features are. */
export async function refuseSensitive(tx: Tx, features: Rule['features'], at: string, max: number): Promise<void> {
  const metrics = Object.values(features).map(({ metric }) => metric);
  const rows = await query<{ code: string }>(
    tx,
    sql`SELECT code FROM early_warning.metric
         WHERE code = ANY(${metrics}::text[]) AND (domain = ANY(${CLASS_4_DOMAINS}::text[]) OR sensitivity > ${max})`,
  );
  const refused = new Set(rows.map(({ code }) => code));
  for (const [name, { metric }] of Object.entries(features))
    if (refused.has(metric)) throw new MetricRefused({ pointer: `${at}/${name}/metric`, params: { metric, max } });
}
