import { addImport, addTo, has, repeatEntries } from './edits.js';
import { assertPlain, fill, nameOf, singularAndPlural } from './names.js';

describe('names', () => {
  it('are written as each place writes them', () => {
    expect(nameOf('late-pass')).toEqual({
      kebab: 'late-pass',
      snake: 'late_pass',
      camel: 'latePass',
      pascal: 'LatePass',
      words: 'late pass',
      sentence: 'Late pass',
    });
  });

  it.each(['', 'Late-pass', 'late_pass', '1st', '-late', 'late-', 'late--pass', '../x', 'a'.repeat(33)])(
    'refuses "%s"',
    (name) => expect(() => nameOf(name)).toThrow('is no name'),
  );

  it.each([
    ['late-passes', 'late-pass', 'late-passes'],
    ['hazard', 'hazard', 'hazards'],
    ['activities', 'activity', 'activities'],
    ['houses', 'house', 'houses'],
  ])('%s: one %s, many %s', (given, one, many) => {
    const found = singularAndPlural(given);
    expect([found.one.kebab, found.many.kebab]).toEqual([one, many]);
  });

  it('refuses a word that cannot be counted', () => {
    expect(() => singularAndPlural('equipment')).toThrow('equipment-entries');
  });

  it('refuses words that would end the string they go into', () => {
    expect(() => assertPlain("it's")).toThrow('without quotes');
    expect(() => assertPlain('隐患')).not.toThrow();
  });

  it('fill a template in every spelling, with the right article', () => {
    const names = { service: nameOf('early-warning'), ...singularAndPlural('open-issues'), zh: '问题' };
    const template =
      "A sample row (样本) of homeService: 'home-service:sample-row:read', home_service.sample_row, SampleRows";
    expect(fill(template, names)).toBe(
      "An open issue (问题) of earlyWarning: 'early-warning:open-issue:read', early_warning.open_issue, OpenIssues",
    );
  });
});

describe('edits', () => {
  it('add to the list or object of a name, at its end or in its order', () => {
    expect(addTo('const all = [a, b].map(f);', 'all', 'c')).toBe('const all = [a, b,\nc].map(f);');
    expect(addTo('x({ features: [] });', 'features', 'a')).toBe('x({ features: [a] });');
    expect(addTo("const T = { a: 1, 'c-d': 2 } as const;", 'T', "'b-c': 3", { sorted: true })).toBe(
      "const T = { a: 1, 'b-c': 3,\n'c-d': 2 } as const;",
    );
    expect(() => addTo('const a = [];', 'b', 'c')).toThrow('Nothing is called b there');
    expect(has("const G = { 'a-b': [] };", 'a-b')).toBe(true);
    expect(has('const G = {};', 'a-b')).toBe(false);
  });

  it('add an import by its path, or as the first', () => {
    const text = "import { z } from '#z';\nimport { a } from './a.js';\nimport { c } from './c.js';\n";
    expect(addImport(text, '{ b }', './b.js')).toBe(
      text.replace('import { c }', "import { b } from './b.js';\nimport { c }"),
    );
    expect(addImport(text, '{ d }', './d.js')).toBe(`${text}import { d } from './d.js';\n`);
    expect(addImport('export {};\n', '{ d }', './d.js')).toBe("import { d } from './d.js';\nexport {};\n");
  });

  it('repeat each entry of a file with what is indented below it', () => {
    const text = ['all:', '  - one', '  one: &one', '    <<: *base', '    url: one:3000', '', '  two: x', ''].join(
      '\n',
    );
    expect(repeatEntries(text, ['one'], ['three']).split('\n')).toEqual(
      ['all:', '  - one', '  - three', '  one: &one', '    <<: *base', '    url: one:3000', '  three: &three'].concat([
        '    <<: *base',
        '    url: three:3000',
        '',
        '  two: x',
        '',
      ]),
    );
  });
});
