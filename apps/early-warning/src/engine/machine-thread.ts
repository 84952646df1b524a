import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type Call, LANES, machineCode } from '../kernel/machine/machine.js';
import type { Memory } from '../kernel/machine/memory.js';
import { PlainMachine } from '../kernel/machine/plain-machine.js';

/**
 * All that a thread does: call the machine, behind whatever else wants the processor. Of a list of calls it takes the next that no
 * other thread has taken; how many were taken stands at `next` in the memory.
 */
const THREAD = `
  const { parentPort, workerData: { code, memory, niceness } } = require('node:worker_threads');
  try { require('node:os').setPriority(niceness); } catch {}
  const machine = new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory } }).exports;
  parentPort.on('message', ({ calls, next }) => {
    const taken = new Int32Array(memory.buffer, next, 1);
    for (let i = Atomics.add(taken, 0, 1); i < calls.length; i = Atomics.add(taken, 0, 1)) {
      const [name, ...args] = calls[i];
      machine[name](...args);
    }
    parentPort.postMessage('done');
  });
  parentPort.postMessage('ready');`;

/** On Linux a thread has a priority of its own; elsewhere it is that of the process, and stays as it is. */
const NICENESS = process.platform === 'linux' ? 5 : 0;

/** Lanes the plain machine takes before it lets others have their turn. */
const SLICE = 8 * LANES;

/** The lane machine beside the event loop, in several threads. */
export class MachineThreads {
  private readonly threads: readonly MachineThread[];
  /** Address of the number of calls that were taken. */
  private readonly next: number;

  constructor(
    private readonly memory: Memory,
    n: number,
  ) {
    this.threads = Array.from({ length: n }, () => new MachineThread(memory));
    this.next = memory.allocate(4);
  }

  get n(): number {
    return this.threads.length;
  }

  /**
   * Carries out calls of which none depends on another. One caller at a time. Throws when a thread dies of it; the next caller gets
   * a new one.
   */
  async carryOut(calls: readonly Call[]): Promise<void> {
    new Int32Array(this.memory.buffer, this.next, 1)[0] = 0;
    const some = this.threads.slice(0, calls.length);
    const done = await Promise.allSettled(some.map((thread) => thread.carryOut(calls, this.next)));
    // Not before all are done: the others still use the memory.
    for (const one of done) if (one.status === 'rejected') throw one.reason;
  }

  async close(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.close()));
  }
}

/**
 * The lane machine beside the event loop: WebAssembly in a thread of its own. Where that cannot be had, the plain machine works
 * here, in slices.
 */
class MachineThread {
  private worker: Promise<Worker | undefined> | undefined;

  constructor(private readonly memory: Memory) {}

  async carryOut(calls: readonly Call[], next: number): Promise<void> {
    const worker = await (this.worker ??= this.launch());
    if (worker) await answer(worker, { calls, next });
    else await this.carryOutHere(calls, next);
  }

  async close(): Promise<void> {
    await (await this.worker)?.terminate();
  }

  private launch(): Promise<Worker | undefined> {
    const workerData = { code: machineCode(), memory: this.memory.wasm, niceness: NICENESS };
    const worker = new Worker(THREAD, { eval: true, workerData });
    const starting = answer(worker).then(
      () => worker,
      () => undefined,
    );
    // Whoever waits for an answer is told; without a listener it would end the process.
    worker.on('error', () => {});
    worker.on('exit', () => void starting.then((started) => started && this.forget(starting)));
    return starting;
  }

  private forget(worker: MachineThread['worker']): void {
    if (this.worker === worker) this.worker = undefined;
  }

  private async carryOutHere(calls: readonly Call[], next: number): Promise<void> {
    const machine = new PlainMachine(this.memory);
    const take = (): Call | undefined => calls[Atomics.add(new Int32Array(this.memory.buffer, next, 1), 0, 1)];
    for (let call = take(); call; call = take()) {
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
async function answer(worker: Worker, order?: { calls: readonly Call[]; next: number }): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let failure = new Error('the machine has stopped');
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
