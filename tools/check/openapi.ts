import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Document, gapsIn } from './openapi-gaps.js';

/**
 * `npm run check:openapi`: Redocly and Spectral (OAS and OWASP) find no error in openapi/*.json, and nothing is left undescribed.
 * What each service says of itself stands word for word in yizhan.json (openapi.spec.ts), so that Spectral, which takes a minute for it, reads it once.
 */
const files = (await readdir('openapi')).filter((file) => file.endsWith('.json')).map((file) => join('openapi', file));

const QUIET = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };

function lint(command: string, ...args: string[]): Promise<void> {
  const child = spawn(join('node_modules/.bin', command), args, {
    env: { ...process.env, ...QUIET },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (code) => {
      if (code !== 0) process.exitCode = 1;
      done();
    });
  });
}

if (files.length === 0) throw new Error('There is no openapi/*.json: run `npm run openapi`');
for (const file of files) {
  for (const gap of gapsIn(JSON.parse(await readFile(file, 'utf8')) as Document)) {
    process.stdout.write(`${file}: ${gap}\n`);
    process.exitCode = 1;
  }
}
await lint('redocly', 'lint', ...files);
const services = files.filter((file) => !file.endsWith('yizhan.json'));
await lint('spectral', 'lint', '--quiet', '--fail-severity=warn', ...services);
