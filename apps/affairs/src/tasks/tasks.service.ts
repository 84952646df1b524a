import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { Database, query, sql, type Sql, type Tx } from '#database';
import { anyOf, list, type Page } from '#http';
import { inScope } from '#roster';
import { CampusClock } from '#time';
import { absentOf, awaitsMe, isHandedTo, Workflows } from '#workflow';
import { TaskCountDto, TaskDto, type TaskRow, type TasksQuery } from './tasks.dto.js';

/** Every case is about one of these: looked up by its id, a few for each task. */
const SUBJECTS = sql`LEFT JOIN affairs.leave l ON l.id = w.subject_id LEFT JOIN affairs.application a ON a.id = w.subject_id`;
const KIND = sql`CASE WHEN a.id IS NULL THEN 'leave' ELSE 'application' END`;
const DUE = sql`coalesce(w.due_at, w.overdue_since)`;

/** The inbox: what waits for somebody, whatever it is about. */
@Injectable()
export class Tasks {
  constructor(
    private readonly database: Database,
    private readonly workflows: Workflows,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: TasksQuery): Promise<Page<TaskDto>> {
    const { personId } = actor;
    const { subjectKind, item, overdue } = request;
    const now = this.clock.now();
    const me = sql`${personId ? [personId] : []}::uuid[]`;
    const definitions = this.workflows.table('_definition');
    const name = sql`coalesce((SELECT one->'name' FROM json_array_elements(d.content->'steps') one WHERE one->>'key' = s.step),
                              '{"zh": "补正", "en": "Correction"}'::json)`;
    return this.database.read(async (tx) => {
      const standingIn = await this.standingIn(tx, actor, now);
      return list(tx, request, {
        select: sql`w.id, w.definition, ${KIND} AS "subjectKind", w.subject_id AS "subjectId", a.item, d.content->'name' AS title,
                    coalesce(l.version, a.version) AS version, p.id AS "personId", p.number, p.name AS "personName",
                    s.step, ${name} AS name, s.entered_at AS since, ${DUE} AS "dueAt",
                    w.overdue_since IS NOT NULL AS overdue, s.also @> ${me} AS escalated,
                    s.stand_in AS "standIn", ${personId && standingIn ? absentOf(this.workflows, personId, now) : sql`NULL::uuid`} AS "insteadOf", s.answering IS NOT NULL AS delegated`,
        from: sql`${this.from()} JOIN ${definitions} d ON d.key = w.definition AND d.version = w.definition_version
                  JOIN directory.published_person_v1 p ON p.id = w.person_id`,
        where: [
          this.mine(actor, now, standingIn),
          anyOf(KIND, subjectKind),
          anyOf(sql`a.item`, item),
          overdue === undefined ? undefined : sql`(w.overdue_since IS NOT NULL) = ${overdue}`,
        ],
        sorts: { since: sql`s.entered_at`, dueAt: sql`coalesce(w.due_at, w.overdue_since, 'infinity')` },
        defaultSort: 'since',
        // Somebody who stands in for two is awaited twice in one case.
        id: sql`(s.workflow_id || ' ' || s.signer)`,
        to: (row: TaskRow) => TaskDto.from(row),
      });
    });
  }

  /** How much waits, by kind and item. */
  counts(actor: Actor): Promise<TaskCountDto[]> {
    const now = this.clock.now();
    return this.database.read(async (tx) => {
      const mine = this.mine(actor, now, await this.standingIn(tx, actor, now));
      const rows = await query<TaskCountDto>(
        tx,
        sql`SELECT ${KIND} AS "subjectKind", a.item, count(*)::int AS count, count(w.overdue_since)::int AS overdue
              FROM ${this.from()} WHERE ${mine} GROUP BY 1, 2 ORDER BY 1, 2`,
      );
      return rows.map((row) => TaskCountDto.from(row));
    });
  }

  /** Most stand in for nobody, and are asked a shorter question. */
  private async standingIn(tx: Tx, { personId }: Actor, now: Date): Promise<boolean> {
    return personId !== undefined && this.workflows.standsIn(tx, personId, now);
  }

  private from(): Sql {
    return sql`${this.workflows.table('_step')} s JOIN ${this.workflows.table('')} w ON w.id = s.workflow_id ${SUBJECTS}`;
  }

  /** Predicate: it waits for the actor, who may read what it is about by a post, or because it was handed to them. */
  private mine(actor: Actor, now: Date, standingIn: boolean): Sql {
    const { personId } = actor;
    if (!personId) return sql`FALSE`;
    const date = this.clock.today();
    const leaves = inScope(actor.scopeOf('affairs:leave:read'), sql`w.person_id`, date);
    // What waits for somebody to sign it, an application shows them; see `visibleTo`.
    const applications = actor.can('affairs:application:decide') || actor.can('affairs:application:submit');
    return sql`${awaitsMe(this.workflows, personId, now, standingIn)}
      AND CASE WHEN a.id IS NULL THEN (${leaves} OR ${isHandedTo(personId)}) ELSE ${applications} END`;
  }
}
