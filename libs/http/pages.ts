import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, getSchemaPath } from '@nestjs/swagger';
import { type Actor, queryAudited } from '#auth';
import type { Bilingual } from '#contracts';
import { join, query, queryOne, sql, type Sql, type Tx } from '#database';
import { CSV_TYPE, XLSX_TYPE } from '#exchange';
import { type Codes, Flag, Instant, Int, ListOf, OneOf, Text } from '#fields';
import { Invalid } from '#problems';

/** Query of every list; one with filters extends it. */
export class PageQuery {
  @Int({ zh: '每页条数', en: 'Rows per page', min: 1, max: 200, optional: true, example: 50 })
  limit = 50;

  @Text({
    zh: '上一页返回的 nextCursor',
    en: 'nextCursor of the page before',
    max: 2000,
    pattern: /^[A-Za-z0-9_-]+$/,
    optional: true,
    example: 'eyJzIjoiIn0',
  })
  cursor?: string;
}

/** Query of a list that counts on request. */
export class ListQuery extends PageQuery {
  @Flag({ zh: '是否返回总数', en: 'Whether to count all rows, as `total`', optional: true, example: true })
  total?: boolean;
}

/** `updatedSince` of a list; add `updatedAt` to its sorts. Rows of transactions under way appear later: go back two minutes when polling. */
export const UpdatedSince = (): PropertyDecorator =>
  Instant({
    zh: '在该时间之后（含）有变化的；轮询时回退两分钟',
    en: 'Changed at or after this instant; when polling, go back two minutes',
    optional: true,
    example: '2026-11-21T08:00:00+08:00',
  });

/** Filter of several values, `?status=open&status=confirmed`: rows that have one of them. */
export const AnyOf = (of: 'uuid' | 'text' | Codes, text: Bilingual, example?: string[]): PropertyDecorator =>
  ListOf(of as never, { ...text, optional: true, unique: true, maxItems: 50, ...(example && { example }) });

/** `sort` of a list: one of the keys, `-key` for descending. */
export const Sort = (keys: readonly string[]): PropertyDecorator =>
  OneOf(
    keys.flatMap((key) => [key, `-${key}`]),
    { zh: '排序，前缀 - 为降序', en: 'Sort key; with - descending', optional: true },
  );

/** One page of a list; `nextCursor` is null on the last one. */
export interface Page<T> {
  data: T[];
  nextCursor: string | null;
  /** All rows of the list, when the query asks for `total`. */
  total?: number;
}

interface SortedQuery {
  limit: number;
  cursor?: string;
  sort?: string;
}

export interface KeysetOptions<K extends string> {
  /** Columns a caller may sort by; not null. Index them together with the id. */
  sorts: Record<K, Sql>;
  /** `key` or `-key`, when the query has no `sort`. */
  defaultSort: NoInfer<K> | `-${NoInfer<K>}`;
  /** The row's id: ends every order, so that it is total. */
  id: Sql;
}

export interface Keyset {
  /** Rows after the cursor; TRUE on the first page. */
  where: Sql;
  orderBy: Sql;
  /** One row more than asked for: whether there is a next page. */
  limit: number;
  /** The sort column as exact text, to be selected for `toPage`: a Date would lose microseconds. */
  sortKey: Sql;
}

/**
 * The SQL parts of a page: `WHERE … AND ${page.where} ORDER BY ${page.orderBy} LIMIT ${page.limit}`.
 * Throws Invalid (400) for an unknown sort key. A cursor is one of ours, of this list: cursors.ts lets no other through.
 */
export function keyset<K extends string>(query: SortedQuery, options: KeysetOptions<K>): Keyset {
  const sort = query.sort ?? options.defaultSort;
  const descending = sort.startsWith('-');
  const key = descending ? sort.slice(1) : sort;
  if (!Object.hasOwn(options.sorts, key)) {
    throw new Invalid({ errors: [{ pointer: '?sort', zh: '不支持的排序字段', en: 'is not a sort key of this list' }] });
  }
  const column = options.sorts[key as K];
  const direction = descending ? sql` DESC` : sql` ASC`;
  const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
  const where = after
    ? descending
      ? sql`(${column}, ${options.id}) < (${after[0]}, ${after[1]})`
      : sql`(${column}, ${options.id}) > (${after[0]}, ${after[1]})`
    : sql`TRUE`;
  return {
    where,
    orderBy: join([sql`${column}${direction}`, sql`${options.id}${direction}`], ', '),
    limit: query.limit + 1,
    sortKey: sql`(${column})::text`,
  };
}

