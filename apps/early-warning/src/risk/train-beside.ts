import { parentPort, Worker, workerData } from 'node:worker_threads';
import type { Table } from './model/table.js';
import { train, type Trained, TRAINING } from './model/training.js';

/** This file is the thread's too. Where Node runs the sources, the thread needs their hooks. */
const SELF = new URL(import.meta.url);
const SOURCES = new URL('../../../../libs/testing/jest/sources.js', import.meta.url);
const FLAGS = SELF.pathname.endsWith('.js') ? [] : ['--no-warnings', '--conditions=source', '--import', SOURCES.href];

interface Task {
  training?: Table;
}

/** Trains in a thread of its own, so that requests are answered meanwhile. `onProgress(done, total)` counts bags. */
export function trainBeside(table: Table, onProgress: (done: number, total: number) => void): Promise<Trained> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(SELF, { workerData: { training: table } satisfies Task, execArgv: FLAGS });
    worker.on('message', (message: { done?: number; trained?: Trained }) => {
      if (message.trained) resolve(message.trained);
      else onProgress(message.done!, TRAINING.bags);
    });
    worker.on('error', reject);
    worker.on('exit', () => reject(new Error('the thread ended before the model was trained')));
  });
}

const task = workerData as Task | null;
if (parentPort && task?.training) {
  const thread = parentPort;
  thread.postMessage({ trained: train(task.training, undefined, (done) => thread.postMessage({ done })) });
}
