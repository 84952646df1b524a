import { DateTime } from 'luxon';
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
function clauseOf({ operator, value }: Clause, { sql: field, kind }: Field): Sql {
  if (kind === 'many') {
    if (operator === '=') return sql`coalesce(${value} = ANY(${field}), FALSE)`;
    if (operator === '!=') return sql`NOT coalesce(${value} = ANY(${field}), FALSE)`;
    throw refused('a field of several values takes = and !=');
  }
  if (operator === '~') {
    if (kind !== 'text') throw refused('~ is for texts');
    return sql`coalesce(strpos(${field}, ${value}) > 0, FALSE)`;
  }
  if (operator === '!=') return sql`${field} IS DISTINCT FROM ${typed(value, kind)}`;
  const compared = kind === 'text' ? sql`(${field}) COLLATE "C"` : sql`(${field})`;
  return sql`coalesce(${compared} ${OPERATORS[operator]} ${typed(value, kind)}, FALSE)`;
}

/** Dates and instants as ISO 8601; an instant without an offset is UTC. */
function typed(value: string, kind: 'text' | 'date' | 'instant'): Sql {
  if (kind === 'text') return sql`${value}::text`;
  const at = DateTime.fromISO(value, { zone: 'utc' });
  const known = kind === 'date' ? /^\d{4}-\d{2}-\d{2}$/.test(value) : /^\d{4}-\d{2}-\d{2}/.test(value);
  if (!known || !at.isValid || at.year < 1)
    throw refused(kind === 'date' ? 'a date is YYYY-MM-DD' : 'an instant is ISO 8601');
  return kind === 'date' ? sql`${value}::date` : sql`${at.toISO()}::timestamptz`;
}
