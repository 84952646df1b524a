import { Injectable } from '@nestjs/common';
import { validate as isUuid } from 'uuid';
import { type Actor, audit, auditList } from '#auth';
import { Config } from '#config';
import { Database, query, queryOne, raw, sql, type Sql } from '#database';
import { NotFound, Stale } from '#problems';
import { CampusClock } from '#time';
import { type Said, accountIn, nameSaid, patchIn } from './account.js';
import {
  groupOf,
  type ListResponse,
  listResponse,
  type Resource,
  ROOT,
  selected,
  type Selection,
  userOf,
} from './answers.js';
import { conditionOf } from './conditions.js';
import { DirectoryStaff, type StaffValues } from './directory-staff.client.js';
import { parseFilter, pathOf } from './filter.js';
import { GROUP_KINDS, groups, type GroupRow, type Source, users, type UserRow } from './resources.js';
import { MOST_OF_A_PAGE } from './scim.dto.js';
import { PathRefused, ValueRefused } from './scim.problems.js';

const USUAL = 100;

export interface ListRequest {
  filter?: string;
  startIndex?: number;
  count?: number;
  sortBy?: string;
  sortOrder?: 'ascending' | 'descending';
}

export type Type = 'Users' | 'Groups';

/** Accounts of staff and groups by SCIM 2.0: read from what directory publishes, written by directory's own routes. */
@Injectable()
export class Scim {
  readonly root: string;

  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
    private readonly staff: DirectoryStaff,
    config: Config,
  ) {
    this.root = `${config.origin}${ROOT}`;
  }

  async list(actor: Actor, type: Type, asked: ListRequest, selection: Selection): Promise<ListResponse> {
    const source = this.sourceOf(type);
    const filter = asked.filter === undefined ? sql`TRUE` : conditionOf(parseFilter(asked.filter), source);
    const order = orderOf(source, asked);
    const start = Math.max(1, asked.startIndex ?? 1);
    const count = Math.min(MOST_OF_A_PAGE, Math.max(0, asked.count ?? USUAL));
    const where = sql`(${source.where}) AND ${filter}`;
    return this.database.transaction(null, async (tx) => {
      const [counted, rows] = await Promise.all([
        queryOne<{ n: number }>(tx, sql`SELECT count(*)::int AS n FROM ${source.from} WHERE ${where}`),
        query<UserRow & GroupRow>(
          tx,
          sql`SELECT ${source.columns} FROM ${source.from} WHERE ${where} ORDER BY ${order} LIMIT ${count} OFFSET ${start - 1}`,
        ),
      ]);
      // What was asked for may name people; how many were shown is what counts.
      await auditList(tx, actor, { action: `integration.scim.${type.toLowerCase()}`, rows: rows.length, filter: {} });
      const resources = rows.map((row) => selected(this.resourceOf(type, row), selection));
      return listResponse(resources, counted!.n, start);
    });
  }

  async get(actor: Actor, type: Type, id: string): Promise<Resource> {
    return this.database.transaction(null, async (tx) => {
      const row = await queryOne<UserRow & GroupRow>(tx, this.oneOf(type, id));
      if (!row) throw new NotFound({ what: type === 'Users' ? 'user' : 'group' });
      await audit(tx, actor, {
        action: `integration.scim.${type.toLowerCase()}`,
        subject: { kind: type === 'Users' ? 'person' : 'unit', id },
      });
      return this.resourceOf(type, row);
    });
  }

  /** Names of units that a department may be; of several with one name, their codes. */
  async departments(): Promise<string[]> {
    const rows = await query<{ name: string }>(
      this.database.connection,
      sql`SELECT CASE count(*) OVER (PARTITION BY name) WHEN 1 THEN name ELSE code END AS name
            FROM directory.published_unit_v1 WHERE active AND kind IN ${GROUP_KINDS} ORDER BY name, code`,
    );
    return rows.map(({ name }) => name);
  }

  async create(authorization: string, body: unknown): Promise<Resource> {
    const said = accountIn(body);
    if (said.username === undefined) throw new ValueRefused({ params: { attribute: 'userName', why: 'is missing' } });
    const values = await this.valuesOf(said);
    return this.user(await this.staff.create(authorization, values));
  }

  /** What a PUT does not say is cleared, but for the name and `active`, which an account is never without. */
  replace(authorization: string, id: string, body: unknown, ifMatch: string | undefined): Promise<Resource> {
    const said = { externalid: null, 'enterprise.department': null, ...accountIn(body) };
    return this.change(authorization, id, said, ifMatch);
  }

  patch(authorization: string, id: string, body: unknown, ifMatch: string | undefined): Promise<Resource> {
    return this.change(authorization, id, patchIn(body), ifMatch);
  }

  async delete(authorization: string, id: string, ifMatch: string | undefined): Promise<void> {
    const row = await this.rowOf(id);
    this.mustMatch(row, ifMatch);
    await this.staff.leave(authorization, id, row.version);
  }

  private async change(
    authorization: string,
    id: string,
    said: Said,
    ifMatch: string | undefined,
    again = true,
  ): Promise<Resource> {
    const row = await this.rowOf(id);
    this.mustMatch(row, ifMatch);
    try {
      await this.staff.replace(authorization, id, row.version, await this.valuesOf(said, row));
    } catch (error) {
      // Somebody else was faster: who said nothing of a version wants it on top of that.
      if (!(error instanceof Stale) || ifMatch !== undefined || !again) throw error;
      return this.change(authorization, id, said, ifMatch, false);
    }
    return this.user(id);
  }

  /** What the account is to be: what is said, and where nothing is, what it was. */
  private async valuesOf(said: Said, before?: UserRow): Promise<StaffValues> {
    const name = nameSaid(said, before) ?? before?.name;
    if (name === undefined) throw new ValueRefused({ params: { attribute: 'name', why: 'is missing' } });
    return {
      externalId: said.externalid === undefined ? (before?.externalId ?? null) : said.externalid,
      number: said.username ?? before!.number,
      name,
      active: said.active ?? before?.active ?? true,
      unitId: await this.unitOf(said['enterprise.department'], before),
    };
  }

  /** A department by its name or code. */
  private async unitOf(department: string | null | undefined, before?: UserRow): Promise<string | null> {
    if (department === undefined || (before && department === before.department)) return before?.unitId ?? null;
    if (department === null) return null;
    const found = await query<{ id: string }>(
      this.database.connection,
      sql`SELECT id FROM directory.published_unit_v1
           WHERE active AND kind IN ${GROUP_KINDS} AND (name = ${department} OR code = ${department}) LIMIT 2`,
    );
    const why = found.length === 0 ? 'is no unit of the school' : 'is the name of several units: send the code';
    if (found.length !== 1) throw new ValueRefused({ params: { attribute: 'department', why } });
    return found[0]!.id;
  }

  private async user(id: string): Promise<Resource> {
    return userOf(await this.rowOf(id), this.root);
  }

  private async rowOf(id: string): Promise<UserRow> {
    const row = await queryOne<UserRow>(this.database.connection, this.oneOf('Users', id));
    if (!row) throw new NotFound({ what: 'user' });
    return row;
  }

  private oneOf(type: Type, id: string): Sql {
    if (!isUuid(id)) throw new NotFound({ what: type === 'Users' ? 'user' : 'group' });
    const { columns, from, where, key } = this.sourceOf(type);
    return sql`SELECT ${columns} FROM ${from} WHERE (${where}) AND ${key} = ${id}::uuid`;
  }

  private mustMatch(row: UserRow, ifMatch: string | undefined): void {
    if (ifMatch !== undefined && !matches(ifMatch, userOf(row, this.root).meta.version)) throw new Stale();
  }

  private sourceOf(type: Type): Source {
    return type === 'Users' ? users(this.clock.today()) : groups(this.clock.today());
  }

  private resourceOf(type: Type, row: UserRow & GroupRow): Resource {
    return type === 'Users' ? userOf(row, this.root) : groupOf(row, this.root);
  }
}

/** Is it one of these tags, or `*`? Compared weakly: a version says that nothing that is shown has changed. */
export function matches(tags: string, version: string): boolean {
  const weak = (tag: string): string => tag.trim().replace(/^W\//, '');
  return tags.split(',').some((tag) => tag.trim() === '*' || weak(tag) === weak(version));
}

/** By id where nothing else is said, and among equals. */
function orderOf({ attributes, key }: Source, { sortBy, sortOrder }: ListRequest): Sql {
  const direction = sortOrder === 'descending' ? raw('DESC') : raw('ASC');
  if (sortBy === undefined) return sql`${key} ${direction}`;
  const path = pathOf(sortBy) ?? '';
  const attribute = Object.hasOwn(attributes, path) ? attributes[path] : undefined;
  if (!attribute) throw new PathRefused({ pointer: '?sortBy', params: { path: sortBy } });
  const { sql: value, kind } = attribute;
  const sorted =
    kind === 'text' ? sql`lower(${value}) COLLATE "C"` : kind === 'exact' ? sql`(${value}) COLLATE "C"` : value;
  return sql`${sorted} ${direction} NULLS LAST, ${key}`;
}
