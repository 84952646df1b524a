import { Injectable } from '@nestjs/common';
import { validate as isUuid } from 'uuid';
import { type Actor, audit, auditList } from '#auth';
import { Config } from '#config';
import { Database, join, query, queryOne, raw, sql, type Sql, type Tx } from '#database';
import { NotFound } from '#problems';
import { CampusClock } from '#time';
import { conditionOf } from './conditions.js';
import { parseFilter } from './filter.js';
import { Objects, type Place, type Row, type Standing } from './objects.js';
import type { CollectionQuery, ObjectQuery } from './oneroster.dto.js';
import { SelectionFieldRefused, SortFieldRefused } from './oneroster.problems.js';
import { linkOf, windowOf } from './paging.js';
import { type Moment, orgsOf, type POST_ROLES, postsInForce, SCHOOL, type Source } from './resources.js';
import { type Collection, type CollectionName, COLLECTIONS, type Route } from './routes.js';
import { MEMBERS } from './schemas.js';

export const ROOT = '/ims/oneroster/rostering/v1p2';

export interface Listed {
  body: Record<string, object[]>;
  /** `X-Total-Count` and `Link`. */
  total: number;
  link: string;
}

/** The roster as OneRoster 1.2 tells it: read from what directory and staffing publish. */
@Injectable()
export class Rostering {
  private readonly root: string;
  private readonly objects: Objects;

  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
    config: Config,
  ) {
    this.root = `${config.origin}${ROOT}`;
    this.objects = new Objects(this.root);
  }

  /** A page of a collection; `ids` are those in the path. Throws NotFound where one of them is nothing. */
  async list(actor: Actor, route: Route, ids: string[], asked: CollectionQuery): Promise<Listed> {
    const collection: Collection = COLLECTIONS[route.collection];
    const at = this.moment;
    const source = collection.source(at);
    const select = selection(collection, asked);
    const filter = asked.filter === undefined ? undefined : conditionOf(parseFilter(asked.filter), source);
    const order = orderOf(source, asked);
    const { limit, offset } = windowOf(asked);
    return this.inTransaction(source, async (tx) => {
      await Promise.all(route.parents.map(({ of }, i) => this.mustExist(tx, of, ids[i]!, at)));
      const where = all([source.where, collection.which?.(at), route.which?.(ids, at), filter]);
      const [counted, rows] = await Promise.all([
        queryOne<{ n: number }>(tx, sql`SELECT count(*)::int AS n FROM ${source.from} WHERE ${where}`),
        query<Row>(
          tx,
          sql`SELECT ${source.columns} FROM ${source.from} WHERE ${where} ORDER BY ${order} LIMIT ${limit} OFFSET ${offset}`,
        ),
      ]);
      const objects = await this.objectsOf(tx, collection, rows, at);
      if (source.personal)
        await auditList(tx, actor, {
          action: `integration.oneroster.${route.collection}`,
          rows: rows.length,
          filter: asked,
        });
      return {
        body: { [collection.many]: objects.map(select) },
        total: counted!.n,
        link: linkOf(this.root + pathOf(route, ids), asked, counted!.n),
      };
    });
  }

  /** One object. Throws NotFound. */
  async get(actor: Actor, route: Route, id: string, asked: ObjectQuery): Promise<Record<string, object>> {
    const collection: Collection = COLLECTIONS[route.collection];
    const at = this.moment;
    const source = collection.source(at);
    const select = selection(collection, asked);
    return this.inTransaction(source, async (tx) => {
      const rows = await query<Row>(
        tx,
        sql`SELECT ${source.columns} FROM ${source.from} WHERE ${this.oneOf(collection, source, id, at)}`,
      );
      const [object] = await this.objectsOf(tx, collection, rows, at);
      if (!object) throw new NotFound({ what: collection.one });
      if (source.personal)
        await audit(tx, actor, {
          action: `integration.oneroster.${route.collection}`,
          subject: { kind: 'person', id },
        });
      return { [collection.one]: select(object) };
    });
  }

  private async objectsOf(tx: Tx, { kind }: Collection, rows: Row[], at: Moment): Promise<object[]> {
    if (kind !== 'user') return rows.map((row) => this.objects[kind](row));
    const { schoolId, standings } = await standingsOf(tx, rows, at);
    return rows.map((row) => this.objects.user(row, standings.get(row.id)!, schoolId));
  }

  private async mustExist(tx: Tx, name: CollectionName, id: string, at: Moment): Promise<void> {
    const collection: Collection = COLLECTIONS[name];
    const source = collection.source(at);
    const found = await queryOne(tx, sql`SELECT 1 FROM ${source.from} WHERE ${this.oneOf(collection, source, id, at)}`);
    if (!found) throw new NotFound({ what: collection.one });
  }

  private oneOf({ one, which }: Collection, { uuid, key, where }: Source, id: string, at: Moment): Sql {
    if (uuid && !isUuid(id)) throw new NotFound({ what: one });
    return all([where, which?.(at), uuid ? sql`${key} = ${id}::uuid` : sql`${key} = ${id}`]);
  }

  /** Where people are named an audit entry is written with the reading. */
  private inTransaction<T>({ personal }: Source, fn: (tx: Tx) => Promise<T>): Promise<T> {
    return personal ? this.database.transaction(null, fn) : this.database.read(fn);
  }

  private get moment(): Moment {
    return { today: this.clock.today(), timeZone: this.clock.timeZone };
  }
}

