import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { TYPESETTING_PROCESS } from './typesetting-process.js';

const require = createRequire(import.meta.url);
const COMPILER = '@myriaddreamin/typst-ts-node-compiler';
/** Noto Sans SC (OFL 1.1): regular and bold. */
const FONTS = ['400Regular/NotoSansSC_400Regular.ttf', '700Bold/NotoSansSC_700Bold.ttf'];

/** Seconds that a document may take; a page takes some milliseconds. */
const SECONDS = 10;
/** The process starts, and reads its fonts, within so many. */
const STARTING_SECONDS = 60;
/** It has some 100 MB: where nobody needs it any more, it is ended. */
const IDLE_MS = 5 * 60_000;
const ENDING = 'No more documents are set: the process ends';
/** Documents that may wait. */
const MOST_WAITING = 2_000;

/** What becomes a PDF. */
export interface Manuscript {
  /** Typst. Never made of values: what is set goes into `inputs`, and is read there as `sys.inputs`. */
  source: string;
  /** Further sources by the path under which `source` imports them, e.g. `/sheet.typ`. */
  files?: Readonly<Record<string, string>>;
  /** Texts; an object goes in as JSON. */
  inputs: Readonly<Record<string, string>>;
  /** When it was made, as the PDF says of itself. */
  at: Date;
}

/** The source cannot be set. Its errors quote the source and no input. */
export class NotTypesettable extends Error {
  constructor(readonly errors: readonly string[]) {
    super(`The source cannot be set: ${errors.join('; ')}`);
  }
}

/** The document took longer than it may. */
export class TypesettingTooSlow extends Error {
  constructor() {
    super(`The document was not set within ${SECONDS} seconds`);
  }
}

/**
 * Sets documents with Typst, one after the other, in a process of its own: whatever a source does, the event loop goes on, and a source that
 * does not end is ended. (A thread would not do: what runs in native code cannot be stopped, and keeps the whole process from ending.)
 */
@Injectable()
export class Typesetter implements OnApplicationShutdown {
  private readonly logger = new Logger('Typesetter');
  private child: Promise<ChildProcess> | undefined;
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private idle: NodeJS.Timeout | undefined;
  private closed = false;

  /** `seconds`: that one document may take. */
  constructor(private readonly seconds = SECONDS) {}

  /** The PDF (PDF/A-2b, tagged, fonts embedded). Throws NotTypesettable and TypesettingTooSlow. */
  async typeset(manuscript: Manuscript): Promise<Buffer> {
    if (this.waiting >= MOST_WAITING) throw new Error(`More than ${MOST_WAITING} documents wait to be set`);
    this.waiting++;
    const turn = this.last.then(() => this.set(manuscript));
    this.last = turn.catch(() => undefined).finally(() => this.waiting--);
    return turn;
  }

  async onApplicationShutdown(): Promise<void> {
    this.closed = true;
    clearTimeout(this.idle);
    (await this.child?.catch(() => undefined))?.kill('SIGKILL');
  }

  private async set({ source, files = {}, inputs, at }: Manuscript): Promise<Buffer> {
    if (this.closed) throw new Error(ENDING);
    clearTimeout(this.idle);
    const child = await (this.child ??= this.start());
    if (this.closed) throw new Error(ENDING);
    const order = { source, files, inputs, at: Math.floor(at.getTime() / 1000), standard: 'a-2b' };
    const answer = await answerOf<Answer>(child, this.seconds, order).catch((error: unknown) => {
      this.end(child);
      throw error;
    });
    this.idle = setTimeout(() => this.end(child), IDLE_MS).unref();
    if ('errors' in answer) throw new NotTypesettable(answer.errors);
    return Buffer.from(answer.pdf);
  }

  private start(): Promise<ChildProcess> {
    const fonts = FONTS.map((font) => require.resolve(`@expo-google-fonts/noto-sans-sc/${font}`));
    const program = ['--expose-gc', '-e', TYPESETTING_PROCESS, require.resolve(COMPILER), ...fonts];
    const child = spawn(process.execPath, program, {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      serialization: 'advanced',
      env: {},
    });
    const started = answerOf(child, STARTING_SECONDS).then(() => child);
    child.once('exit', (code) => {
      this.forget(started);
      if (code) this.logger.warn(`the process that sets documents has ended: ${code}`);
    });
    // Whoever waits for an answer is told; without a listener it would end this process.
    child.on('error', () => undefined);
    started.catch(() => {
      this.forget(started);
      child.kill('SIGKILL');
    });
    return started;
  }

  /** The next document gets a new process. */
  private end(child: ChildProcess): void {
    this.child = undefined;
    child.kill('SIGKILL');
  }

  private forget(started: Promise<ChildProcess>): void {
    if (this.child === started) this.child = undefined;
  }
}

type Answer = { pdf: Uint8Array } | { errors: string[] };

/** Sends an order (none: waits for the start) and waits for the answer. An idle process keeps nobody from ending. */
async function answerOf<T>(child: ChildProcess, seconds: number, order?: object): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (settle: () => void): void => {
      clearTimeout(timer);
      child.off('message', done).off('exit', gone).off('error', failed);
      child.unref();
      child.channel?.unref();
      settle();
    };
    const done = (message: unknown): void => stop(() => resolve(message as T));
    const failed = (error: Error): void => stop(() => reject(error));
    const gone = (): void => stop(() => reject(new Error('The process that sets documents has ended')));
    const timer = setTimeout(() => stop(() => reject(new TypesettingTooSlow())), seconds * 1000);
    child.on('message', done).on('exit', gone).on('error', failed);
    child.ref();
    child.channel?.ref();
    if (order) child.send(order, (error) => error && failed(error));
  });
}
