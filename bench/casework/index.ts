import { parseArgs } from 'node:util';
import type { Result } from '../kit.js';
import { books } from './books.js';
import { workLists } from './lists.js';
import { risk } from './risk.js';

/**
 * What counselors open, graduation books, and the risk model. `--books` (1,000): so many, for the memory they take; `--only lists|books|risk`; `--python`: one with
 * what bench/risk/peers.py needs.
 */
export async function casework(): Promise<Result> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: { books: { type: 'string', default: '1000' }, only: { type: 'string' }, python: { type: 'string' } },
  });
  const parts: Record<string, () => Promise<Result>> = {
    lists: workLists,
    books: () => books(Number(values.books)),
    risk: () => risk(values.python),
  };
  const results: Result[] = [];
  for (const [name, part] of Object.entries(parts))
    if (!values.only || values.only.split(',').includes(name)) results.push(await part());
  return { rows: results.flatMap(({ rows }) => rows), ratios: results.flatMap(({ ratios }) => ratios) };
}
