import { parentPort, workerData } from 'node:worker_threads';
import { beside } from '../engine/beside.js';
import type { Table } from './model/table.js';
import { train, type Trained, TRAINING } from './model/training.js';

interface Task {
  training?: Table;
}

/** Trains in a thread of its own, which runs this file too. `onProgress(done, total)` counts bags. */
export function trainBeside(
  table: Table,
  onProgress: (done: number, total: number) => Promise<void>,
): Promise<Trained> {
  const task: Task = { training: table };
  return beside(new URL(import.meta.url), task, (done) => onProgress(done, TRAINING.bags));
}

const task = workerData as Task | null;
if (parentPort && task?.training) {
  const thread = parentPort;
  thread.postMessage({ result: train(task.training, undefined, (done) => thread.postMessage({ done })) });
}
