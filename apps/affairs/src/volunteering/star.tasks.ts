import { sql } from '#database';
import { decidedBy } from '../students.queries.js';
import type { TaskSources } from '../tasks/task-source.js';

export const starTasks: TaskSources = ({ actor, me, today }) => {
  if (!actor.can('affairs:volunteering:decide')) return [];
  return [
    {
      ...({ kind: 'star', path: '/affairs/v1/volunteering/stars/' } as const),
      ...{ step: 'answer', name: { zh: '答复公示异议', en: 'Answer the objections' } },
      from: sql`affairs.volunteer_star s`,
      where: [
        sql`s.status = 'notice' AND s.student_id <> ${me}`,
        sql`EXISTS (SELECT FROM affairs.star_objection o WHERE o.star_id = s.id AND o.outcome IS NULL)`,
        decidedBy(actor, 'affairs:volunteering:decide', sql`s.student_id`, sql`s.department_id`, today),
      ],
      ...{ id: sql`s.id`, version: sql`s.version`, student: sql`s.student_id`, since: sql`s.created_at` },
      title: sql`json_build_object('zh', s.stars || ' 星志愿者', 'en', 'Volunteer stars: ' || s.stars)`,
      dueAt: sql`s.notice_until`,
    },
  ];
};
