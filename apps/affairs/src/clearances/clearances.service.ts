import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import { Database, join, query, queryOne, sql, type Sql, type Tx } from '#database';
import { anyOf, ByDto, list, type Page } from '#http';
import { NotFound } from '#problems';
import { inUnits, personRef } from '#roster';
import { CampusClock } from '#time';
import { ClearanceDetailDto, ClearanceDto, type ClearancesQuery, ClearanceStepDto } from './clearances.dto.js';
import { clearanceVisible, signOffVisible, signs, signScope } from './clearances.queries.js';
import { OPEN_STATES } from './sign-off.entity.js';
import { SignOffStore } from './sign-off-store.service.js';
import { SignOffs } from './sign-offs.service.js';

const COLUMNS = sql`c.id, json_build_object('id', l.id, 'kind', l.kind, 'title', l.title) AS list, ${personRef(sql`c.student_id`)} AS student,
  c.open_blocking = 0 AS complete, c.open_blocking AS "openBlocking", c.completed_at AS "completedAt", c.left_on::text AS "leftOn", c.version`;
const FROM = sql`affairs.clearance c JOIN affairs.clearance_list l ON l.id = c.list_id`;

/** Clearances of students: their own, those of whoever answers for them, and of a department what it signs. */
@Injectable()
export class Clearances {
  constructor(
    private readonly database: Database,
    private readonly store: SignOffStore,
    private readonly signOffs: SignOffs,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: ClearancesQuery): Promise<Page<ClearanceDto>> {
    const { listId, studentId, number, unitId, complete, updatedSince } = request;
    const today = this.clock.today();
    const visible = signOffVisible(actor, today);
    return this.database.read((tx) =>
      list(tx, request, {
        select: sql`${COLUMNS}, (SELECT coalesce(json_agg(json_build_object('id', s.id, 'entry', s.entry, 'blocking', s.blocking, 'state', s.state,
                      'version', s.version) ORDER BY s.position), '[]')
                      FROM affairs.clearance_sign_off s WHERE s.clearance_id = c.id AND ${visible}) AS entries`,
        from: FROM,
        where: [
          clearanceVisible(actor, today),
          this.withEntry(actor, request, visible),
          anyOf(sql`c.list_id`, listId, 'uuid'),
          anyOf(sql`c.student_id`, studentId, 'uuid'),
          number?.length
            ? sql`c.student_id IN (SELECT id FROM directory.published_student_v1 WHERE number = ANY(${number}::text[]))`
            : undefined,
          inUnits(unitId, sql`c.student_id`, today),
          complete === undefined ? undefined : sql`(c.open_blocking = 0) = ${complete}`,
          updatedSince && sql`c.updated_at >= ${updatedSince}`,
        ],
        sorts: { createdAt: sql`c.created_at`, updatedAt: sql`c.updated_at` },
        defaultSort: '-createdAt',
        id: sql`c.id`,
        to: ClearanceDto.from,
      }),
    );
  }

  /** One clearance with what was said about each entry; that staff read it is in the audit. */
  get(actor: Actor, id: string): Promise<ClearanceDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const row = await this.find(tx, actor, id);
      if (row.student.id !== actor.personId)
        await audit(tx, actor, { action: 'affairs.clearance.read', subject: { kind: 'clearance', id } });
      const ids = await query<{ id: string }>(
        tx,
        sql`SELECT id FROM affairs.clearance_sign_off WHERE clearance_id = ${id} ORDER BY position`,
      );
      const order = ids.map((one) => one.id);
      const loaded = await this.store.load(tx, order, this.signOffs.rights(actor), false);
      const entries = await this.signOffs.details(
        tx,
        order.flatMap((one) => loaded.get(one) ?? []),
      );
      return Object.assign(new ClearanceDetailDto(), { ...row, entries });
    });
  }

  /** What was done with the entries that the actor sees, in order. */
  history(actor: Actor, id: string): Promise<ClearanceStepDto[]> {
    return this.database.read(async (tx) => {
      await this.find(tx, actor, id);
      const rows = await query<ClearanceStepDto & { doneBy: string }>(
        tx,
        sql`SELECT s.entry, t.action, t.state, t.done_by AS "doneBy", t.done_at AS at
              FROM affairs.clearance_step t JOIN affairs.clearance_sign_off s ON s.id = t.sign_off_id
             WHERE s.clearance_id = ${id} AND ${signOffVisible(actor, this.clock.today())} ORDER BY t.id LIMIT 1000`,
      );
      return rows.map(({ doneBy, ...row }) =>
        Object.assign(new ClearanceStepDto(), { ...row, by: ByDto.from(doneBy) }),
      );
    });
  }

  private async find(tx: Tx, actor: Actor, id: string): Promise<Omit<ClearanceDetailDto, 'entries'>> {
    const row = await queryOne<ClearanceDetailDto>(
      tx,
      sql`SELECT ${COLUMNS} FROM ${FROM} WHERE c.id = ${id} AND ${clearanceVisible(actor, this.clock.today())}`,
    );
    if (!row) throw new NotFound({ what: 'clearance' });
    return row;
  }

  /** Predicate: it has an entry, one that the actor sees, that is as asked for. */
  private withEntry(
    actor: Actor,
    { entry, state, waiting, deferralAsked }: ClearancesQuery,
    visible: Sql,
  ): Sql | undefined {
    const asked = [
      anyOf(sql`s.entry`, entry),
      anyOf(sql`s.state`, state),
      waiting
        ? sql`(${signs(signScope(actor))} AND s.state = ANY(${OPEN_STATES}::text[]) AND c.left_on IS NULL AND l.status = 'open')`
        : undefined,
      deferralAsked ? sql`s.deferral_asked_at IS NOT NULL` : undefined,
    ].filter((one) => one !== undefined);
    if (asked.length === 0) return undefined;
    return sql`EXISTS (SELECT FROM affairs.clearance_sign_off s WHERE s.clearance_id = c.id AND ${visible} AND ${join(asked, ' AND ')})`;
  }
}
