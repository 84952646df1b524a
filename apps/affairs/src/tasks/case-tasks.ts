import { sql } from '#database';
import { anyOf } from '#http';
import { inScope } from '#roster';
import { absentOf, awaitsMe, isHandedTo, type Workflows } from '#workflow';
import { ITEM_FLOWS } from '../catalogue/item-flow.js';
import type { TaskAsker, TaskKind, TaskSource } from './task-source.js';
import type { TasksQuery } from './tasks.dto.js';

/**
 * Cases that wait for somebody, leaves and applications: one source, as what waits for a person is looked up once. `standingIn`: they stand
 * in for somebody, which most do not.
 */
export function caseTasks(
  { actor, me, now, today }: TaskAsker,
  workflows: Workflows,
  standingIn: boolean,
  { item: items, subjectKind: kinds }: Pick<TasksQuery, 'item' | 'subjectKind'>,
): TaskSource[] {
  const asked = (kind: TaskKind): boolean => !kinds?.length || kinds.includes(kind);
  const signs = actor.can('affairs:application:decide');
  const leaves = asked('leave') && !items?.length && (actor.can('affairs:leave:read') || signs);
  // What waits for somebody to sign it, an application shows them; see `visibleTo`.
  const applications = asked('application') && (signs || actor.can('affairs:application:submit'));
  if (!leaves && !applications) return [];
  const own = sql`${[me]}::uuid[]`;
  const definition = sql`(SELECT d.content FROM ${workflows.table('_definition')} d WHERE d.key = w.definition AND d.version = w.definition_version)`;
  const isItem = sql`starts_with(w.definition, ${ITEM_FLOWS})`;
  const within = inScope(actor.scopeOf('affairs:leave:read'), sql`w.person_id`, today);
  const readable = sql`(${within} OR ${isHandedTo(me)})`;
  return [
    {
      kind: 'application',
      step: 'decide',
      name: sql`coalesce((SELECT one->'name' FROM json_array_elements(${definition}->'steps') one WHERE one->>'key' = s.step),
                         '{"zh": "补正", "en": "Correction"}'::json)`,
      from: sql`${workflows.table('_step')} s JOIN ${workflows.table('')} w ON w.id = s.workflow_id`,
      where: [
        awaitsMe(workflows, me, now, standingIn),
        anyOf(
          sql`w.definition`,
          items?.map((item) => `${ITEM_FLOWS}${item}`),
        ),
        sql`CASE WHEN ${isItem} THEN ${applications}::boolean ELSE ${leaves ? readable : sql`FALSE`} END`,
      ],
      id: sql`w.subject_id`,
      version: sql`CASE WHEN ${isItem} THEN (SELECT a.version FROM affairs.application a WHERE a.id = w.subject_id)
                        ELSE (SELECT l.version FROM affairs.leave l WHERE l.id = w.subject_id) END`,
      title: sql`${definition}->'name'`,
      student: sql`w.person_id`,
      since: sql`s.entered_at`,
      dueAt: sql`coalesce(w.overdue_since, w.due_at)`,
      overdue: sql`w.overdue_since IS NOT NULL`,
      path: sql`CASE WHEN ${isItem} THEN '/affairs/v1/applications/' ELSE '/affairs/v1/leaves/' END`,
      case: {
        kind: sql`CASE WHEN ${isItem} THEN 'application' ELSE 'leave' END`,
        id: sql`w.id`,
        signer: sql`s.signer`,
        definition: sql`w.definition`,
        step: sql`s.step`,
        item: sql`CASE WHEN ${isItem} THEN substr(w.definition, ${ITEM_FLOWS.length + 1}::int) END`,
        escalated: sql`s.also @> ${own}`,
        standIn: sql`s.stand_in`,
        insteadOf: standingIn ? absentOf(workflows, me, now) : sql`NULL::uuid`,
        delegated: sql`s.answering IS NOT NULL`,
      },
    },
  ];
}
