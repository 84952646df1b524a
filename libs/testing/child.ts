import { fork, type ChildProcess as Forked } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

/** A process of its own that a test starts, talks to and kills: TypeScript sources, or what was built from them. */
export class ChildProcess {
  private readonly messages: Record<string, unknown>[] = [];
  private wake: () => void = () => undefined;
  private output = '';
  /** The port it listens on, as it said when it was ready. */
  port = 0;

  private constructor(private readonly child: Forked) {
    child.on('message', (message) => {
      this.messages.push(message as Record<string, unknown>);
      this.wake();
    });
    child.on('exit', () => this.wake());
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  /** Starts `script` (from the root of the project) and waits until it says `{ ready: true }`. */
  static async start(script: string, env: Record<string, string>): Promise<ChildProcess> {
    const child = ChildProcess.fork(script, env);
    child.port = Number((await child.until('ready'))['port'] ?? 0);
    return child;
  }

  /** Runs a `script` that ends by itself. */
  static async run(script: string, env: Record<string, string>): Promise<{ code: number | null; output: string }> {
    const child = ChildProcess.fork(script, env);
    await once(child.child, 'close');
    return { code: child.child.exitCode, output: child.output };
  }

  private static fork(script: string, env: Record<string, string>): ChildProcess {
    const fromSources = ['--conditions=source', '--import', resolve('libs/testing/jest/sources.js')];
    return new ChildProcess(
      fork(resolve(script), {
        execArgv: script.endsWith('.ts') ? fromSources : [],
        env: { PATH: process.env['PATH'], LOG_LEVEL: 'silent', ...env },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      }),
    );
  }

  /** What it has written to stdout and stderr so far. */
  get said(): string {
    return this.output;
  }

  get pid(): number {
    return this.child.pid as number;
  }

  /** Resolves when it has ended. */
  get ended(): Promise<unknown> {
    return this.child.exitCode === null && this.child.signalCode === null
      ? once(this.child, 'exit')
      : Promise.resolve();
  }

  send(message: object): void {
    this.child.send(message);
  }

  /** The first message with `key` that nobody waited for yet. */
  async until(key: string): Promise<Record<string, unknown>> {
    for (;;) {
      const at = this.messages.findIndex((message) => key in message);
      if (at >= 0) return this.messages.splice(at, 1)[0] as Record<string, unknown>;
      if (this.child.exitCode !== null || this.child.signalCode !== null)
        throw new Error(`The process ended before it said "${key}":\n${this.output}`);
      await new Promise<void>((wake) => (this.wake = wake));
    }
  }

  /** Sends a signal and answers the exit code (null after SIGKILL). */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exited = once(this.child, 'exit');
      this.child.kill(signal);
      await exited;
    }
    return this.child.exitCode;
  }
}
