import { readFileSync } from 'node:fs';

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const english = read('README.md');
const chinese = read('README.zh-CN.md');
const GUIDES = [
  'docs/first-app',
  'docs/sdk',
  'docs/deploying',
  'docs/importing',
  'docs/rules',
  'docs/catalogue',
  'docs/cases',
  'docs/portraits',
];

/** The blocks of a page without their comments, which are in its language. */
function code(text: string): string[] {
  return [...text.matchAll(/```(?:bash|json|text)\n([^]*?)```/g)].map(([, block = '']) =>
    block.replace(/(^| +)# .*$/gm, '').trim(),
  );
}

/** The numbers of the tables of figures, in order. */
function figures(text: string): string[] {
  const rows = text
    .slice(text.search(/^## (Versions|版本)$/m))
    .split('\n')
    .filter((line) => /^\|.*\d/.test(line));
  return rows.map((row) => (row.match(/\d(?:[\d.,:]*\d)?/g) ?? []).join(' '));
}

describe('README and guides', () => {
  it('has the same commands in both languages, the tour among them', () => {
    expect(code(chinese)).toEqual(code(english));
    expect(chinese).toContain('<!-- tour -->');
  });

  it.each(GUIDES)('%s has the same commands and examples in both languages, and names the other', (guide) => {
    const name = guide.replace('docs/', '');
    expect(read(`${guide}.md`)).toContain(`\n[简体中文](${name}.zh-CN.md)\n`);
    expect(read(`${guide}.zh-CN.md`)).toContain(`\n[English](${name}.md)\n`);
    expect(code(read(`${guide}.zh-CN.md`))).toEqual(code(read(`${guide}.md`)));
    expect(code(read(`${guide}.md`)).length).toBeGreaterThan(0);
  });

  it('has the same figures in both languages', () => {
    expect(figures(english).length).toBeGreaterThan(20);
    expect(figures(chinese)).toEqual(figures(english));
  });
});
