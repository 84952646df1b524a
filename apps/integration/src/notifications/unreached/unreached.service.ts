import { Injectable } from '@nestjs/common';
import { type Actor, audit, auditList } from '#auth';
import type { AppointmentKind } from '#contracts';
import { Database, findInScope, insert, query, queryOne, sql, type Sql, type Tx, update } from '#database';
import { anyOf, list, type Page } from '#http';
import { Policies } from '#policy';
import { NotFound } from '#problems';
import { appointmentsOf, holdersOf, holdsOn, personRef, postsOver, responsibleFor } from '#roster';
import { CampusClock } from '#time';
import { UNREACHED } from '../kinds.js';
import type { Message, Subject } from '../message.entity.js';
import { NotificationPolicy } from '../notifications.policy.js';
import { ownPerson } from '../own-person.js';
import { Notifier } from '../notifier.service.js';
import { UnreachableDto, type UnreachableQuery, UnreachedDto, type UnreachedQuery } from './unreached.dto.js';
import { Unreached, type UnreachedAction, unreachedActions } from './unreached.entity.js';

const HANDLE = 'integration:unreached:handle';

type Undelivered = Pick<Message, 'id' | 'kind' | 'personId' | 'studentId' | 'withheldFor'> & {
  subjects: Subject[];
  reached: boolean;
  outer: number;
  waiting: number;
};

const COLUMNS = sql`u.id, u.kind, ${personRef(sql`u.person_id`)} AS person, ${personRef(sql`u.student_id`)} AS student, u.reason, u.step,
  u.status, u.opened_at AS "openedAt", u.taken_at AS "takenAt", u.done_at AS "doneAt", u.version, u.taken_by AS "takenById",
  ${personRef(sql`u.taken_by`)} AS "takenBy",
  (SELECT coalesce(json_agg(${personRef(sql`a.id`)} ORDER BY a.id), '[]') FROM unnest(u.assignee_ids) AS a(id)) AS assignees`;

type Row = Omit<UnreachedDto, 'actions'> & { takenById: string | null };

