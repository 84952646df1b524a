import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { Logger } from '@nestjs/common';
import { type Call, LANES, machineCode, type Memory, PlainMachine } from '#rule-language';

/** Calls stage by stage: those of a stage begin when all of the stage before are done. */
type Stages = readonly (readonly Call[])[];

/** Words by which threads agree: whether one has failed, then per stage how many calls were taken and how many are done. */
const CONTROL_WORDS = 16;
const MAX_STAGES = (CONTROL_WORDS - 1) >> 1;

/** All that a thread does: call the machine, behind whatever else wants the processor, and wait for the others between two stages. */
const THREAD = `
  const { parentPort, workerData: { code, memory, niceness, control } } = require('node:worker_threads');
  try { require('node:os').setPriority(niceness); } catch {}
  const machine = new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory } }).exports;
  const words = new Int32Array(memory.buffer, control, ${CONTROL_WORDS});
  const goesOn = () => Atomics.load(words, 0) === 0;
  const carryOut = (calls, taken, done) => {
    for (let i = Atomics.add(words, taken, 1); i < calls.length && goesOn(); i = Atomics.add(words, taken, 1)) {
      const [name, ...args] = calls[i];
      machine[name](...args);
      if (Atomics.add(words, done, 1) === calls.length - 1) Atomics.notify(words, done);
    }
    for (let n = Atomics.load(words, done); n < calls.length && goesOn(); n = Atomics.load(words, done))
      Atomics.wait(words, done, n, 1);
  };
  parentPort.on('message', (stages) => {
    try {
      stages.forEach((calls, i) => carryOut(calls, 1 + 2 * i, 2 + 2 * i));
    } catch (error) {
      Atomics.store(words, 0, 1);
      throw error;
    }
    parentPort.postMessage('done');
  });
  parentPort.postMessage('ready');`;

/** On Linux a thread has a priority of its own; elsewhere it is that of the process, and stays as it is. */
const NICENESS = process.platform === 'linux' ? 10 : 0;

/** A thread that could not be started is tried again after so long. */
const TRY_AGAIN_MS = 60_000;

/** Lanes the plain machine takes before it lets others have their turn. */
const SLICE = 8 * LANES;

/**
 * The lane machine beside the event loop: WebAssembly in several threads. Where they cannot be had, the plain machine works here, in
 * slices.
 */
export class MachineThreads {
  private readonly logger = new Logger('MachineThreads');
  private readonly threads: (Promise<Worker | undefined> | undefined)[];
  private readonly control: number;

  constructor(
    private readonly memory: Memory,
    readonly n: number,
  ) {
    this.threads = Array.from({ length: n }, () => undefined);
    this.control = memory.allocate(4 * CONTROL_WORDS);
  }

  /** One caller at a time. Throws when a thread dies of it; the next caller gets a new one. */
  async carryOut(stages: Stages): Promise<void> {
    if (stages.length > MAX_STAGES) throw new RangeError(`more than ${MAX_STAGES} stages`);
    const workers = await Promise.all(this.threads.map((thread, i) => thread ?? this.launch(i)));
    if (!workers.every((worker) => worker !== undefined)) return this.carryOutHere(stages);
    const words = new Int32Array(this.memory.buffer, this.control, CONTROL_WORDS).fill(0);
    const done = await Promise.allSettled(
      workers.map((worker) =>
        answer(worker, stages).catch((error: unknown) => {
          // Nobody must wait for what it has not done.
          Atomics.store(words, 0, 1);
          throw error;
        }),
      ),
    );
    // Not before all have ended: the others still use the memory.
    for (const one of done) if (one.status === 'rejected') throw one.reason;
  }

  async close(): Promise<void> {
    await Promise.all(this.threads.map(async (thread) => (await thread)?.terminate()));
  }

  private launch(i: number): Promise<Worker | undefined> {
    const { wasm: memory } = this.memory;
    const workerData = { code: machineCode(), memory, niceness: NICENESS, control: this.control };
    const worker = new Worker(THREAD, { eval: true, workerData });
    const starting = answer(worker).then(
      () => worker,
      (error: Error) => {
        this.logger.warn(`no thread for the warning engine, which is slower without: ${error.message}`);
        setTimeout(() => this.forget(i, starting), TRY_AGAIN_MS).unref();
        return undefined;
      },
    );
    // Whoever waits for an answer is told; without a listener it would end the process.
    worker.on('error', () => {});
    worker.on('exit', () => void starting.then((started) => started && this.forget(i, starting)));
    this.threads[i] = starting;
    return starting;
  }

  private forget(i: number, thread: Promise<Worker | undefined>): void {
    if (this.threads[i] === thread) this.threads[i] = undefined;
  }

  private async carryOutHere(stages: Stages): Promise<void> {
    const machine = new PlainMachine(this.memory);
    for (const call of stages.flat()) {
      if (call[0] === 'rank') machine.rank(...(call.slice(1) as Parameters<PlainMachine['rank']>));
      else
        for (let from = call[2]; from < call[3]; from += SLICE) {
          machine.run(call[1], from, Math.min(call[3], from + SLICE));
          await nextTurn();
        }
    }
  }
}

/** Sends an order (none: waits for the start) and waits for the end, be it that of the thread. */
async function answer(worker: Worker, order?: Stages): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let failure = new Error('the machine has stopped');
    // It was ended while others were still starting: no event will come any more.
    if (worker.threadId === -1) return reject(failure);
    const stop = (settle: () => void): void => {
      worker.off('message', done).off('error', failed).off('exit', gone);
      worker.unref();
      settle();
    };
    const done = (): void => stop(resolve);
    const failed = (error: Error): void => void (failure = error);
    const gone = (): void => stop(() => reject(failure));
    worker.on('message', done).on('error', failed).on('exit', gone);
    worker.ref();
    if (order) worker.postMessage(order);
  });
}
