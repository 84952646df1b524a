import { FilterRefused } from './scim.problems.js';
import { parseFilter, pathOf } from './filter.js';

const eq = (path: string, value: unknown) => ({ kind: 'compare', path, operator: 'eq', value });

describe('a filter of SCIM', () => {
  // RFC 7644, section 3.4.2.2, figure 2.
  it.each([
    ['userName eq "bjensen"', eq('username', 'bjensen')],
    ['name.familyName co "O\'Malley"', { kind: 'compare', path: 'name.familyname', operator: 'co', value: "O'Malley" }],
    ['userName sw "J"', { kind: 'compare', path: 'username', operator: 'sw', value: 'J' }],
    [
      'urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J"',
      { kind: 'compare', path: 'username', operator: 'sw', value: 'J' },
    ],
    ['title pr', { kind: 'present', path: 'title' }],
    [
      'meta.lastModified gt "2011-05-13T04:42:34Z"',
      { kind: 'compare', path: 'meta.lastmodified', operator: 'gt', value: '2011-05-13T04:42:34Z' },
    ],
    [
      'title pr and userType eq "Employee"',
      { kind: 'and', parts: [{ kind: 'present', path: 'title' }, eq('usertype', 'Employee')] },
    ],
    [
      'userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")',
      {
        kind: 'and',
        parts: [
          eq('usertype', 'Employee'),
          {
            kind: 'or',
            parts: [
              { kind: 'compare', path: 'emails', operator: 'co', value: 'example.com' },
              { kind: 'compare', path: 'emails.value', operator: 'co', value: 'example.org' },
            ],
          },
        ],
      },
    ],
    [
      'userType ne "Employee" and not (emails co "example.com")',
      {
        kind: 'and',
        parts: [
          { kind: 'compare', path: 'usertype', operator: 'ne', value: 'Employee' },
          { kind: 'not', part: { kind: 'compare', path: 'emails', operator: 'co', value: 'example.com' } },
        ],
      },
    ],
    [
      'emails[type eq "work" and value co "@example.com"]',
      {
        kind: 'element',
        path: 'emails',
        part: {
          kind: 'and',
          parts: [eq('type', 'work'), { kind: 'compare', path: 'value', operator: 'co', value: '@example.com' }],
        },
      },
    ],
  ])('%s', (text, filter) => {
    expect(parseFilter(text)).toEqual(filter);
  });

  it('binds and before or, and words in any case', () => {
    expect(parseFilter('a EQ true Or b eq null AND c eq 1')).toEqual({
      kind: 'or',
      parts: [eq('a', true), { kind: 'and', parts: [eq('b', null), eq('c', 1)] }],
    });
    expect(parseFilter('a eq "x \\" and (b"')).toEqual(eq('a', 'x " and (b'));
    expect(parseFilter('(a eq 1 or b eq 2) and c eq 3')).toMatchObject({ kind: 'and', parts: [{ kind: 'or' }, {}] });
  });

  it.each([
    '',
    'userName',
    'userName eq',
    'userName eq bjensen',
    'userName eq "a" or',
    'userName eq "a" userName eq "b"',
    'userName like "a"',
    '(userName eq "a"',
    'userName eq "a")',
    'not userName eq "a"',
    'emails[type eq "work"',
    'emails[type[value eq 1]]',
    'a.b.c eq 1',
    'userName eq "a',
    'userName eq {}',
    `${'('.repeat(50)}a pr${')'.repeat(50)}`,
  ])('%s is refused', (text) => {
    expect(() => parseFilter(text)).toThrow(FilterRefused);
  });

  it('tells attributes of the extension', () => {
    expect(pathOf('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department')).toBe(
      'enterprise.department',
    );
    expect(pathOf('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User')).toBe('enterprise');
    expect(pathOf('urn:else:User:department')).toBeUndefined();
  });
});
