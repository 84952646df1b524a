import { sql } from '#database';
import type { TaskSources } from '../tasks/task-source.js';
import { decidersOf } from './group-leaves.queries.js';

export const groupLeaveTasks: TaskSources = ({ actor, me, today }) => {
  if (!actor.can('affairs:leave:decide')) return [];
  return [
    {
      ...({ kind: 'group-leave', path: '/affairs/v1/group-leaves/' } as const),
      ...{ step: 'decide', name: { zh: '审批集体请假', en: 'Decide on the group leave' } },
      from: sql`affairs.group_leave g`,
      where: [sql`g.status = 'submitted'`, sql`EXISTS (${decidersOf(today, me)})`],
      ...{ id: sql`g.id`, version: sql`g.version`, student: sql`NULL::uuid`, since: sql`g.created_at` },
      title: sql`json_build_object('zh', '集体请假', 'en', 'Group leave')`,
      dueAt: sql`g.starts_at`,
    },
  ];
};
