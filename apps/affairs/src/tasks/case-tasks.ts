import { sql } from '#database';
import { anyOf } from '#http';
import { inScope } from '#roster';
import { absentOf, awaitsMe, isHandedTo, type Workflows } from '#workflow';
import { ITEM_FLOWS } from '../catalogue/item-flow.js';
import type { TaskAsker, TaskSource } from './task-source.js';

/** Cases that wait for somebody: leaves and applications. `standingIn`: they stand in for somebody, which most do not. */
export function caseTasks(
  { actor, me, now, today }: TaskAsker,
  workflows: Workflows,
  standingIn: boolean,
  items: readonly string[] | undefined,
): TaskSource[] {
  const own = sql`${[me]}::uuid[]`;
  const mine = awaitsMe(workflows, me, now, standingIn);
  const definition = sql`(SELECT d.content FROM ${workflows.table('_definition')} d WHERE d.key = w.definition AND d.version = w.definition_version)`;
  const common = {
    step: 'decide',
    name: sql`coalesce((SELECT one->'name' FROM json_array_elements(${definition}->'steps') one WHERE one->>'key' = s.step),
                       '{"zh": "补正", "en": "Correction"}'::json)`,
    from: sql`${workflows.table('_step')} s JOIN ${workflows.table('')} w ON w.id = s.workflow_id`,
    id: sql`w.subject_id`,
    title: sql`${definition}->'name'`,
    student: sql`w.person_id`,
    since: sql`s.entered_at`,
    dueAt: sql`coalesce(w.due_at, w.overdue_since)`,
    overdue: sql`w.overdue_since IS NOT NULL`,
    case: {
      id: sql`w.id`,
      signer: sql`s.signer`,
      definition: sql`w.definition`,
      step: sql`s.step`,
      item: sql`NULL::text`,
      escalated: sql`s.also @> ${own}`,
      standIn: sql`s.stand_in`,
      insteadOf: standingIn ? absentOf(workflows, me, now) : sql`NULL::uuid`,
      delegated: sql`s.answering IS NOT NULL`,
    },
  };
  const isItem = sql`starts_with(w.definition, ${ITEM_FLOWS})`;
  const sources: TaskSource[] = [];
  if (!items?.length && (actor.can('affairs:leave:read') || actor.can('affairs:application:decide'))) {
    const within = inScope(actor.scopeOf('affairs:leave:read'), sql`w.person_id`, today);
    sources.push({
      ...{ ...common, kind: 'leave', path: '/affairs/v1/leaves/' },
      where: [mine, sql`NOT ${isItem}`, sql`(${within} OR ${isHandedTo(me)})`],
      version: sql`(SELECT l.version FROM affairs.leave l WHERE l.id = w.subject_id)`,
    });
  }
  // What waits for somebody to sign it, an application shows them; see `visibleTo`.
  if (actor.can('affairs:application:decide') || actor.can('affairs:application:submit'))
    sources.push({
      ...{ ...common, kind: 'application', path: '/affairs/v1/applications/' },
      where: [
        mine,
        isItem,
        anyOf(
          sql`w.definition`,
          items?.map((item) => `${ITEM_FLOWS}${item}`),
        ),
      ],
      version: sql`(SELECT a.version FROM affairs.application a WHERE a.id = w.subject_id)`,
      case: { ...common.case, item: sql`substr(w.definition, ${ITEM_FLOWS.length + 1})` },
    });
  return sources;
}
