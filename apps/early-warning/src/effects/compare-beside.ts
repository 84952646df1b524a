import { parentPort, workerData } from 'node:worker_threads';
import { beside } from '../engine/beside.js';
import { type EffectTable, matchedEffect, type MatchedEffect, type MatchingOptions } from './model/matched-effect.js';

interface Task {
  effect?: { table: EffectTable; options: MatchingOptions };
}

/** Compares in a thread of its own, which runs this file too. */
export function compareBeside(table: EffectTable, options: MatchingOptions): Promise<MatchedEffect> {
  const task: Task = { effect: { table, options } };
  return beside(new URL(import.meta.url), task);
}

const task = workerData as Task | null;
if (parentPort && task?.effect)
  parentPort.postMessage({ result: matchedEffect(task.effect.table, task.effect.options) });
