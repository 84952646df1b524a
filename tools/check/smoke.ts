import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect, waitFor } from '../local/processes.js';

/**
 * What a newcomer does: `npm start` on a free port, the commands of README.md, docs/first-app.md and docs/cases.md pasted as they are, Ctrl-C.
 * Fails when the start does not get ready, when a line of the tour fails, or when a process is left behind.
 */
const READY_MS = 900_000;
const TOUR_MS = 180_000;
const STOP_MS = 60_000;
/** What is run as it is written: blocks of commands after such a mark. */
const RUN = /<!-- (?:tour|run) -->\s*```bash\n([^]*?)```/g;

const port = await freePort();
const before = Date.now();
const start = spawn('npm', ['start'], {
  env: { ...process.env, PORT: String(port) },
  stdio: ['ignore', 'pipe', 'pipe'],
  detached: true, // a group of its own, so that all of it hears the Ctrl-C, as at a terminal
});
let output = '';
for (const stream of [start.stdout, start.stderr]) {
  stream?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    process.stdout.write(chunk);
  });
}
process.once('exit', () => running(start) && process.kill(-start.pid!, 'SIGINT'));

try {
  await ready();
  process.stdout.write(`smoke: ready after ${Math.round((Date.now() - before) / 1000)} s\n`);
  assertFiguresAgree();
  const warning = /^.*(?:\bWARNING\b|[Ww]arning: ).*$/m.exec(output)?.[0];
  if (warning) throw new Error(`npm start says "${warning}"`);
  await runCommandsOf('README.md');
  await runCommandsOf('docs/first-app.md');
  await runCommandsOf('docs/cases.md');
} catch (error) {
  process.stdout.write(`smoke: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
await stop();

/** The banner is the last thing that a start prints, after the demo campus has come in. */
async function ready(): Promise<void> {
  const answered = await waitFor(async () => {
    if (!running(start)) return 'ended' as const;
    if (!output.includes('is running')) return undefined;
    const response = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined);
    return response?.ok ? ('ready' as const) : undefined;
  }, READY_MS);
  if (answered !== 'ready') throw new Error(`npm start ${answered ?? `was not ready after ${READY_MS / 1000} s`}`);
}

/** The last step of the bring-in and the banner tell of the same warnings; a later start has no steps. */
function assertFiguresAgree(): void {
  const last = /\] Warning rules\n(?: +….*\n)* +(.*) \([\d.]+ s\)/.exec(output)?.[1];
  const banner = /^ {2}Warnings +(.*)$/m.exec(output)?.[1];
  if (!banner || (last ?? banner) !== banner)
    throw new Error(`the last step says "${last}" and the banner "${banner}"`);
}

async function runCommandsOf(file: string): Promise<void> {
  const commands = [...(await readFile(file, 'utf8')).matchAll(RUN)].map(([, block]) => block).join('');
  if (!commands) throw new Error(`${file} has no block of commands to run`);
  const folder = await mkdtemp(join(tmpdir(), 'yizhan-tour-'));
  try {
    const script = join(folder, 'tour.sh');
    await writeFile(script, commands.replaceAll(':3000', `:${port}`));
    // `npm run token` finds the instance by itself, whatever its port.
    const { PORT: _port, ...env } = process.env;
    // -v shows each line before it runs, as it is written: with no token in it.
    const shell = spawn('bash', ['-veuo', 'pipefail', script], {
      env,
      stdio: ['ignore', 'inherit', 'inherit'],
      timeout: TOUR_MS,
    });
    const [code] = (await once(shell, 'close')) as [number | null];
    if (code !== 0) throw new Error(`the last line above of ${file} ended with ${code ?? 'a timeout'}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function stop(): Promise<void> {
  if (!running(start)) return;
  const family = await descendants(start.pid!);
  process.kill(-start.pid!, 'SIGINT');
  const left = await waitFor(async () => ((await alive(family)).length === 0 ? true : undefined), STOP_MS);
  if (left) return void process.stdout.write(`smoke: Ctrl-C stopped all ${family.length} processes\n`);
  process.stdout.write(`smoke: still alive after Ctrl-C: ${(await alive(family)).join('; ')}\n`);
  process.exitCode = 1;
}

function running(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

/** A process and everything below it. */
async function descendants(root: number): Promise<number[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0);
  const parents = new Map(await Promise.all(pids.map(async (pid) => [pid, (await inspect(pid))?.parent] as const)));
  const family = [root];
  for (const member of family) for (const [pid, parent] of parents) if (parent === member) family.push(pid);
  return family;
}

async function alive(pids: number[]): Promise<string[]> {
  const found = await Promise.all(pids.map(async (pid) => [pid, await inspect(pid)] as const));
  return found.flatMap(([pid, info]) => (info ? [`${pid} ${info.command.slice(0, 80)}`] : []));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const free = (server.address() as AddressInfo).port;
  server.close();
  await once(server, 'close');
  return free;
}
