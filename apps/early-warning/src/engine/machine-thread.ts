import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type Call, LANES, machineCode } from '../kernel/machine/machine.js';
import type { Memory } from '../kernel/machine/memory.js';
import { PlainMachine } from '../kernel/machine/plain-machine.js';

/** All that the thread does: call the machine, one list of calls after the other. */
const THREAD = `
  const { parentPort, workerData: { code, memory } } = require('node:worker_threads');
  const machine = new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory } }).exports;
  parentPort.on('message', (calls) => {
    for (const [name, ...args] of calls) machine[name](...args);
    parentPort.postMessage('done');
  });
  parentPort.postMessage('ready');`;

/** Lanes the plain machine takes before it lets others have their turn. */
const SLICE = 8 * LANES;

/**
 * The lane machine beside the event loop: WebAssembly in a thread of its own. Where that cannot be had, the plain machine works
 * here, in slices.
 */
export class MachineThread {
  private worker: Promise<Worker | undefined> | undefined;

  constructor(private readonly memory: Memory) {}

  /** One caller at a time. Throws when the thread dies of it; the next caller gets a new one. */
  async carryOut(calls: readonly Call[]): Promise<void> {
    const worker = await (this.worker ??= this.launch());
    if (worker) await answer(worker, calls);
    else await this.carryOutHere(calls);
  }

  async close(): Promise<void> {
    await (await this.worker)?.terminate();
  }

  private launch(): Promise<Worker | undefined> {
    const worker = new Worker(THREAD, { eval: true, workerData: { code: machineCode(), memory: this.memory.wasm } });
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

  private async carryOutHere(calls: readonly Call[]): Promise<void> {
    const machine = new PlainMachine(this.memory);
    for (const call of calls) {
      if (call[0] === 'rank') machine.rank(...(call.slice(1) as Parameters<PlainMachine['rank']>));
      else
        for (let from = call[2]; from < call[3]; from += SLICE) {
          machine.run(call[1], from, Math.min(call[3], from + SLICE));
          await nextTurn();
        }
    }
  }
}

/** Sends a list of calls (none: waits for the start) and waits for the end, be it that of the thread. */
async function answer(worker: Worker, calls?: readonly Call[]): Promise<void> {
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
    if (calls) worker.postMessage(calls);
  });
}
