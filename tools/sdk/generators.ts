import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SdkDocument } from './operations.js';

/**
 * `npm run sdk:generators`: a client in another language, from openapi/yizhan.json, by openapi-python-client. Fails when the generator warns of
 * anything, leaves an operation out, or writes a module that Python does not load. Those in TypeScript run with the tests (tests/clients.e2e-spec.ts).
 */
const GENERATOR = 'openapi-python-client==0.29.1';

/** Loads every module, and counts those of operations. */
const LOAD = `
import importlib, pkgutil, yizhan_api_client as client
modules = [module.name for module in pkgutil.walk_packages(client.__path__, client.__name__ + '.')]
loaded = [importlib.import_module(name) for name in modules]
print(len([module for module in loaded if hasattr(module, 'sync_detailed')]))
`;

const { paths } = JSON.parse(readFileSync('openapi/yizhan.json', 'utf8')) as SdkDocument;
const operations = Object.values(paths).flatMap((item) => Object.values(item)).length;

const folder = mkdtempSync(join(tmpdir(), 'yizhan-generators-'));
try {
  const python = join(folder, 'venv/bin/python');
  const client = join(folder, 'client');
  run('python3', '-m', 'venv', join(folder, 'venv'));
  run(python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', GENERATOR);
  const said = run(
    ...[python, '-m', 'openapi_python_client', 'generate', '--path', 'openapi/yizhan.json', '--meta', 'none'],
    ...['--config', 'tools/sdk/python-client.yaml', '--output-path', join(client, 'yizhan_api_client')],
  );
  const warnings = said.split('\n').filter((line) => /^(WARNING|ERROR)/.test(line));
  for (const line of warnings) process.stdout.write(`${GENERATOR}: ${line}\n`);
  const loaded = Number(run('env', `PYTHONPATH=${client}`, python, '-c', LOAD));
  process.stdout.write(`${GENERATOR}: ${loaded} of ${operations} operations, ${warnings.length} warnings\n`);
  if (warnings.length > 0 || loaded !== operations) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** What a program says on both streams; throws it when the program fails. */
function run(...[command, ...args]: [string, ...string[]] | string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command!, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stdout + stderr}`);
  return stdout + stderr;
}
