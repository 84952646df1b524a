import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify/sync';
import iconv from 'iconv-lite';
import { escapeFormula } from './cells.js';
import type { TableFormat } from './table-file.js';
import { type Cell, writeXlsx } from './xlsx/writer.js';

export type { Cell } from './xlsx/writer.js';

/** Media types of what is written. */
export const CSV_TYPE = 'text/csv';
export const XLSX_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** CSV that spreadsheets open: UTF-8. */
export const PLAIN_CSV: TableFormat = { type: 'csv', encoding: 'utf-8', separator: ',' };

const BATCH = 500;

/**
 * Writes lines, the header first, as a file of the format. Spreadsheets open it as it is meant: CSV has a byte order mark unless it is
 * GB18030, what would be a formula is text, and text is never taken for a number. Nothing of it is held in memory.
 */
export function writeTable(lines: AsyncIterable<readonly Cell[]>, format: TableFormat): Readable {
  return format.type === 'xlsx' ? writeXlsx(lines) : Readable.from(csvBytes(lines, format), { objectMode: false });
}

async function* csvBytes(
  lines: AsyncIterable<readonly Cell[]>,
  { encoding, separator }: TableFormat & { type: 'csv' },
): AsyncGenerator<Buffer> {
  let batch: string[][] = [];
  const bytes = (): Buffer => iconv.encode(stringify(batch, { delimiter: separator }), encoding);
  if (encoding !== 'gb18030') yield iconv.encode('\uFEFF', encoding);
  for await (const cells of lines) {
    batch.push(cells.map((cell) => escapeFormula(String(cell))));
    if (batch.length < BATCH) continue;
    yield bytes();
    batch = [];
  }
  yield bytes();
}
