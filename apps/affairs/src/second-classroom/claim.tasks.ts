import { sql } from '#database';
import type { TaskSource, TaskSources } from '../tasks/task-source.js';
import { confirmed, reviewed } from './claims.queries.js';

const common = {
  ...({ kind: 'claim', path: '/affairs/v1/second-classroom/claims/' } as const),
  ...{
    from: sql`affairs.second_classroom_claim c`,
    id: sql`c.id`,
    version: sql`c.version`,
    student: sql`c.student_id`,
  },
  // What the student wrote is sealed.
  title: sql`json_build_object('zh', '第二课堂申报', 'en', 'Claim of the second classroom')`,
  ...{ since: sql`c.created_at`, dueAt: sql`NULL::timestamptz` },
};

export const claimTasks: TaskSources = ({ actor, me, now, today }) => {
  const sources: TaskSource[] = [];
  // Nobody decides on their own matter.
  const others = sql`c.student_id <> ${me}`;
  if (actor.can('affairs:second-classroom:review'))
    sources.push({
      ...{ ...common, step: 'review', name: { zh: '学院审核', en: 'Review it for the college' } },
      where: [sql`c.status = 'submitted'`, others, reviewed(actor, today)],
    });
  if (actor.can('affairs:second-classroom:confirm'))
    sources.push({
      ...{ ...common, step: 'confirm', name: { zh: '公示后确认', en: 'Confirm it after the notice' } },
      where: [
        sql`c.status = 'notice' AND c.notice_until <= ${now} AND c.reviewed_by IS DISTINCT FROM ${me}`,
        others,
        confirmed(actor, today),
      ],
      since: sql`c.notice_until`,
    });
  if (actor.can('affairs:second-classroom:claim'))
    sources.push({
      ...{ ...common, step: 'change', name: { zh: '补充后重新提交', en: 'Change it and submit it again' } },
      where: [sql`c.status = 'returned' AND c.student_id = ${me}`],
    });
  return sources;
};
