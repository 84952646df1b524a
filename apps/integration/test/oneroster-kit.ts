import { sql, type Sql } from '#database';
import { campus, type TestApp } from '#testing';

export { ROSTERING as ROOT } from '../src/oneroster/objects.js';

export type Obj = Record<string, unknown> & { sourcedId: string; status: string; dateLastModified: string };

const id = (n: number): string => `00000000-0000-7000-8000-0000042${String(n).padStart(5, '0')}`;

/** What the small campus has none of: a teaching class, people who left, names of all sorts, memberships that ended, begin later or are deleted. */
export const extra = {
  teachingClass: id(1),
  closedClass: id(2),
  /** With the names they are to be told by: full, family, given. */
  named: (
    [
      ['欧阳明月', '欧阳', '明月'],
      ['李四', '李', '四'],
      ['司马', '司', '马'],
      ['阿卜杜拉·买买提', '买买提', '阿卜杜拉'],
      ['阿依古丽·阿卜杜拉·买买提', '买买提', '阿依古丽·阿卜杜拉'],
      ['Maria da Silva', 'Silva', 'Maria da'],
      ["O'Neil", "O'Neil", ''],
      ['김민수', '김', '민수'],
      ['𠮷田太郎', '𠮷', '田太郎'],
    ] as const
  ).map(([full, family, given], i) => ({ id: id(100 + i), full, family, given })),
  left: id(200),
  memberships: { future: id(301), ended: id(302), deleted: id(303), taught: id(304) },
};

export async function enrich(test: TestApp): Promise<void> {
  const [anna, bob, carl] = campus.students;
  const { memberships: m } = extra;
  const people = [...extra.named.map(({ id: person, full }, i) => [person, `E${i}`, full, true] as const)];
  for (const [person, number, name, active] of [...people, [extra.left, 'E99', '离校生', false] as const]) {
    await test.query(
      sql`INSERT INTO directory.person (id, kind, number, name, grade, active) VALUES (${person}, 'student', ${number}, ${name}, '2025', ${active})`,
    );
  }
  const rows: Sql[] = [
    sql`INSERT INTO directory.unit (id, kind, code, name, parent_id, term_id, active) VALUES
      (${extra.teachingClass}, 'course_class', ${`MA101-1@${campus.term}`}, '高等数学一班', ${campus.colleges.cs}, ${campus.term}, true),
      (${extra.closedClass}, 'class', 'SE2001', '软工2001', ${campus.majors.se}, NULL, false)`,
    sql`INSERT INTO directory.membership (id, person_id, unit_id, valid_from, valid_to, secondary) VALUES
      (${m.taught}, ${anna}, ${extra.teachingClass}, '2026-09-01', NULL, true),
      (${m.future}, ${bob}, ${extra.teachingClass}, '2099-09-01', NULL, true),
      (${m.ended}, ${carl}, ${extra.teachingClass}, '2025-09-01', '2026-01-20', true),
      (${m.deleted}, ${carl}, ${campus.classes.en2401}, '2025-09-01', NULL, true)`,
    sql`DELETE FROM directory.membership WHERE id = ${m.deleted}`,
  ];
  for (const row of rows) await test.query(row);
}

const OPERATORS = ['=', '!=', '>', '>=', '<', '<=', '~'] as const;
export type Operator = (typeof OPERATORS)[number];
export interface Clause {
  field: string;
  operator: Operator;
  value: string;
}

/** What a filter means, worked out from the objects themselves. */
export function holds({ field, operator, value }: Clause, object: Obj): boolean {
  const found = valuesAt(object, field.split('.'));
  if (Array.isArray((object as Record<string, unknown>)[field.split('.')[0]!]))
    return operator === '=' ? found.includes(value) : !found.includes(value);
  const [own] = found;
  if (own === undefined) return operator === '!=';
  const order = field === 'dateLastModified' ? Date.parse(own) - Date.parse(value) : byCodePoint(own, value);
  switch (operator) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '~':
      return own.includes(value);
  }
}

export function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

export function valuesAt(value: unknown, path: string[]): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => valuesAt(item, path));
  const [first, ...rest] = path;
  if (first === undefined) return value === undefined ? [] : [String(value)];
  return valuesAt((value as Record<string, unknown> | undefined)?.[first], rest);
}

export const textOf = ({ field, operator, value }: Clause): string =>
  `${field}${operator}'${value.replaceAll("'", "''")}'`;
