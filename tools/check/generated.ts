import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import { docFiles } from '../docs.js';
import { machineFiles } from '../machine.js';
import { openApiFiles } from '../openapi.js';

/** `npm run check:generated`: makes the generated files anew and compares them with those that are committed. */
const COMMANDS = { 'npm run openapi': openApiFiles, 'npm run events:doc': docFiles, 'npm run machine': machineFiles };

for (const [command, make] of Object.entries(COMMANDS)) {
  for (const [path, content] of Object.entries(await make())) {
    const committed = await readFile(path, 'utf8').catch(() => undefined);
    if (committed === content) continue;
    process.stdout.write(
      `${path} ${committed === undefined ? 'is missing' : `is out of date${firstDifference(committed, content)}`}\n`,
    );
    process.stdout.write(`  Run \`${command}\` and commit what it writes.\n`);
    process.exitCode = 1;
  }
}

function firstDifference(committed: string, content: string): string {
  const [before, after] = [committed.split('\n'), content.split('\n')];
  const line = after.findIndex((text, at) => text !== before[at]);
  if (line < 0) return ` from line ${after.length}`;
  return ` from line ${line + 1}\n  - ${before[line] ?? ''}\n  + ${after[line] ?? ''}`;
}
