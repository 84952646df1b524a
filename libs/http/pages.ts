import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, getSchemaPath } from '@nestjs/swagger';
import { join, sql, type Sql } from '#database';
import { Int, OneOf, Text } from './fields.js';
import { Invalid } from './problems.js';
import { isCleanText } from './text-hygiene.js';

/** Query of every list; services extend it with their filters. */
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
 * Throws Invalid (400) for an unknown sort key and for a cursor that is malformed or of another sort.
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
  const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor, query.sort);
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

type SortValue = string | number | Date;

/** Makes the answer from the rows of a keyset query; `keyOf` gives the row's sort value and id. */
export function toPage<R, T>(
  rows: R[],
  query: SortedQuery,
  keyOf: (row: R) => [SortValue, string],
  from: (row: R) => T,
): Page<T> {
  const data = rows.slice(0, query.limit);
  const last = data.at(-1);
  const more = rows.length > query.limit && last !== undefined;
  return { data: data.map((row) => from(row)), nextCursor: more ? encodeCursor(query.sort, keyOf(last)) : null };
}

function encodeCursor(sort: string | undefined, [value, id]: [SortValue, string]): string {
  return Buffer.from(JSON.stringify([sort ?? '', value, id])).toString('base64url');
}

function decodeCursor(cursor: string, sort: string | undefined): [string | number, string] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(parsed) && parsed.length === 3) {
      const [ofSort, value, id] = parsed as unknown[];
      const plain = typeof value === 'string' || typeof value === 'number';
      if (ofSort === (sort ?? '') && plain && typeof id === 'string' && isCleanText(`${value}${id}`))
        return [value, id];
    }
  } catch {
    // Falls through to the one answer for everything that is not our cursor.
  }
  throw new Invalid({ errors: [{ pointer: '?cursor', zh: '游标无效', en: 'is not a cursor of this list' }] });
}

/** OpenAPI of a route that answers `Page<Dto>`. */
export function ApiPage(dto: abstract new (...args: never[]) => object): MethodDecorator {
  return applyDecorators(
    ApiExtraModels(dto as never),
    ApiOkResponse({
      description: '一页 / One page',
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
        },
      },
    }),
  );
}
