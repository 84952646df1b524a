import { sql } from '#database';
import type { TaskSources } from '../tasks/task-source.js';
import { manages } from './work-study.queries.js';

const common = {
  title: sql`json_build_object('zh', p.title, 'en', p.title)`,
  dueAt: sql`NULL::timestamptz`,
};

export const workStudyTasks: TaskSources = ({ actor, now }) => {
  if (!actor.can('affairs:work-study:manage')) return [];
  return [
    {
      ...({ ...common, kind: 'work-study-application', path: '/affairs/v1/work-study-applications/' } as const),
      ...{ step: 'assign', name: { zh: '是否录用', en: 'Give the post, or decline' } },
      from: sql`affairs.work_study_application a JOIN affairs.work_study_post p ON p.id = a.post_id`,
      where: [sql`a.status = 'submitted'`, manages(actor)],
      ...{ id: sql`a.id`, version: sql`a.version`, student: sql`a.student_id`, since: sql`a.asked_at` },
    },
    {
      ...({ ...common, kind: 'work-study-shift', path: '/affairs/v1/work-study-shifts/' } as const),
      ...{ step: 'confirm', name: { zh: '核定工时', en: 'Confirm the hours' } },
      from: sql`affairs.work_study_shift s JOIN affairs.work_study_post p ON p.id = s.post_id`,
      where: [sql`s.status = 'booked' AND s.ends_at <= ${now}`, manages(actor)],
      ...{ id: sql`s.id`, version: sql`s.version`, student: sql`s.student_id`, since: sql`s.ends_at` },
    },
  ];
};
