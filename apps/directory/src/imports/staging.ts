import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import { copyConnection, type Tx } from '#database';

type Value = string | number | boolean | null;

/** A row in COPY's text format. */
export function copyRow(...values: Value[]): string {
  let row = '';
  for (const [index, value] of values.entries()) {
    if (index > 0) row += '\t';
    row += value === null ? '\\N' : typeof value === 'string' ? escape(value) : String(value);
  }
  return `${row}\n`;
}

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function escape(value: string): string {
  return /[\\\t\n\r]/.test(value) ? value.replace(/[\\\t\n\r]/g, (char) => ESCAPES[char]!) : value;
}

/** Streams rows into a table through COPY, on the transaction's own connection. `target` is our own SQL. */
export async function copyInto(tx: Tx, target: string, rows: Iterable<string> | AsyncIterable<string>): Promise<void> {
  const client = await copyConnection(tx);
  await pipeline(Readable.from(rows), client.query(copyFrom(`COPY ${target} FROM STDIN`)));
}
