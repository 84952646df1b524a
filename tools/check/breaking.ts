import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { breaksBetween } from './breaks.js';
import { type Contract, contractOf, textOf } from './contract.js';

/** What apps rely on of the last release. */
const RELEASED = 'openapi/released/yizhan.json';

/**
 * `npm run check:breaking`: compares openapi/yizhan.json with the last release. What breaks apps stands word for word, `in code`, in the part of
 * CHANGELOG.md that is not released yet. `npm run openapi:release` makes today's document that of the last release.
 */
const contract = contractOf(
  JSON.parse(await readFile('openapi/yizhan.json', 'utf8')) as Parameters<typeof contractOf>[0],
);

if (process.argv.includes('--release')) {
  await mkdir(dirname(RELEASED), { recursive: true });
  await writeFile(RELEASED, textOf(contract));
  process.stdout.write(`${RELEASED}\n`);
} else {
  const released = JSON.parse(await readFile(RELEASED, 'utf8')) as Contract;
  const changelog = await readFile('CHANGELOG.md', 'utf8');
  const [, unreleased = ''] = /^## Unreleased[^\n]*\n([^]*?)(?=^## |$(?![^]))/m.exec(changelog) ?? [];
  const unnamed = breaksBetween(released, contract).filter((line) => !unreleased.includes(`\`${line}\``));
  for (const line of unnamed) process.stdout.write(`breaks apps: ${line}\n`);
  if (unnamed.length > 0) {
    process.stdout.write(
      '  Keep what apps rely on (a new field, a new route, @Deprecated on the old one), or name each line in CHANGELOG.md under Unreleased.\n',
    );
    process.exitCode = 1;
  }
}
