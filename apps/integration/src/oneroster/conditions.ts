import { DateTime } from 'luxon';
import { validate as isUuid } from 'uuid';
import { join, raw, sql, type Sql } from '#database';
import { type Clause, type Filter, refused } from './filter.js';
import type { Field, Source } from './resources.js';

const OPERATORS = {
  '=': raw('='),
  '!=': raw('<>'),
  '>': raw('>'),
  '>=': raw('>='),
  '<': raw('<'),
  '<=': raw('<='),
} as const;

/** Kinds whose values are no texts. */
const UNQUOTED: Field['kind'][] = ['date', 'instant', 'number'];
const NUMBER = /^-?\d{1,15}(\.\d{1,15})?$/;

/** SQL predicate of a filter, in brackets of its own: an OR stays within. Throws FilterFieldRefused for fields that are not listed. */
export function conditionOf({ clauses, join: joined }: Filter, { fields }: Pick<Source, 'fields'>): Sql {
  const parts = clauses.map((clause) => {
    const field = Object.hasOwn(fields, clause.field) ? fields[clause.field] : undefined;
    if (!field) throw refused(`the fields are ${Object.keys(fields).join(', ')}`);
    return clauseOf(clause, field);
  });
  return sql`(${join(parts, ` ${joined} `)})`;
}

/** What has no value is equal to nothing, and differs from everything. Texts compare by code point. */
function clauseOf({ operator, value }: Clause, field: Field): Sql {
  const { kind } = field;
  if (kind === 'many') {
    if (operator === '=') return sql`coalesce(${value} = ANY(${field.sql}), FALSE)`;
    if (operator === '!=') return sql`NOT coalesce(${value} = ANY(${field.sql}), FALSE)`;
    throw refused('a field of several values takes = and !=');
  }
  // By its index where it can be; an id is told in lower case.
  if (kind === 'id' && operator === '=')
    return isUuid(value) && value === value.toLowerCase()
      ? sql`coalesce(${field.sql} = ${value}::uuid, FALSE)`
      : sql`FALSE`;
  if (field.since && (operator === '>' || operator === '>='))
    return field.since(
      sql`(${instantOf(value)
        .plus(operator === '>' ? 1 : 0)
        .toISO()}::timestamptz)`,
    );
  const compared = kind === 'id' ? sql`${field.sql}::text` : field.sql;
  if (operator === '~') {
    if (UNQUOTED.includes(kind)) throw refused('~ is for texts');
    return sql`coalesce(strpos(${compared}, ${value}) > 0, FALSE)`;
  }
  if (operator === '!=') return sql`${compared} IS DISTINCT FROM ${typed(value, kind)}`;
  const ordered = operator === '=' || UNQUOTED.includes(kind) ? sql`(${compared})` : sql`(${compared}) COLLATE "C"`;
  return sql`coalesce(${ordered} ${OPERATORS[operator]} ${typed(value, kind)}, FALSE)`;
}

function typed(value: string, kind: Exclude<Field['kind'], 'many'>): Sql {
  if (kind === 'number') {
    if (!NUMBER.test(value)) throw refused('a number is written with digits, such as 86.5');
    return sql`${value}::float8`;
  }
  if (kind === 'instant') return sql`${instantOf(value).toISO()}::timestamptz`;
  if (kind !== 'date') return sql`${value}::text`;
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value) || !isTime(DateTime.fromISO(value))) throw refused('a date is YYYY-MM-DD');
  return sql`${value}::date`;
}

/** ISO 8601, to the millisecond; without an offset it is UTC. */
function instantOf(value: string): DateTime {
  const at = DateTime.fromISO(value, { zone: 'utc' });
  if (!/^\d{4}-\d{2}-\d{2}/.test(value) || !isTime(at)) throw refused('an instant is ISO 8601');
  return at;
}

function isTime(at: DateTime): boolean {
  return at.isValid && at.year >= 1;
}
