import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { Database, query, queryOne, sql, type Sql } from '#database';
import { anyOf, type Language, list, type Page } from '#http';
import { NotFound } from '#problems';
import { CampusClock } from '#time';
import { timeOf, variables } from './delivery-claims.service.js';
import { InboxMessageDto, type InboxQuery, UnreadDto } from './inbox.dto.js';
import type { Subject } from './message.entity.js';
import { TOLD } from './messages.queries.js';
import { ownPerson } from './own-person.js';
import { SHIPPED, type TemplateWords } from './shipped-templates.js';
import { render } from './templates/rendering.js';

interface Row {
  id: string;
  kind: string;
  urgent: boolean;
  events: number;
  subjects: Subject[];
  at: Date;
  readAt: Date | null;
  name: string;
  words: TemplateWords | null;
}

const COLUMNS = sql`m.id, m.kind, m.urgent, m.events, m.subjects, m.closed_at AS at, m.read_at AS "readAt",
  coalesce((SELECT p.name FROM directory.published_person_v1 p WHERE p.id = m.person_id), '') AS name,
  (SELECT jsonb_build_object('zh', t.zh, 'en', t.en) FROM integration.message_template t
    WHERE t.kind = m.kind AND t.number IS NOT NULL ORDER BY t.number DESC LIMIT 1) AS words`;

/** The messages of whoever asks. Words are made when they are read: those that the school has now. */
@Injectable()
export class Inbox {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, language: Language, request: InboxQuery): Promise<Page<InboxMessageDto>> {
    const { unread, urgent, kind } = request;
    return list(this.database.connection, request, {
      select: COLUMNS,
      from: sql`integration.message m`,
      where: [
        this.own(actor),
        unread === undefined ? undefined : sql`(m.read_at IS NULL) = ${unread}::boolean`,
        urgent === undefined ? undefined : sql`m.urgent = ${urgent}::boolean`,
        anyOf(sql`m.kind`, kind),
      ],
      sorts: { at: sql`m.due_at` },
      defaultSort: '-at',
      id: sql`m.id`,
      to: (row: Row) => this.shown(row, language),
    });
  }

  async get(actor: Actor, language: Language, id: string): Promise<InboxMessageDto> {
    const row = await queryOne<Row>(
      this.database.connection,
      sql`SELECT ${COLUMNS} FROM integration.message m WHERE m.id = ${id} AND ${this.own(actor)}`,
    );
    if (!row) throw new NotFound({ what: 'message' });
    return this.shown(row, language);
  }

  async unread(actor: Actor): Promise<UnreadDto> {
    const row = await queryOne<{ unread: number; urgent: number }>(
      this.database.connection,
      sql`SELECT count(*)::int AS unread, count(*) FILTER (WHERE m.urgent)::int AS urgent
            FROM integration.message m WHERE ${this.own(actor)} AND m.read_at IS NULL`,
    );
    return UnreadDto.of(row!);
  }

  /** A second time it changes nothing. */
  read(actor: Actor, language: Language, id: string): Promise<InboxMessageDto> {
    return this.mark(actor, language, id, sql`coalesce(m.read_at, ${this.clock.now()})`);
  }

  /** What was read by mistake is unread again. */
  unmark(actor: Actor, language: Language, id: string): Promise<InboxMessageDto> {
    return this.mark(actor, language, id, sql`NULL`);
  }

  /** Those that have come since it was asked stay unread. */
  readAll(actor: Actor, until: string): Promise<UnreadDto> {
    ownPerson(actor);
    const now = this.clock.now();
    return this.database.transaction(actor, async (tx) => {
      await query(
        tx,
        sql`WITH read AS (
              UPDATE integration.message m SET read_at = ${now}, updated_at = now(), version = m.version + 1
               WHERE ${this.own(actor)} AND m.read_at IS NULL AND m.closed_at <= ${until}::timestamptz RETURNING m.id)
            UPDATE integration.message_delivery d SET read_at = ${now}, updated_at = now(), version = d.version + 1
              FROM read WHERE d.message_id = read.id AND d.channel = 'in_app'`,
      );
      const row = await queryOne<{ unread: number; urgent: number }>(
        tx,
        sql`SELECT count(*)::int AS unread, count(*) FILTER (WHERE m.urgent)::int AS urgent
              FROM integration.message m WHERE ${this.own(actor)} AND m.read_at IS NULL`,
      );
      return UnreadDto.of(row!);
    });
  }

  private mark(actor: Actor, language: Language, id: string, readAt: Sql): Promise<InboxMessageDto> {
    return this.database.transaction(actor, async (tx) => {
      const row = await queryOne<Row>(
        tx,
        sql`UPDATE integration.message m SET read_at = ${readAt}, updated_at = now(), version = m.version + 1
             WHERE m.id = ${id} AND ${this.own(actor)} RETURNING ${COLUMNS}`,
      );
      if (!row) throw new NotFound({ what: 'message' });
      await query(
        tx,
        sql`UPDATE integration.message_delivery SET read_at = ${row.readAt}, updated_at = now(), version = version + 1
             WHERE message_id = ${id} AND channel = 'in_app'`,
      );
      return this.shown(row, language);
    });
  }

  /** An app alone has no messages. */
  private own({ personId = null }: { personId?: string | undefined | null }): Sql {
    return sql`m.person_id = ${personId}::uuid AND ${TOLD}`;
  }

  private shown({ words, name, events, ...row }: Row, language: Language): InboxMessageDto {
    const { kind, at, subjects } = row;
    const when = `${this.clock.dateOf(at)} ${timeOf(at, this.clock.timeZone)}`;
    const said = { ...variables({ kind, name, events, subjects }), at: when };
    return InboxMessageDto.of({ ...row, ...render((words ?? SHIPPED[kind]!)[language], said), count: events });
  }
}
