import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort, waitFor } from '../tools/local/processes.js';
import { atMost, inTurns, type Result } from './kit.js';
import { earlierBuild } from './http/earlier.js';

const RUNS = 1;
const READY_MS = 900_000;
/** What is done right after a start (rules judged, events handled) is over by then. */
const IDLE_AFTER_MS = 20_000;

/** The first start in an empty folder, up to the banner, with the demo campus; and the memory of the idle process. Ours, and an earlier build. */
export async function start(): Promise<Result> {
  const folder = earlierBuild();
  const memory: Record<string, number[]> = { ours: [], earlier: [] };
  const once = (name: string, root: string) => async (): Promise<number> => {
    const { seconds, megabytes } = await firstStart(root);
    memory[name]!.push(megabytes);
    return seconds;
  };
  const seconds = await inTurns(RUNS, {
    ours: once('ours', resolve('.')),
    ...(folder && { earlier: once('earlier', folder) }),
  });
  const least = (name: string): number => Math.min(...memory[name]!);
  const contenders = Object.keys(seconds);
  return {
    rows: contenders.flatMap((name) => [
      { id: `first start to the banner, ${name}`, value: seconds[name]!, unit: 's' },
      { id: `idle process, ${name}`, value: least(name), unit: 'MB' },
    ]),
    ratios: folder
      ? [
          atMost('first start: ours / earlier', seconds['ours']!, seconds['earlier']!, 0.3),
          atMost('idle memory: ours / earlier', least('ours'), least('earlier'), 0.8),
        ]
      : [],
  };
}

async function firstStart(root: string): Promise<{ seconds: number; megabytes: number }> {
  const home = await mkdtemp(join(tmpdir(), 'yizhan-start-'));
  const began = performance.now();
  const env = { PATH: process.env['PATH'], PORT: String(await freePort()) };
  const child = spawn(process.execPath, [join(root, 'dist', 'tools', 'start.js')], { cwd: home, env, detached: true });
  try {
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const ready = await waitFor(async () => {
      if (child.exitCode !== null) return 'ended' as const;
      return output.includes('is running') ? ('ready' as const) : undefined;
    }, READY_MS);
    if (ready !== 'ready') throw new Error(`${root} did not start:\n${output.slice(-2_000)}`);
    const seconds = (performance.now() - began) / 1_000;
    await wait(IDLE_AFTER_MS);
    return { seconds, megabytes: await residentMegabytes(child.pid!) };
  } finally {
    await stop(child);
    await rm(home, { recursive: true, force: true });
  }
}

/** Of the one process that is ours; its PostgreSQL and Redis are not counted. */
async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) / 1024;
}

/** As Ctrl-C does: it stops what it has started. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode === null) child.kill('SIGINT');
  await waitFor(async () => (child.exitCode === null && child.signalCode === null ? undefined : true), 60_000);
}