/** Urgent messages that reached nobody become tasks of named others. */
@Injectable()
export class UnreachedMessages {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
    private readonly policies: Policies,
    private readonly notifier: Notifier,
  ) {}

  /** Those that are up to whoever asks; an officer of the school sees all. */
  list(actor: Actor, request: UnreachedQuery): Promise<Page<UnreachedDto>> {
    return this.database.transaction(null, async (tx) => {
      const page = await list(tx, request, {
        select: COLUMNS,
        from: sql`integration.unreached u`,
        where: [this.visible(actor), anyOf(sql`u.status`, request.status)],
        sorts: { openedAt: sql`u.opened_at` },
        defaultSort: '-openedAt',
        id: sql`u.id`,
        to: (row: Row) => shown(row, actor),
      });
      await auditList(tx, actor, {
        ...{ action: 'integration.unreached.list', rows: page.data.length, filter: request },
      });
      return page;
    });
  }

  get(actor: Actor, id: string): Promise<UnreachedDto> {
    return this.database.transaction(null, async (tx) => {
      const found = await this.row(tx, actor, id);
      await audit(tx, actor, { action: 'integration.unreached.read', subject: { kind: 'unreached', id } });
      return found;
    });
  }

  act(actor: Actor, id: string, expected: number, action: UnreachedAction): Promise<UnreachedDto> {
    const personId = ownPerson(actor);
    return this.database.transaction(actor, async (tx) => {
      const where = this.visible(actor);
      const unreached = await findInScope(tx, Unreached, id, { alias: 'u', where, lock: 'update' });
      if (!unreached) throw new NotFound({ what: 'unreached' });
      unreached.act(action, personId, this.clock.now());
      await update(tx, unreached, expected);
      await audit(tx, actor, { action: `integration.unreached.${action}`, subject: { kind: 'unreached', id } });
      return this.row(tx, actor, id);
    });
  }

  /** Of the chain who cannot be reached, as the evening's check found. */
  unreachable(actor: Actor, request: UnreachableQuery): Promise<Page<UnreachableDto>> {
    const day = request.day ?? this.clock.today();
    return list(this.database.connection, request, {
      select: sql`${personRef(sql`u.person_id`)} AS person, u.posts, u.reason`,
      from: sql`integration.unreachable u`,
      where: [sql`u.day = ${day}`, seesAll(actor) ? undefined : sql`u.person_id = ${actor.personId ?? null}::uuid`],
      sorts: { personId: sql`u.person_id` },
      defaultSort: 'personId',
      id: sql`u.person_id`,
      to: UnreachableDto.from,
    });
  }

  /** The time of an urgent message is over: unless it reached its person, a named other is told. */
  async whenDue(tx: Tx, messageId: string): Promise<void> {
    const message = await queryOne<Undelivered>(
      tx,
      sql`SELECT m.id, m.kind, m.person_id AS "personId", m.student_id AS "studentId", m.withheld_for AS "withheldFor", m.subjects,
                 m.read_at IS NOT NULL OR d.reached > 0 AS reached, d.outer_count AS outer, d.waiting
            FROM integration.message m
            CROSS JOIN LATERAL (
              SELECT count(*) FILTER (WHERE channel <> 'in_app' AND state IN ('sent', 'delivered'))::int AS reached,
                     count(*) FILTER (WHERE channel <> 'in_app')::int AS outer_count,
                     count(*) FILTER (WHERE channel <> 'in_app' AND state = 'waiting')::int AS waiting
                FROM integration.message_delivery d WHERE d.message_id = m.id) d
           WHERE m.id = ${messageId} AND m.urgent`,
    );
    if (!message || message.reached) return;
    const first = message.subjects[0] ?? {};
    const studentId = message.studentId ?? (typeof first['studentId'] === 'string' ? first['studentId'] : null);
    const before = message.kind === UNREACHED ? Number(first['step']) : 0;
    if (before > 0 && !(await this.isOpen(tx, String(first['unreachedId'])))) return;
    const { step, personIds } = await this.nextOf(tx, message.personId, studentId, before);
    // Nobody is further up: it stays with those who were named.
    if (before > 0 && personIds.length === 0) return;
    const unreached = Object.assign(new Unreached(), {
      ...{ messageId, personId: message.personId, studentId, kind: message.kind, step, assigneeIds: personIds },
      ...{ reason: reasonOf(message), status: 'open', openedAt: this.clock.now() },
    });
    const known = await queryOne(tx, sql`SELECT FROM integration.unreached WHERE message_id = ${messageId}`);
    if (known) return;
    await insert(tx, unreached);
    const subject = { unreachedId: unreached.id, step, ...(studentId && { studentId }) };
    await this.notifier.tell(tx, { kind: UNREACHED, key: unreached.id, personIds, studentId, subject });
  }

  /** Who of the chain cannot be reached tonight. */
  async checkChain(tx: Tx, day: string): Promise<void> {
    const { chain } = (await this.policies.at(tx, NotificationPolicy, day)).value;
    await query(tx, sql`DELETE FROM integration.unreachable WHERE day = ${day}`);
    await query(
      tx,
      sql`INSERT INTO integration.unreachable (day, person_id, posts, reason)
          SELECT ${day}, a.person_id, array_agg(DISTINCT a.kind ORDER BY a.kind),
                 CASE WHEN EXISTS (SELECT FROM integration.channel_identity i WHERE i.person_id = a.person_id) THEN 'channels_off' ELSE 'no_address' END
            FROM staffing.published_appointment_v1 a
           WHERE a.kind = ANY(${chain}::text[]) AND ${holdsOn(sql`a`, day)}
             AND NOT EXISTS (SELECT FROM integration.channel_identity i JOIN integration.channel c ON c.key = i.channel
                              WHERE i.person_id = a.person_id AND c.enabled)
           GROUP BY a.person_id`,
    );
  }

  /** The next step of the line that somebody holds other than the person; a step that nobody holds is passed over. */
  private async nextOf(
    tx: Tx,
    personId: string,
    studentId: string | null,
    before: number,
  ): Promise<{ step: number; personIds: string[] }> {
    const today = this.clock.today();
    const { line } = (await this.policies.at(tx, NotificationPolicy, today)).value;
    for (let step = before + 1; step <= line.length; step++) {
      const holders = await this.holders(tx, line[step - 1]!, personId, studentId, today);
      const personIds = [...new Set(holders)].filter((id) => id !== personId);
      if (personIds.length > 0) return { step, personIds };
    }
    return { step: Math.max(before, line.length), personIds: [] };
  }

  /** Over the student; where none is known over the units of the person, and for who holds no post any more of the school. */
  private async holders(
    tx: Tx,
    kind: AppointmentKind,
    personId: string,
    studentId: string | null,
    today: string,
  ): Promise<string[]> {
    if (studentId) return (await responsibleFor(tx, [studentId], today, [kind])).map((post) => post.personId);
    const own = await appointmentsOf(tx, personId, today);
    if (own.length > 0) {
      const over = await Promise.all(own.map(({ unitId }) => postsOver(tx, unitId, today, [kind])));
      return over.flat().map((post) => post.personId);
    }
    const holders = await holdersOf(tx, kind, today);
    return holders
      .filter(({ posts }) => posts.some(({ unitKind }) => unitKind === 'school'))
      .map((one) => one.personId);
  }

  /** Nobody has taken it yet. */
  private async isOpen(tx: Tx, id: string): Promise<boolean> {
    const row = await queryOne(tx, sql`SELECT FROM integration.unreached WHERE id = ${id} AND status = 'open'`);
    return row !== undefined;
  }

  private async row(tx: Tx, actor: Actor, id: string): Promise<UnreachedDto> {
    const row = await queryOne<Row>(
      tx,
      sql`SELECT ${COLUMNS} FROM integration.unreached u WHERE u.id = ${id} AND ${this.visible(actor)}`,
    );
    if (!row) throw new NotFound({ what: 'unreached' });
    return shown(row, actor);
  }

  private visible(actor: Actor): Sql {
    if (seesAll(actor)) return sql`TRUE`;
    return sql`u.assignee_ids @> ARRAY[${actor.personId ?? null}::uuid]`;
  }
}

/** Officers of student affairs at the school, and apps: not everybody with a post at the school. */
function seesAll(actor: Actor): boolean {
  const scope =
    actor.personId === undefined ? actor.scopeOf(HANDLE) : actor.scopesByPost(HANDLE).get('student_affairs_officer');
  return scope?.school ?? false;
}

function shown({ takenById, ...row }: Row, actor: Actor): UnreachedDto {
  return UnreachedDto.from({
    ...row,
    actions: unreachedActions({ status: row.status, takenBy: takenById }, actor.personId),
  });
}

function reasonOf({ withheldFor, outer, waiting }: Undelivered): Unreached['reason'] {
  if (withheldFor) return 'withheld';
  if (outer === 0) return 'no_channel';
  return waiting > 0 ? 'in_time' : 'failed';
}
