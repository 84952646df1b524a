import { sql } from '#database';
import { unitInScope } from '#roster';
import type { TaskSource, TaskSources } from '../tasks/task-source.js';

const common = {
  ...({ kind: 'ticket', path: '/affairs/v1/tickets/' } as const),
  ...{ from: sql`affairs.ticket t`, id: sql`t.id`, version: sql`t.version`, since: sql`t.reported_at` },
  title: sql`json_build_object('zh', '工单：' || t.kind, 'en', 'Ticket: ' || t.kind)`,
  student: sql`CASE WHEN t.anonymous THEN NULL ELSE t.student_id END`,
};
/** The deadline that runs: see `Ticket.dueAt`. */
const DUE = sql`CASE WHEN t.answered_at IS NULL AND t.answer_due_at <= t.done_due_at THEN t.answer_due_at ELSE t.done_due_at END`;

export const ticketTasks: TaskSources = ({ actor, me }) => {
  const sources: TaskSource[] = [];
  if (actor.can('affairs:ticket:handle')) {
    const handled = unitInScope(actor.scopeOf('affairs:ticket:handle'), sql`t.unit_id`);
    sources.push(
      {
        ...{ ...common, step: 'take', name: { zh: '受理', en: 'Take it' }, dueAt: DUE },
        where: [sql`t.status = 'open'`, handled],
      },
      {
        ...{ ...common, step: 'answer', name: { zh: '办理', en: 'Deal with it' }, dueAt: DUE },
        where: [sql`t.status = 'assigned' AND t.assignee_id = ${me}`, handled],
      },
    );
  }
  if (actor.can('affairs:ticket:report')) {
    const own = sql`t.student_id = ${me}`;
    const none = sql`NULL::timestamptz`;
    sources.push(
      {
        ...{ ...common, step: 'message', name: { zh: '补充说明', en: 'Say more' }, dueAt: none },
        where: [sql`t.status = 'waiting'`, own],
        since: sql`t.waiting_since`,
      },
      {
        ...{ ...common, step: 'confirm', name: { zh: '确认已办结', en: 'Say whether it is done' }, dueAt: none },
        where: [sql`t.status = 'done'`, own],
        since: sql`t.done_at`,
      },
    );
  }
  return sources;
};
