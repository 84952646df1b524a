import { FilterFieldRefused } from './oneroster.problems.js';

export type Operator = '=' | '!=' | '>' | '>=' | '<' | '<=' | '~';

export interface Clause {
  /** Dotted path, such as `school.sourcedId`. */
  field: string;
  operator: Operator;
  value: string;
}

/** One clause, or two with what joins them. */
export interface Filter {
  clauses: [Clause, ...Clause[]];
  join: 'AND' | 'OR';
}

/** Characters of a value; nothing of a roster is longer. */
const LONGEST = 250;
const CLAUSE = /([A-Za-z]\w*(?:\.[A-Za-z]\w*)*) ?(!=|>=|<=|=|>|<|~) ?'((?:[^']|'')*)'/y;
const JOIN = / (AND|OR) /y;

/**
 * `field op 'value'`, or two of them joined by one ` AND ` or ` OR ` (OneRoster 1.2 REST binding, filtering). A quotation mark within a
 * value is doubled. Throws FilterFieldRefused.
 */
export function parseFilter(text: string): Filter {
  const first = clauseAt(text, 0);
  if (first.end === text.length) return { clauses: [first.clause], join: 'AND' };
  JOIN.lastIndex = first.end;
  const join = JOIN.exec(text)?.[1] as Filter['join'] | undefined;
  if (!join) throw refused('between two clauses stands one AND or OR in capitals');
  const second = clauseAt(text, JOIN.lastIndex);
  if (second.end !== text.length) throw refused('there are two clauses at most');
  return { clauses: [first.clause, second.clause], join };
}

function clauseAt(text: string, at: number): { clause: Clause; end: number } {
  CLAUSE.lastIndex = at;
  const [, field, operator, quoted] = CLAUSE.exec(text) ?? [];
  if (field === undefined || operator === undefined || quoted === undefined)
    throw refused("a clause is field, operator (= != > >= < <= ~) and 'value'");
  const value = quoted.replaceAll("''", "'");
  if ([...value].length > LONGEST) throw refused(`a value has ${LONGEST} characters at most`);
  return { clause: { field, operator: operator as Operator, value }, end: CLAUSE.lastIndex };
}

export function refused(why: string): Error {
  return new FilterFieldRefused({ pointer: '?filter', params: { why } });
}
