import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Stops a process and its children as a hung machine would: they keep their connections and say nothing. */
export async function freeze(pid: number): Promise<void> {
  // The parent first, so that it makes no more children.
  process.kill(pid, 'SIGSTOP');
  for (const child of await childrenOf(pid)) signal(child, 'SIGSTOP');
}

/** Lets them go on where they were. */
export async function thaw(pid: number): Promise<void> {
  for (const child of await childrenOf(pid)) signal(child, 'SIGCONT');
  signal(pid, 'SIGCONT');
}

export async function childrenOf(pid: number): Promise<number[]> {
  // It answers 1 when there are none.
  const { stdout } = await run('pgrep', ['-P', String(pid)]).catch(() => ({ stdout: '' }));
  return stdout.split('\n').filter(Boolean).map(Number);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
