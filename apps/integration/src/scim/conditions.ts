import { DateTime } from 'luxon';
import { validate as isUuid } from 'uuid';
import { join, raw, sql, type Sql } from '#database';
import { type Comparison, type Filter, refused } from './filter.js';

/** What can be asked of a resource, by path in lower case. `text` differs not by case, `exact` does. */
export interface Attribute {
  sql: Sql;
  kind: 'text' | 'exact' | 'id' | 'boolean' | 'instant';
}

/** A multi-valued attribute: its elements as rows. */
export interface Elements {
  from: Sql;
  where: Sql;
  fields: Record<string, Attribute>;
}

export interface Asked {
  attributes: Record<string, Attribute>;
  elements: Record<string, Elements>;
}

/** SQL predicate of a filter, in brackets of its own. Throws FilterRefused for attributes and comparisons that there are not. */
export function conditionOf(filter: Filter, asked: Asked): Sql {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const parts = filter.parts.map((part) => conditionOf(part, asked));
      return sql`(${join(parts, filter.kind === 'and' ? ' AND ' : ' OR ')})`;
    }
    case 'not':
      return sql`(NOT ${conditionOf(filter.part, asked)})`;
    case 'element':
      return anyElement(elementsOf(filter.path, asked), (fields) =>
        conditionOf(filter.part, { attributes: fields, elements: {} }),
      );
    default:
      return simple(filter, asked);
  }
}

function simple(filter: Filter & { kind: 'compare' | 'present' }, asked: Asked): Sql {
  const attribute = own(asked.attributes, filter.path);
  if (attribute) return clause(filter, attribute);
  // `members eq "…"` is about the values of its elements (RFC 7644, 3.5.2).
  const [path = '', field = 'value', ...rest] = filter.path.split('.');
  if (rest.length > 0) throw unknown(filter.path);
  return anyElement(elementsOf(path, asked), (fields) => {
    const found = own(fields, field);
    if (!found) throw unknown(filter.path);
    return clause(filter, found);
  });
}

function anyElement({ from, where, fields }: Elements, condition: (fields: Elements['fields']) => Sql): Sql {
  return sql`EXISTS (SELECT FROM ${from} WHERE ${where} AND ${condition(fields)})`;
}

function elementsOf(path: string, { elements }: Asked): Elements {
  const found = own(elements, path);
  if (!found) throw unknown(path);
  return found;
}

/** What is not kept here is refused: read as "no value", `ne` would answer everybody. */
function unknown(path: string): Error {
  return refused(`there is no attribute ${path} to ask for`);
}

function own<T>(table: Record<string, T>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function clause(filter: Filter & { kind: 'compare' | 'present' }, { sql: value, kind }: Attribute): Sql {
  if (filter.kind === 'present')
    return kind === 'text' || kind === 'exact' ? sql`(coalesce(${value}, '') <> '')` : sql`(${value} IS NOT NULL)`;
  const { operator, value: given } = filter;
  if (given === null) {
    if (operator === 'eq') return sql`(${value} IS NULL)`;
    if (operator === 'ne') return sql`(${value} IS NOT NULL)`;
    throw refused('null takes eq and ne');
  }
  if (kind === 'boolean') {
    if (typeof given !== 'boolean' || (operator !== 'eq' && operator !== 'ne'))
      throw refused('true and false take eq and ne');
    return operator === 'eq' ? sql`(${value} = ${given})` : sql`(${value} <> ${given})`;
  }
  if (typeof given !== 'string') throw refused('this attribute is compared with a text');
  if (kind === 'instant') return ordered(operator, sql`${value}`, sql`${instantOf(given)}::timestamptz`);
  // By its index where it can be.
  if (kind === 'id' && operator === 'eq') return isUuid(given) ? sql`(${value} = ${given}::uuid)` : sql`FALSE`;
  if (kind === 'id') return text(operator, sql`${value}::text`, given);
  if (kind === 'exact') return text(operator, value, given);
  return text(operator, sql`lower(${value})`, given.toLowerCase());
}

/** Texts compare by code point. What has no value is equal to nothing, and differs from everything. */
function text(operator: Comparison, value: Sql, given: string): Sql {
  switch (operator) {
    case 'co':
      return sql`coalesce(strpos(${value}, ${given}) > 0, FALSE)`;
    case 'sw':
      return sql`coalesce(starts_with(${value}, ${given}), FALSE)`;
    case 'ew':
      return sql`coalesce(right(${value}, ${[...given].length}::int) = ${given}, FALSE)`;
    default:
      return ordered(operator, sql`(${value}) COLLATE "C"`, sql`${given}::text`);
  }
}

const SIGNS = { eq: raw('='), gt: raw('>'), ge: raw('>='), lt: raw('<'), le: raw('<=') };

function ordered(operator: Comparison, value: Sql, given: Sql): Sql {
  if (operator === 'ne') return sql`(${value} IS DISTINCT FROM ${given})`;
  if (operator === 'co' || operator === 'sw' || operator === 'ew')
    throw refused('instants take eq, ne, gt, ge, lt and le');
  return sql`coalesce(${value} ${SIGNS[operator]} ${given}, FALSE)`;
}

function instantOf(given: string): string {
  const at = DateTime.fromISO(given, { zone: 'utc' });
  if (!/^\d{4}-\d{2}-\d{2}T/.test(given) || !at.isValid || at.year < 1) throw refused('an instant is ISO 8601');
  return at.toISO();
}
