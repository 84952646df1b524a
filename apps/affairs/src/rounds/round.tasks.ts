import { sql } from '#database';
import { inScope, unitInScope } from '#roster';
import type { TaskSource, TaskSources } from '../tasks/task-source.js';

const title = sql`r.content->'title'`;
const none = sql`NULL::timestamptz`;
const entry = {
  ...({ kind: 'round-entry', path: '/affairs/v1/round-entries/' } as const),
  ...{
    from: sql`affairs.round_entry e JOIN affairs.round r ON r.id = e.round_id`,
    id: sql`e.id`,
    version: sql`e.version`,
  },
  ...{ title, student: sql`e.student_id`, since: sql`e.created_at`, dueAt: none },
};

export const roundTasks: TaskSources = ({ actor, me, today }) => {
  const sources: TaskSource[] = [];
  if (actor.can('affairs:round:review')) {
    sources.push(
      {
        ...{ ...entry, step: 'mark', name: { zh: '评委打分', en: 'Give marks' } },
        from: sql`affairs.round_reviewer v JOIN affairs.round r ON r.id = v.round_id JOIN affairs.round_entry e ON e.round_id = r.id`,
        where: [
          sql`v.person_id = ${me} AND r.status = 'review' AND e.status = 'entered' AND e.student_id <> ${me}`,
          sql`EXISTS (SELECT FROM jsonb_array_elements(r.content->'components') c WHERE c->>'from' = 'people' AND NOT EXISTS (
                SELECT FROM affairs.round_mark m WHERE m.entry_id = e.id AND m.component = c->>'code' AND m.reviewer_id = ${me}))`,
        ],
      },
      {
        ...{ ...entry, step: 'class-review', name: { zh: '登记民主评议', en: 'Record the opinion of the class' } },
        where: [
          sql`r.status IN ('open', 'review') AND jsonb_typeof(r.content->'classReview') = 'object'`,
          sql`e.status = 'entered' AND e.student_id <> ${me}`,
          sql`NOT EXISTS (SELECT FROM affairs.round_class_review c WHERE c.entry_id = e.id)`,
          inScope(actor.scopeOf('affairs:round:review'), sql`e.student_id`, today),
        ],
      },
    );
  }
  const scope = actor.scopeOf('affairs:round:decide');
  if (!actor.can('affairs:round:decide')) return sources;
  const decides = unitInScope(scope, sql`r.unit_id`);
  return [
    ...sources,
    {
      ...({ kind: 'round', path: '/affairs/v1/rounds/' } as const),
      ...{ step: 'approve', name: { zh: '审核名单', en: 'Approve the list' }, from: sql`affairs.round r` },
      where: [
        sql`r.status = 'proposed'`,
        sql`CASE WHEN ${decides} THEN cardinality(r.awaits_unit_ids) = 0 AND r.proposed_by IS DISTINCT FROM ${me}
                 ELSE EXISTS (SELECT FROM unnest(r.awaits_unit_ids) c(id) WHERE ${unitInScope(scope, sql`c.id`)}) END`,
      ],
      ...{
        id: sql`r.id`,
        version: sql`r.version`,
        title,
        student: sql`NULL::uuid`,
        since: sql`r.updated_at`,
        dueAt: none,
      },
    },
    {
      ...({ kind: 'round-objection', path: '/affairs/v1/round-objections/' } as const),
      ...{ step: 'decide', name: { zh: '处理异议', en: 'Decide on the objection' } },
      from: sql`affairs.round_objection o JOIN affairs.round r ON r.id = o.round_id`,
      where: [
        sql`o.status = 'open' AND r.status = 'notice' AND o.student_id <> ${me} AND o.raised_by IS DISTINCT FROM ${me}`,
        decides,
      ],
      ...{
        id: sql`o.id`,
        version: sql`o.version`,
        title,
        student: sql`o.student_id`,
        since: sql`o.created_at`,
        dueAt: none,
      },
    },
  ];
};
