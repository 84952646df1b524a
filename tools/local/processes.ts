import { execFile } from 'node:child_process';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

/** Tells the person at the terminal about a step that may take a while. */
export type Progress = (message: string) => void;

/** A server on 127.0.0.1 that this project started. `url` holds its password. */
export interface LocalServer {
  url: string;
  port: number;
  pid: number;
  /** Stops the server and waits until it is gone. */
  stop(): Promise<void>;
}

const run = promisify(execFile);

/** A live process: its parent's id and its command line, arguments separated by blanks. */
export interface ProcessInfo {
  parent: number;
  command: string;
}

/** Looks at a process. Undefined when there is none, or when it is a zombie that only waits to be reaped. */
export async function inspect(pid: number): Promise<ProcessInfo | undefined> {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  if (process.platform !== 'linux') return inspectWithPs(pid);
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets and may itself hold blanks and brackets.
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z' || state === 'X') return undefined;
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    return { parent: Number(parent), command: command.split('\0').join(' ').trim() };
  } catch {
    return undefined;
  }
}

async function inspectWithPs(pid: number): Promise<ProcessInfo | undefined> {
  try {
    const { stdout } = await run('ps', ['-ww', '-o', 'stat=,ppid=,command=', '-p', String(pid)]);
    const [, state, parent, command] = /^\s*(\S+)\s+(\d+)\s+(.*)$/s.exec(stdout) ?? [];
    if (!state || state.startsWith('Z')) return undefined;
    return { parent: Number(parent), command: (command ?? '').trim() };
  } catch {
    return undefined;
  }
}

/** Repeats `look` every 25 ms until it answers something, or gives up with undefined after `timeoutMs`. */
export async function waitFor<T>(look: () => Promise<T | undefined>, timeoutMs: number): Promise<T | undefined> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) return undefined;
    await pause(25);
  }
}

/** Sends each signal in turn and waits up to its seconds, until the process is gone. */
export async function stopProcess(pid: number, steps: readonly [NodeJS.Signals, number][]): Promise<void> {
  for (const [signal, seconds] of steps) {
    try {
      process.kill(pid, signal);
      process.kill(pid, 'SIGCONT'); // a suspended process hears the others only then
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
      throw error;
    }
    const gone = await waitFor(async () => ((await inspect(pid)) ? undefined : true), seconds * 1000);
    if (gone) return;
  }
  throw new Error(`Process ${pid} does not stop.`);
}

/** A port on 127.0.0.1 that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  return listenOnce(0);
}

/** Refuses a port that another program holds, and names it. */
export async function assertPortFree(port: number, wantedBy: string): Promise<void> {
  try {
    await listenOnce(port);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new Error(`Port ${port}, wanted for ${wantedBy}, is in use by another program.`);
  }
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      const bound = typeof address === 'object' && address ? address.port : port;
      server.close(() => resolve(bound));
    });
  });
}

/** What is kept beside a server's data: its password, and which process started it. */
export interface ServerState {
  password: string;
  starter: number;
  port?: number;
}

export async function readState(file: string): Promise<ServerState | undefined> {
  const text = await readIfExists(file);
  return text === undefined ? undefined : (JSON.parse(text) as ServerState);
}

/** Written aside and renamed, so that a crash cannot leave half a password. Readable by its owner only. */
export async function writeState(file: string, state: ServerState): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

export async function readIfExists(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Refuses to touch a server whose starter, another process, still runs: it is in use, not left over.
 * The parent is compared too, because after a restart of the machine the starter's id may belong to somebody else.
 */
export async function assertLeftOver(name: string, pid: number, state: ServerState | undefined): Promise<void> {
  if (!state || state.starter === process.pid) return;
  const server = await inspect(pid);
  if (!server || server.parent !== state.starter || !(await inspect(state.starter))) return;
  throw new Error(`${name} of this folder (pid ${pid}) is in use by process ${state.starter}. Stop that one first.`);
}

/** The text that a log gained after `from` bytes; enough to say why a server did not start. */
export async function logSince(file: string, from: number): Promise<string> {
  return (await readFile(file)).subarray(from).toString('utf8').trim();
}
