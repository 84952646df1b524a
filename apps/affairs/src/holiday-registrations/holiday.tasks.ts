import { sql } from '#database';
import { inScope } from '#roster';
import type { TaskSource, TaskSources } from '../tasks/task-source.js';
import { overdue } from './holiday.queries.js';

const common = {
  ...({ kind: 'holiday-registration', path: '/affairs/v1/holiday-registrations/' } as const),
  ...{ from: sql`affairs.holiday_registration r JOIN affairs.holiday_campaign l ON l.id = r.campaign_id` },
  ...{ id: sql`r.id`, version: sql`r.version`, title: sql`l.title`, student: sql`r.student_id` },
};
const open = sql`l.status = 'open'`;

export const holidayTasks: TaskSources = ({ actor, me, today, now }) => {
  const sources: TaskSource[] = [];
  if (actor.can('affairs:holiday-registration:decide')) {
    const keeps = [
      inScope(actor.scopeOf('affairs:holiday-registration:decide'), sql`r.student_id`, today),
      sql`r.student_id <> ${me}`,
    ];
    sources.push(
      {
        ...{ ...common, step: 'decide', name: { zh: '审核去向登记', en: 'Agree to where the student will be' } },
        where: [open, sql`r.status = 'submitted'`, ...keeps],
        ...{ since: sql`r.updated_at`, dueAt: sql`coalesce(r.leaves_at, l.starts_at)` },
      },
      {
        ...{
          ...common,
          step: 'check-return',
          name: { zh: '核实逾期未返校', en: 'Find out whether the student is back' },
        },
        where: [open, overdue(now), ...keeps],
        ...{ since: sql`l.ends_at`, dueAt: sql`l.ends_at` },
      },
    );
  }
  if (actor.scopeOf('affairs:holiday-registration:submit').personId === me)
    sources.push({
      ...{ ...common, step: 'report-return', name: { zh: '报告返校', en: 'Report the return' } },
      where: [
        open,
        sql`r.student_id = ${me} AND r.status = 'approved' AND r.away AND r.returned_at IS NULL AND r.returns_at <= ${now}`,
      ],
      ...{ since: sql`r.returns_at`, dueAt: sql`l.ends_at` },
    });
  return sources;
};