/** Where the users of a page belong and which posts they hold. */
async function standingsOf(
  tx: Tx,
  rows: Row[],
  at: Moment,
): Promise<{ schoolId: string; standings: Map<string, Standing> }> {
  const ids = rows.map(({ id }) => id);
  const standings = new Map<string, Standing>(ids.map((id) => [id, { places: [], posts: [] }]));
  const [school, places, posts, classes] = await Promise.all([
    queryOne<{ id: string }>(tx, sql`SELECT ${SCHOOL} AS id`),
    query<Place & { personId: string }>(
      tx,
      sql`SELECT m.person_id AS "personId", m.unit_id AS "orgId", m.valid_from::text AS "beginDate", m.valid_to::text AS "endDate"
            FROM ${orgsOf(sql`m.person_id = ANY(${ids}::uuid[])`, at)} ORDER BY m.secondary, m.valid_from, m.id`,
    ),
    query<{ personId: string; kind: keyof typeof POST_ROLES }>(
      tx,
      sql`SELECT DISTINCT a.person_id AS "personId", a.kind FROM ${postsInForce(sql`a.person_id = ANY(${ids}::uuid[])`, at)} ORDER BY a.kind`,
    ),
    query<{ personId: string; orgId: string }>(
      tx,
      sql`SELECT DISTINCT ON (m.person_id) m.person_id AS "personId", u.parent_id AS "orgId"
            FROM directory.published_own_membership_v1 m JOIN directory.published_unit_v1 u ON u.id = m.unit_id
           WHERE m.person_id = ANY(${ids}::uuid[]) AND u.kind = 'class' AND u.parent_id IS NOT NULL AND NOT m.deleted
             AND m.valid_from <= ${at.today}::date AND (m.valid_to IS NULL OR m.valid_to > ${at.today}::date)
           ORDER BY m.person_id, m.secondary, m.valid_from, m.id`,
    ),
  ]);
  for (const { personId, ...place } of places) standings.get(personId)!.places.push(place);
  for (const { personId, kind } of posts) standings.get(personId)!.posts.push(kind);
  for (const { personId, orgId } of classes) standings.get(personId)!.classOrgId = orgId;
  return { schoolId: school!.id, standings };
}

function all(conditions: (Sql | undefined)[]): Sql {
  const given = conditions.filter((one) => one !== undefined);
  return given.length === 0
    ? sql`TRUE`
    : join(
        given.map((one) => sql`(${one})`),
        ' AND ',
      );
}

/** By sourcedId where nothing else is said, and among equals. Texts by code point. */
function orderOf({ fields, id, key }: Source, { sort, orderBy }: CollectionQuery): Sql {
  const direction = orderBy === 'desc' ? raw('DESC') : raw('ASC');
  if (sort === undefined || sort === 'sourcedId') return sql`${key} ${direction}`;
  const field = Object.hasOwn(fields, sort) ? fields[sort] : undefined;
  if (!field || field.kind === 'many') {
    const known = Object.entries(fields).filter(([, { kind }]) => kind !== 'many');
    throw new SortFieldRefused({ pointer: '?sort', params: { fields: known.map(([name]) => name).join(', ') } });
  }
  const value = field.kind === 'text' ? sql`(${field.sql}) COLLATE "C"` : field.sql;
  return sql`${value} ${direction} NULLS LAST, ${id}`;
}

/** What of an object is answered. Throws SelectionFieldRefused for names that its kind does not have. */
function selection({ kind }: Collection, { fields }: ObjectQuery): (object: object) => object {
  if (fields === undefined) return (object) => object;
  const names = fields.split(',').map((name) => name.trim());
  if (names.some((name) => !MEMBERS[kind].includes(name))) throw new SelectionFieldRefused({ pointer: '?fields' });
  return (object) => Object.fromEntries(Object.entries(object).filter(([name]) => names.includes(name)));
}

function pathOf({ path }: Route, ids: string[]): string {
  let at = 0;
  return `/${path.replace(/:\w+/g, () => ids[at++]!)}`;
}
