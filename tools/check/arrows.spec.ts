import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { cruise, type IConfiguration, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser';

const config = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as IConfiguration;
const BAD = join(import.meta.dirname, 'arrows/bad');
const rules = (config.forbidden ?? []).map(({ name }) => name as string);

async function violations(baseDir: string): Promise<string[]> {
  const { exclude: _bad, tsConfig: _paths, ...options } = config.options as ICruiseOptions;
  const { output } = await cruise(['.'], { ...options, baseDir, validate: true, ruleSet: config });
  return [...new Set((output as ICruiseResult).summary.violations.map(({ rule }) => rule.name))];
}

describe('the arrows', () => {
  it('each have a bad file and a comment that says what to do', () => {
    expect(readdirSync(BAD).sort()).toEqual([...rules].sort());
    for (const { comment } of config.forbidden ?? []) expect(comment).toMatch(/\. .+\./);
  });

  it.each(rules)('%s catches its bad file, and nothing else does', async (rule) => {
    expect(await violations(join(BAD, rule))).toEqual([rule]);
  });
});