export interface ListOptions<R, T, K extends string> extends KeysetOptions<K> {
  /** Columns without those of the sort. */
  select: Sql;
  /** What follows FROM. */
  from: Sql;
  /** Scope and filters, joined by AND; those that were not asked for are left out. */
  where: readonly (Sql | '' | undefined)[];
  to: (row: R) => T;
  /** Where what is shown must leave an entry in the audit: who asks, and what the entry is called. Written by the statement of the page. */
  audit?: { actor: Actor; action: string };
}

/** One page of a list in one statement; a second one counts where the query asks for `total`. */
export async function list<R extends object, T, K extends string>(
  tx: Tx,
  page: ListQuery & SortedQuery,
  options: ListOptions<R, T, K>,
): Promise<Page<T>> {
  const keys = keyset(page, options);
  const where = join([sql`TRUE`, ...options.where.filter((one) => one instanceof Object)], ' AND ');
  const statement = sql`SELECT ${options.select}, ${keys.sortKey} AS "sortKey", ${options.id} AS "rowId" FROM ${options.from}
         WHERE ${where} AND ${keys.where} ORDER BY ${keys.orderBy} LIMIT ${keys.limit}`;
  type Row = R & { sortKey: string; rowId: string; entry?: unknown };
  const { audit } = options;
  const rows = audit
    ? await queryAudited<Row>(tx, audit.actor, { action: audit.action, filter: page }, page.limit, statement)
    : await query<Row>(tx, statement);
  const found = toPage(
    rows,
    page,
    (row) => [row.sortKey, row.rowId],
    ({ sortKey: _sortKey, rowId: _rowId, entry: _entry, ...row }) => options.to(row as unknown as R),
  );
  return page.total ? { ...found, total: await countOf(tx, options.from, where) } : found;
}

async function countOf(tx: Tx, from: Sql, where: Sql): Promise<number> {
  const row = await queryOne<{ total: number }>(tx, sql`SELECT count(*)::int AS total FROM ${from} WHERE ${where}`);
  return row!.total;
}

/** SQL predicate: the column has one of the values; undefined (no filter) when none were given. */
export function anyOf(
  column: Sql,
  values: readonly string[] | undefined,
  type: 'text' | 'uuid' = 'text',
): Sql | undefined {
  if (!values?.length) return undefined;
  return type === 'uuid' ? sql`${column} = ANY(${values}::uuid[])` : sql`${column} = ANY(${values}::text[])`;
}

type SortValue = string | number | Date;

/** Makes the answer from the rows of a keyset query; `keyOf` gives the row's sort value and id. */
export function toPage<R, T>(
  rows: R[],
  query: { limit: number },
  keyOf: (row: R) => [SortValue, string],
  from: (row: R) => T,
): Page<T> {
  const data = rows.slice(0, query.limit);
  const last = data.at(-1);
  const more = rows.length > query.limit && last !== undefined;
  return { data: data.map((row) => from(row)), nextCursor: more ? encodeCursor(keyOf(last)) : null };
}

/** The sort value and the id of the last row shown; sealed before it leaves (cursors.ts). */
function encodeCursor(position: [SortValue, string]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

function decodeCursor(cursor: string): [string | number, string] {
  return JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [string | number, string];
}

export const PAGE_OF = 'yizhan:page-of';

/** A route that returns `Page<Dto>`; as a table for who accepts CSV or .xlsx rather than JSON. */
export function ApiPage(dto: abstract new (...args: never[]) => object): MethodDecorator {
  return applyDecorators(
    SetMetadata(PAGE_OF, dto),
    ApiExtraModels(dto as never),
    ApiOkResponse({
      description: `一页；Accept 为 ${CSV_TYPE} 或 ${XLSX_TYPE} 时为表格 / One page; as a table for who accepts those types rather than JSON`,
      schema: {
        type: 'object',
        required: ['data', 'nextCursor'],
        additionalProperties: false,
        properties: {
          data: { type: 'array', maxItems: 200, items: { $ref: getSchemaPath(dto as never) } },
          nextCursor: {
            type: ['string', 'null'],
            maxLength: 2000,
            pattern: '^[A-Za-z0-9_-]+$',
            description: '下一页的游标；最后一页为 null / Cursor of the next page; null on the last',
            example: null,
          },
          total: {
            type: 'integer',
            format: 'int32',
            minimum: 0,
            maximum: 2_147_483_647,
            description: '总数，仅在 total=true 时 / All rows; only with total=true',
            example: 137,
          },
        },
      },
    }),
  );
}
