import { sql } from '#database';
import { inScope } from '#roster';
import type { TaskSource, TaskSources } from '../tasks/task-source.js';
import { signs, signScope } from './clearances.queries.js';
import { OPEN_STATES } from './sign-off.entity.js';

export const clearanceTasks: TaskSources = ({ actor, me, today, timeZone }) => {
  const common = {
    ...({ kind: 'clearance-sign-off', path: '/affairs/v1/clearance-sign-offs/' } as const),
    from: sql`affairs.clearance_sign_off s JOIN affairs.clearance_list l ON l.id = s.list_id
      JOIN affairs.clearance c ON c.id = s.clearance_id AND c.left_on IS NULL
      CROSS JOIN LATERAL (SELECT e FROM jsonb_array_elements(l.entries) e WHERE e->>'code' = s.entry LIMIT 1) x`,
    ...{ id: sql`s.id`, version: sql`s.version`, title: sql`x.e->'title'`, student: sql`s.student_id` },
    ...{ since: sql`s.created_at`, dueAt: sql`((l.to_date + 1)::timestamp AT TIME ZONE ${timeZone})` },
  };
  const open = sql`l.status = 'open'`;
  const sources: TaskSource[] = [];
  const scope = signScope(actor);
  if (scope.unitIds.length > 0)
    sources.push({
      ...{ ...common, step: 'sign', name: { zh: '本部门办理', en: 'Sign it off' } },
      where: [
        open,
        sql`s.state IN ('waiting', 'evidence_given') AND NOT coalesce((x.e->>'automatic')::boolean, FALSE)`,
        sql`(x.e->>'evidence' = 'none' OR s.evidence_at IS NOT NULL)`,
        sql`NOT EXISTS (SELECT FROM affairs.clearance_sign_off o WHERE o.clearance_id = s.clearance_id
              AND o.entry IN (SELECT jsonb_array_elements_text(x.e->'after')) AND o.state = ANY(${[...OPEN_STATES]}::text[]))`,
        signs(scope),
      ],
      since: sql`coalesce(s.evidence_at, s.created_at)`,
    });
  if (actor.can('affairs:clearance:defer'))
    sources.push({
      ...{ ...common, step: 'deferral', name: { zh: '答复缓办申请', en: 'Answer the request for a deferral' } },
      where: [
        sql`${open} AND s.deferral_asked_at IS NOT NULL`,
        inScope(actor.scopeOf('affairs:clearance:defer'), sql`s.student_id`, today),
      ],
      since: sql`s.deferral_asked_at`,
    });
  if (actor.scopeOf('affairs:clearance:answer').personId === me)
    sources.push({
      ...{ ...common, step: 'evidence', name: { zh: '提交材料', en: 'Hand in what is asked for' } },
      where: [
        sql`${open} AND s.student_id = ${me} AND s.state IN ('waiting', 'refused') AND x.e->>'evidence' <> 'none'`,
        sql`${today}::date BETWEEN l.from_date AND l.to_date`,
      ],
    });
  return sources;
};
