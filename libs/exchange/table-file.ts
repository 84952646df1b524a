import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Bilingual } from '#contracts';
import { unescapeFormula } from './cells.js';
import { findSeparator, readCsv, type Separator } from './csv.js';
import { ByteCheck, type Encoding, guessEncoding } from './encoding.js';
import type { TableLine } from './lines.js';
import { NotATable } from './problems.js';
import { Refused } from './row-errors.js';
import { readSheet } from './xlsx/sheet.js';
import { Workbook } from './xlsx/workbook.js';

/** How a table is written down. */
export type TableFormat = { type: 'xlsx' } | { type: 'csv'; encoding: Encoding; separator: Separator };

/** A file with one table, and how it is written down. */
export interface TableFile {
  format: TableFormat;
  /** All lines, some hundreds at a time; may be read again. Throws Refused for what cannot be read. */
  lines(): AsyncGenerator<TableLine[]>;
}

/**
 * Opens a CSV file (separator, and encoding where it is not said, found out) or an .xlsx workbook (`sheet`, else the first that is seen).
 * Throws Refused for other files.
 */
export async function openTableFile(path: string, sheet?: string, said?: Encoding): Promise<TableFile> {
  if ((await typeOf(path)) === 'xlsx') return { format: { type: 'xlsx' }, lines: () => sheetLines(path, sheet) };
  const encoding = said ?? (await encodingOf(path));
  const separator = await findSeparator(path, encoding);
  return { format: { type: 'csv', encoding, separator }, lines: () => csvLines(path, encoding, separator) };
}

async function encodingOf(path: string): Promise<Encoding> {
  const check = new ByteCheck();
  for await (const chunk of createReadStream(path)) check.push(chunk as Buffer);
  return check.encoding ?? guessEncoding(path);
}

async function* csvLines(path: string, encoding: Encoding, separator: Separator): AsyncGenerator<TableLine[]> {
  for await (const lines of readCsv(path, encoding, separator)) {
    for (const { cells } of lines)
      for (const [i, cell] of cells.entries()) if (cell.startsWith("'")) cells[i] = unescapeFormula(cell);
    yield lines;
  }
}

async function* sheetLines(path: string, sheet: string | undefined): AsyncGenerator<TableLine[]> {
  const workbook = await Workbook.open(path);
  try {
    yield* readSheet(workbook, sheet);
  } finally {
    workbook.close();
  }
}

const EMPTY: Bilingual = { zh: '文件是空的', en: 'The file is empty' };
const OLD: Bilingual = {
  zh: '是旧版 Excel（.xls）或加密的文件；请在 Excel 中去除密码，另存为 .xlsx 或 CSV',
  en: 'is an old Excel file (.xls), or one with a password: save it as .xlsx or CSV without one',
};
const PAGE: Bilingual = {
  zh: '是网页（HTML 或 XML），不是表格；请用 Excel 打开，另存为 .xlsx 或 CSV',
  en: 'is a page (HTML or XML) and no table: open it in Excel and save it as .xlsx or CSV',
};

/** Looks at a file before it is accepted, without reading its table. Throws NotATable (400). */
export async function checkTableFile(path: string): Promise<void> {
  try {
    if ((await typeOf(path)) === 'xlsx') await Workbook.check(path);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    throw new NotATable({ errors: error.errors.map(({ zh, en }) => ({ pointer: '#/file', zh, en })) });
  }
}

/** By its first bytes; the name is the sender's and says nothing. Throws Refused. */
async function typeOf(path: string): Promise<'csv' | 'xlsx'> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(8), 0, 8, 0);
    const start = buffer.subarray(0, bytesRead);
    if (bytesRead === 0) throw new Refused([EMPTY]);
    if (start.readUInt8(0) === 0xd0 && start.subarray(0, 4).toString('hex') === 'd0cf11e0') throw new Refused([OLD]);
    if (start.subarray(0, 4).toString('latin1') === 'PK\u0003\u0004') return 'xlsx';
    if (/^(\u00ef\u00bb\u00bf)?\s*<[?!a-z]/i.test(start.toString('latin1'))) throw new Refused([PAGE]);
    return 'csv';
  } finally {
    await handle.close();
  }
}
