import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { Database, sql } from '#database';
import { list, type Page } from '#http';
import { inScope } from '#roster';
import { CampusClock } from '#time';
import { absentOf, awaitsMe, subjectIsHandedTo, Workflows } from '#workflow';
import { TaskDto, type TaskRow, type TasksQuery } from './tasks.dto.js';

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
    const now = this.clock.now();
    const me = sql`${personId ? [personId] : []}::uuid[]`;
    const readable = inScope(actor.scopeOf('affairs:leave:read'), sql`w.person_id`, this.clock.today());
    const [cases, steps, definitions] = (['', '_step', '_definition'] as const).map((name) =>
      this.workflows.table(name),
    );
    const name = sql`coalesce((SELECT one->'name' FROM json_array_elements(d.content->'steps') one WHERE one->>'key' = s.step),
                              '{"zh": "补正", "en": "Correction"}'::json)`;
    return this.database.read((tx) =>
      list(tx, request, {
        select: sql`w.id, w.definition, w.subject_id AS "subjectId", l.version, p.id AS "personId", p.number, p.name AS "personName",
                    s.step, ${name} AS name, s.entered_at AS since, coalesce(w.due_at, w.overdue_since) AS "dueAt",
                    w.overdue_since IS NOT NULL AS overdue, s.also @> ${me} AS escalated,
                    s.stand_in AS "standIn", ${personId ? absentOf(this.workflows, personId, now) : sql`NULL`} AS "insteadOf", s.answering IS NOT NULL AS delegated`,
        from: sql`${steps} s JOIN ${cases} w ON w.id = s.workflow_id JOIN affairs.leave l ON l.id = w.subject_id
                  JOIN ${definitions} d ON d.key = w.definition AND d.version = w.definition_version
                  JOIN directory.published_person_v1 p ON p.id = l.student_id`,
        where: [
          personId ? awaitsMe(this.workflows, personId, now) : sql`FALSE`,
          personId && sql`(${readable} OR ${subjectIsHandedTo(this.workflows, sql`w.subject_id`, personId, now)})`,
        ],
        sorts: { since: sql`s.entered_at` },
        defaultSort: 'since',
        // Somebody who stands in for two is awaited twice in one case.
        id: sql`(w.id || ' ' || s.signer)`,
        to: (row: TaskRow) => TaskDto.from(row),
      }),
    );
  }
}
