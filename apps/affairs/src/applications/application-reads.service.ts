import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import { Database, findInScope, query, queryOne, sql, type Sql, type Tx } from '#database';
import { anyOf, keyset, list, type Page, toPage } from '#http';
import { NotFound } from '#problems';
import { inUnits } from '#roster';
import { CampusClock } from '#time';
import { subjectAwaits, Workflows } from '#workflow';
import { Application } from './application.entity.js';
import { ApplicationCases } from './application-cases.service.js';
import type { ApplicationHistoryQuery, ApplicationsQuery } from './application-forms.dto.js';
import { ApplicationActionDto, type ApplicationActionRow, ApplicationReplayDto } from './application-history.dto.js';
import { ApplicationDetailDto, ApplicationDto } from './applications.dto.js';

/** What is shown of applications. */
@Injectable()
export class ApplicationReads {
  constructor(
    private readonly database: Database,
    private readonly cases: ApplicationCases,
    private readonly workflows: Workflows,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: ApplicationsQuery): Promise<Page<ApplicationDto>> {
    const now = this.clock.now();
    return this.database.read((tx) =>
      list(tx, request, {
        select: sql`a.id, p.id AS "personId", p.number, p.name AS "personName", a.item, a.item_version AS "itemVersion",
                    v.content->'name' AS name, v.content->>'module' AS module, a.status, a.channel, a.submitted_at AS "submittedAt",
                    a.due_at AS "dueAt", a.ended_at AS "endedAt", ${overdue(now)} AS overdue, a.returned_count AS "returnedCount",
                    a.created_at AS "createdAt", a.updated_at AS "updatedAt", a.version`,
        from: sql`affairs.application a JOIN affairs.item i ON i.code = a.item
                  JOIN affairs.item_version v ON v.item_id = i.id AND v.number = a.item_version
                  JOIN directory.published_person_v1 p ON p.id = a.student_id`,
        where: [this.cases.visible(actor), ...this.filters(actor, request, now)],
        sorts: {
          createdAt: sql`a.created_at`,
          updatedAt: sql`a.updated_at`,
          submittedAt: sql`coalesce(a.submitted_at, 'infinity')`,
          dueAt: sql`coalesce(a.due_at, 'infinity')`,
        },
        defaultSort: '-createdAt',
        id: sql`a.id`,
        to: ApplicationDto.from,
      }),
    );
  }

  /** Who reads an application of somebody else leaves an entry. */
  async get(actor: Actor, id: string): Promise<ApplicationDetailDto> {
    const detail = await this.database.read(async (tx) => {
      const where = this.cases.visible(actor);
      const application = await findInScope(tx, Application, id, { alias: 'a', where });
      if (!application) throw new NotFound({ what: 'application' });
      return this.cases.detailOf(tx, actor, application);
    });
    if (detail.student.id !== actor.personId) await this.note(actor, 'read', id);
    return detail;
  }

  history(actor: Actor, id: string, request: ApplicationHistoryQuery): Promise<Page<ApplicationActionDto>> {
    const page = keyset(request, {
      sorts: { occurredAt: sql`a.occurred_at` },
      defaultSort: 'occurredAt',
      id: sql`a.id`,
    });
    return this.database.read(async (tx) => {
      const { studentId } = await this.mustSee(tx, actor, id);
      const { comments } = this.workflows;
      const rows = await query<Omit<ApplicationActionRow, 'comment'> & { comment: Buffer | null }>(
        tx,
        sql`SELECT a.id, a.action, a.person_id AS "personId", a.app, ${comments.ofEntry} AS comment, a.from_state AS "from", a.to_state AS "to",
                   coalesce(a.content->'command'->'fields', a.content->'command'->'changed', '[]') AS fields,
                   a.occurred_at AS "occurredAt", ${page.sortKey} AS key
              FROM affairs.workflow_action a WHERE a.subject_id = ${id} AND ${page.where}
             ORDER BY ${page.orderBy} LIMIT ${page.limit}`,
      );
      return toPage(
        await comments.open(
          tx,
          rows.map((row) => ({ ...row, studentId })),
        ),
        request,
        (row) => [row.key, row.id],
        (row) => ApplicationActionDto.from(row),
      );
    });
  }

  /** Every decision worked out anew; see `Workflows.replay`. What was done at once has none. */
  async replay(actor: Actor, id: string): Promise<ApplicationReplayDto> {
    const replayed = await this.database.read(async (tx) => {
      const { workflowId } = await this.mustSee(tx, actor, id);
      return workflowId ? this.workflows.replay(tx, workflowId) : { actions: [], differences: [] };
    });
    await this.note(actor, 'replay', id);
    return ApplicationReplayDto.from(replayed);
  }

  private note(actor: Actor, action: string, id: string): Promise<void> {
    const entry = { action: `affairs.application.${action}`, subject: { kind: 'application', id } };
    return audit(this.database.connection, actor, entry);
  }

  private async mustSee(tx: Tx, actor: Actor, id: string): Promise<{ workflowId: string | null; studentId: string }> {
    const row = await queryOne<{ workflowId: string | null; studentId: string }>(
      tx,
      sql`SELECT a.workflow_id AS "workflowId", a.student_id AS "studentId" FROM affairs.application a WHERE a.id = ${id} AND ${this.cases.visible(actor)}`,
    );
    if (!row) throw new NotFound({ what: 'application' });
    return row;
  }

  private filters(actor: Actor, request: ApplicationsQuery, now: Date): (Sql | undefined)[] {
    const { status, item, module, kind, channel, studentId, unitId, updatedSince, from, to, mine, awaitingMe } =
      request;
    const me = actor.personId ?? null;
    const late = overdue(now);
    return [
      anyOf(sql`a.status`, status),
      anyOf(sql`a.item`, item),
      anyOf(sql`v.content->>'module'`, module),
      anyOf(sql`v.content->>'kind'`, kind),
      anyOf(sql`a.channel`, channel),
      anyOf(sql`a.student_id`, studentId, 'uuid'),
      inUnits(unitId, sql`a.student_id`, this.clock.today()),
      updatedSince ? sql`a.updated_at >= ${updatedSince}` : undefined,
      from ? sql`a.submitted_at >= ${this.clock.instantOf(from, '00:00')}` : undefined,
      to ? sql`a.submitted_at < ${this.clock.instantOf(to, '24:00')}` : undefined,
      mine ? sql`a.student_id = ${me}` : undefined,
      awaitingMe ? (me ? subjectAwaits(this.workflows, sql`a.id`, me, now) : sql`FALSE`) : undefined,
      request.overdue === undefined ? undefined : request.overdue ? late : sql`NOT ${late}`,
    ];
  }
}

/** SQL predicate over `a`: open beyond what was promised. */
function overdue(now: Date): Sql {
  return sql`(a.status IN ('submitted', 'returned') AND coalesce(a.due_at <= ${now}, FALSE))`;
}
