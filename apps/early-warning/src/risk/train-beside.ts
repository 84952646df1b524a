import { Worker } from 'node:worker_threads';
import type { Table } from './model/table.js';
import { type Trained, TRAINING } from './model/training.js';

/** Compiled, the thread's file lies beside this one; where Node runs the sources, it needs their hooks too. */
const COMPILED = import.meta.url.endsWith('.js');
const FILE = new URL(`./training-thread.${COMPILED ? 'js' : 'ts'}`, import.meta.url);
const SOURCES = new URL('../../../../libs/testing/jest/sources.js', import.meta.url);

/** Trains in a thread of its own, so that requests are answered meanwhile. `onProgress(done, total)` counts bags. */
export function trainBeside(table: Table, onProgress: (done: number, total: number) => void): Promise<Trained> {
  return new Promise((resolve, reject) => {
    const execArgv = COMPILED ? [] : ['--no-warnings', '--conditions=source', '--import', SOURCES.href];
    const worker = new Worker(FILE, { workerData: table, execArgv });
    worker.on('message', (message: { done?: number; trained?: Trained }) => {
      if (message.trained) resolve(message.trained);
      else onProgress(message.done!, TRAINING.bags);
    });
    worker.on('error', reject);
    worker.on('exit', () => reject(new Error('the thread ended before the model was trained')));
  });
}
