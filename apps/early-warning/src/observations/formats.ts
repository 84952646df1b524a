import { isUtf8 } from 'node:buffer';
import { parse } from 'csv-parse/sync';
import { openTable, readHeader, Refused, type TableLine, withTemporaryFile } from '#exchange';
import { Invalid } from '#problems';
import type { Rows } from './rows.js';

/** Rows of a list in JSON, and of one in lines. */
export const MAX_LISTED = 10_000;
export const MAX_LINES = 100_000;

function howMany(n: number, most: number, pointer: string): void {
  if (n > 0 && n <= most) return;
  const text = { zh: `应为 1 到 ${most} 行`, en: `must be 1 to ${most} rows` };
  throw new Invalid({ errors: [{ pointer, ...text }] });
}

/** Rows that JSON gave. */
export function readList(list: unknown, rows: Rows): void {
  if (!Array.isArray(list)) {
    const text = { zh: `应为 1 到 ${MAX_LISTED} 项的数组`, en: `must be a list of 1 to ${MAX_LISTED} items` };
    throw new Invalid({ errors: [{ pointer: '#/observations', ...text }] });
  }
  howMany(list.length, MAX_LISTED, '#/observations');
  for (let i = 0; i < list.length; i++) rows.add(i, list[i]);
}

/** NDJSON: a row per line; empty lines are passed over. */
export function readLines(bytes: Buffer, rows: Rows): void {
  let n = 0;
  eachLine(bytes, UTF_8, (text, line) => {
    const place = n++;
    howMany(n, MAX_LINES, '#');
    rows.lines.push(line);
    const row = text === undefined ? undefined : parsed(text);
    if (row === undefined) rows.refuseLine(place, text === undefined ? 'text' : 'json');
    else rows.add(place, row);
  });
  howMany(n, MAX_LINES, '#');
}

/** Undefined: not JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Returns undefined where bytes are not text in the charset. */
type Decode = (bytes: Buffer) => string | undefined;

const UTF_8: Decode = (bytes) => (isUtf8(bytes) ? bytes.toString() : undefined);

/** GB 18030 and its subset GBK. Neither has a line feed, a comma or a quote within a character. */
const gb18030 = new TextDecoder('gb18030', { fatal: true });
const GB_18030: Decode = (bytes) => {
  try {
    return gb18030.decode(bytes);
  } catch {
    return undefined;
  }
};

/** Charsets that a table may be in, as its media type declares them. */
export const CHARSETS: Readonly<Record<string, Decode>> = { 'utf-8': UTF_8, gb18030: GB_18030, gbk: GB_18030 };

type OnLine = (text: string | undefined, line: number) => void;
const BLANK = /^[ \r\t]*$/;

/** Every line that is not blank; undefined where it cannot be decoded. */
function eachLine(bytes: Buffer, decode: Decode, onLine: OnLine): void {
  // Read at once: line by line takes twice as long.
  const all = decode(bytes);
  if (all === undefined) return eachLineOfBytes(bytes, decode, onLine);
  let line = 0;
  for (let from = 0; from < all.length;) {
    line++;
    const newline = all.indexOf('\n', from);
    const end = newline < 0 ? all.length : newline;
    const text = all.slice(from, end);
    from = end + 1;
    if (!BLANK.test(text)) onLine(text, line);
  }
}

function eachLineOfBytes(bytes: Buffer, decode: Decode, onLine: OnLine): void {
  let line = 0;
  for (let from = 0; from < bytes.length;) {
    line++;
    const newline = bytes.indexOf(10, from);
    const end = newline < 0 ? bytes.length : newline;
    const text = decode(bytes.subarray(from, end));
    from = end + 1;
    if (text === undefined || !BLANK.test(text)) onLine(text, line);
  }
}

export const COLUMNS = {
  studentNumber: { zh: '学号' },
  metric: { zh: '指标' },
  day: { zh: '日期' },
  at: { zh: '时间' },
  value: { zh: '数值' },
  key: { zh: '键' },
} as const;
type Column = keyof typeof COLUMNS;
const NUMBER = /^-?\d+(?:\.\d+)?$/;

/**
 * CSV (RFC 4180) with a header of the fields' names in English or Chinese, in any order. An empty cell is not given. No
 * cell goes over several lines, so that a quote that is left open spoils its line only.
 */
export function readCsv(bytes: Buffer, rows: Rows, charset = 'utf-8'): void {
  let header: { places: Map<Column, number>; cells: number } | undefined;
  let n = 0;
  eachLine(bytes, CHARSETS[charset]!, (text, line) => {
    const cells = text === undefined ? undefined : cellsOf(text);
    if (!header) {
      header = headerOf(cells ?? []);
      return;
    }
    const place = n++;
    howMany(n, MAX_LINES, '#');
    rows.lines.push(line);
    if (cells?.length === header.cells) takeCells(cells, header.places, place, rows);
    else rows.refuseLine(place, text === undefined ? 'text' : 'csv');
  });
  howMany(n, MAX_LINES, '#');
}

/** Undefined: its quotes do not fit. */
function cellsOf(text: string): string[] | undefined {
  const line = text.endsWith('\r') ? text.slice(0, -1) : text;
  if (!line.includes('"')) return line.split(',');
  try {
    return parse(line, { bom: true })[0];
  } catch {
    return undefined;
  }
}

/** The first sheet of a workbook, with its header apart: the rows are read before a transaction begins. */
export interface Sheet {
  header: TableLine;
  lines: TableLine[];
}

/** Reads a workbook. Throws Invalid (400) for what is none. */
export async function sheetOf(bytes: Buffer): Promise<Sheet> {
  try {
    return await withTemporaryFile(bytes, async (path) => {
      const { header, lines } = await openTable(path, COLUMNS);
      const all: TableLine[] = [];
      for await (const part of lines) {
        all.push(...part);
        if (all.length > MAX_LINES) break;
      }
      return { header, lines: all };
    });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    throw new Invalid({ errors: error.errors.map(({ zh, en }) => ({ pointer: '#', zh, en })) });
  }
}

/** The rows of a sheet, as those of a CSV file whose cells are what a person sees. */
export function readSheet({ header, lines }: Sheet, rows: Rows): void {
  const { places, cells: width } = headerOf(header.cells);
  howMany(lines.length, MAX_LINES, '#');
  for (const [place, { line, cells }] of lines.entries()) {
    rows.lines.push(line);
    const trimmed = cells.map((cell) => cell.trim());
    if (trimmed.length <= width) takeCells(trimmed, places, place, rows);
    else rows.refuseLine(place, 'csv');
  }
}

function takeCells(cells: readonly string[], places: ReadonlyMap<Column, number>, place: number, rows: Rows): void {
  const cell = (name: Column): string | undefined => cells[places.get(name) ?? -1] || undefined;
  const value = cell('value');
  const number = value !== undefined && NUMBER.test(value) ? Number(value) : (value ?? null);
  rows.take(place, cell('studentNumber'), cell('metric'), cell('day'), cell('at'), number, cell('key'));
}

function headerOf(cells: readonly string[]): { places: Map<Column, number>; cells: number } {
  const names = cells.map((name) => name.replace(/^\ufeff/, ''));
  const { at, errors } = readHeader(COLUMNS, ['studentNumber', 'metric', 'value'], names);
  if (errors.length > 0) throw new Invalid({ errors: errors.map(({ zh, en }) => ({ pointer: '#', line: 1, zh, en })) });
  return { places: at, cells: names.length };
}
