import { Injectable } from '@nestjs/common';
import { validate as isUuid } from 'uuid';
import { type Actor, audit, auditList } from '#auth';
import { Config } from '#config';
import { Database, join, query, queryOne, raw, sql, type Sql, type Tx } from '#database';
import { NotFound } from '#problems';
import { CampusClock } from '#time';
import { StudentKeys } from '#vault';
import { withComments } from './comments.js';
import { conditionOf } from './conditions.js';
import { parseFilter } from './filter.js';
import { Objects, type Row } from './objects.js';
import type { CollectionQuery, ObjectQuery } from './oneroster.dto.js';
import { SelectionFieldRefused, SortFieldRefused } from './oneroster.problems.js';
import { linkOf, windowOf } from './paging.js';
import type { Moment, Source } from './resources.js';
import { type Collection, type CollectionName, COLLECTIONS, type Route } from './routes.js';
import { MEMBERS } from './schemas.js';
import { standingsOf } from './standings.js';

export interface Listed {
  body: Record<string, object[]>;
  /** `X-Total-Count` and `Link`. */
  total: number;
  link: string;
}

/** What OneRoster 1.2 reads: the roster, from what directory and staffing publish, and the gradebook. */
@Injectable()
export class Collections {
  private readonly objects: Objects;

  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
    private readonly keys: StudentKeys,
    private readonly config: Config,
  ) {
    this.objects = new Objects(config.origin);
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
      const [counted, page] = await Promise.all([
        queryOne<{ n: number }>(tx, sql`SELECT count(*)::int AS n FROM ${source.from} WHERE ${where}`),
        query<{ id: string }>(
          tx,
          sql`SELECT ${source.key} AS id FROM ${source.from} WHERE ${where} ORDER BY ${order} LIMIT ${limit} OFFSET ${offset}`,
        ),
      ]);
      const rows = await rowsOf(
        tx,
        source,
        page.map(({ id }) => id),
      );
      const objects = await this.objectsOf(tx, collection, rows, at);
      if (source.personal)
        await auditList(tx, actor, {
          action: `integration.oneroster.${route.collection}`,
          rows: rows.length,
          filter: { ...Object.fromEntries(route.parents.map(({ param }, i) => [param, ids[i]])), ...asked },
        });
      return {
        body: { [collection.many]: objects.map(select) },
        total: counted!.n,
        link: linkOf(this.config.origin + pathOf(route, ids), asked, counted!.n),
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
          subject: { kind: 'person', id: String(rows[0]![source.personal]) },
        });
      return { [collection.one]: select(object) };
    });
  }

  private async objectsOf(tx: Tx, { kind }: Collection, rows: Row[], at: Moment): Promise<object[]> {
    if (kind === 'result') return (await withComments(tx, this.keys, rows)).map((row) => this.objects.result(row));
    if (kind !== 'user') return rows.map((row) => this.objects[kind](row));
    const { schoolId, standings } = await standingsOf(tx, rows, at);
    return rows.map((row) => this.objects.user(row, standings.get(row.id)!, schoolId));
  }

  /** Throws NotFound. */
  async mustExist(tx: Tx, name: CollectionName, id: string, at: Moment): Promise<void> {
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

/** What the objects of a page are made from, in its order: not worked out for those that were passed over. */
async function rowsOf(tx: Tx, { columns, from, where, key, uuid }: Source, ids: string[]): Promise<Row[]> {
  const wanted = uuid ? sql`${ids}::uuid[]` : sql`${ids}::text[]`;
  const rows = await query<Row>(
    tx,
    sql`SELECT ${columns} FROM ${from} WHERE ${all([where, sql`${key} = ANY(${wanted})`])}`,
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  // One may have gone since the page was read.
  return ids.flatMap((id) => byId.get(id) ?? []);
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

function pathOf({ root, path }: Route, ids: string[]): string {
  let at = 0;
  return `${root}/${path.replace(/:\w+/g, () => ids[at++]!)}`;
}
