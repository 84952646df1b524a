import { Worker } from 'node:worker_threads';

/** Where Node runs the sources, a thread needs their hooks. */
const SOURCES = new URL('../../../../libs/testing/jest/sources.js', import.meta.url);
const HOOKS = ['--no-warnings', '--conditions=source', '--import', SOURCES.href];

/**
 * Runs a file in a thread of its own, so that requests are answered meanwhile. It gets `task` as its workerData, posts `{ result }` at its
 * end, and before that `{ done }` as often as it likes, which `onProgress` hears; when that fails, the thread is ended.
 */
export function beside<T>(file: URL, task: object, onProgress?: (done: number) => Promise<void>): Promise<T> {
  return new Promise((resolve, reject) => {
    const execArgv = file.pathname.endsWith('.js') ? [] : HOOKS;
    const worker = new Worker(file, { workerData: task, execArgv });
    worker.on('message', (message: { done?: number; result?: T }) => {
      if (message.result !== undefined) resolve(message.result);
      else
        onProgress?.(message.done!).catch((error: unknown) => {
          reject(error as Error);
          void worker.terminate();
        });
    });
    worker.on('error', reject);
    worker.on('exit', () => reject(new Error('the thread ended before its work was done')));
  });
}
