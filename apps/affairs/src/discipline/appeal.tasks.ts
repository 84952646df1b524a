import { sql } from '#database';
import type { TaskSources } from '../tasks/task-source.js';

export const appealTasks: TaskSources = ({ actor, me, timeZone }) => {
  if (!actor.scopeOf('affairs:sanction-appeal:decide').school) return [];
  return [
    {
      ...({ kind: 'sanction-appeal', path: '/affairs/v1/sanction-appeals/' } as const),
      ...{ step: 'decide', name: { zh: '作出复查结论', en: 'Decide on the appeal' } },
      from: sql`affairs.sanction_appeal a`,
      where: [
        sql`a.status = 'waiting' AND a.recorded_by IS DISTINCT FROM ${me}`,
        sql`NOT EXISTS (SELECT FROM affairs.sanction_appeal_opinion o WHERE o.appeal_id = a.id AND o.member_id = ${me})`,
      ],
      ...{ id: sql`a.id`, version: sql`a.version`, student: sql`a.student_id`, since: sql`a.created_at` },
      title: sql`json_build_object('zh', '处分申诉', 'en', 'Appeal against a sanction')`,
      dueAt: sql`((a.due_on + 1)::timestamp AT TIME ZONE ${timeZone})`,
    },
  ];
};
