import { sql } from '#database';
import type { TaskSource, TaskSources } from '../tasks/task-source.js';
import { keeps } from './bookings.queries.js';

const common = {
  ...({ kind: 'booking', path: '/affairs/v1/bookings/' } as const),
  ...{
    from: sql`affairs.booking b JOIN affairs.bookable k ON k.id = b.bookable_id`,
    id: sql`b.id`,
    version: sql`b.version`,
  },
  ...{ title: sql`json_build_object('zh', k.name, 'en', k.name)`, student: sql`b.student_id` },
};

export const bookingTasks: TaskSources = ({ actor, me, now }) => {
  const sources: TaskSource[] = [];
  if (actor.can('affairs:booking:manage'))
    sources.push({
      ...{ ...common, step: 'answer-appeal', name: { zh: '答复爽约申诉', en: 'Answer the appeal against a no-show' } },
      where: [
        sql`b.status = 'no_show' AND b.appealed_at IS NOT NULL AND b.answered_at IS NULL`,
        keeps(actor, 'affairs:booking:manage'),
      ],
      ...{ since: sql`b.appealed_at`, dueAt: sql`NULL::timestamptz` },
    });
  if (actor.can('affairs:booking:book'))
    sources.push({
      ...{ ...common, step: 'accept', name: { zh: '确认递补', en: 'Accept the place that is offered' } },
      where: [sql`b.status = 'offered' AND b.student_id = ${me} AND b.offered_until > ${now}`],
      ...{ since: sql`b.updated_at`, dueAt: sql`b.offered_until` },
    });
  return sources;
};
