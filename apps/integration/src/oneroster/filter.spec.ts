import { sql } from '#database';
import { conditionOf } from './conditions.js';
import { parseFilter } from './filter.js';

const refusal = (text: string): string => {
  try {
    parseFilter(text);
  } catch (error) {
    return String((error as { details: { params: { why: string } } }).details.params.why);
  }
  return 'none';
};

describe('a filter of OneRoster', () => {
  it('is one clause, or two joined by AND or OR', () => {
    expect(parseFilter("status='active'")).toEqual({
      clauses: [{ field: 'status', operator: '=', value: 'active' }],
      join: 'AND',
    });
    expect(parseFilter("school.sourcedId != 'a' OR dateLastModified>='2026-11-01T00:00:00.000Z'")).toEqual({
      clauses: [
        { field: 'school.sourcedId', operator: '!=', value: 'a' },
        { field: 'dateLastModified', operator: '>=', value: '2026-11-01T00:00:00.000Z' },
      ],
      join: 'OR',
    });
  });

  it('doubles quotation marks within a value, where AND and OR mean nothing', () => {
    const { clauses } = parseFilter("familyName='O''Neil' AND title~'a'' OR ''1''=''1'");
    expect(clauses.map(({ value }) => value)).toEqual(["O'Neil", "a' OR '1'='1"]);
    expect(parseFilter("title=''").clauses[0].value).toBe('');
    expect(parseFilter("title=''''").clauses[0].value).toBe("'");
  });

  it.each([
    ['', 'a clause is'],
    ["status='active", 'a clause is'],
    ['status=active', 'a clause is'],
    ["status=='active'", 'a clause is'],
    ["status LIKE 'a'", 'a clause is'],
    ["1status='a'", 'a clause is'],
    ["a..b='a'", 'a clause is'],
    ["(status='a')", 'a clause is'],
    [" status='a'", 'a clause is'],
    ["status='a' ", 'between two clauses'],
    ["status='a' and role='b'", 'between two clauses'],
    ["status='a'  AND role='b'", 'between two clauses'],
    ["status='a' AND  role='b'", 'a clause is'],
    ["status='a' AND", 'between two clauses'],
    ["status='a' AND ", 'a clause is'],
    ["a='1' AND b='2' AND c='3'", 'two clauses at most'],
    ["a='1'b='2'", 'between two clauses'],
    [`a='${'x'.repeat(251)}'`, '250 characters'],
  ])('is refused: %s', (text, why) => {
    expect(refusal(text)).toContain(why);
  });

  it('takes 250 characters, whatever they are made of', () => {
    expect(refusal(`a='${'𠮷'.repeat(250)}'`)).toBe('none');
  });

  it('is a condition in brackets of its own: whatever stands beside it holds, too', () => {
    const fields = { name: { sql: sql`u.name`, kind: 'text' } } as const;
    const { text } = conditionOf(parseFilter("name='a' OR name='b'"), { fields });
    const depths = [...text].map(
      (
        (depth) => (char) =>
          (depth += char === '(' ? 1 : char === ')' ? -1 : 0)
      )(0),
    );
    expect(text).toContain(' OR ');
    // The first bracket closes with the last.
    expect([depths[0], depths.indexOf(0), depths.at(-1)]).toEqual([1, text.length - 1, 0]);
  });
});
