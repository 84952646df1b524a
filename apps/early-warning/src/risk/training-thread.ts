import { parentPort, workerData } from 'node:worker_threads';
import type { Table } from './model/table.js';
import { train } from './model/training.js';

/** All that the thread does: train, and tell how many bags are done. */
parentPort!.postMessage({
  trained: train(workerData as Table, undefined, (done) => parentPort!.postMessage({ done })),
});
