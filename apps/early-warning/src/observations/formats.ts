import { isUtf8 } from 'node:buffer';
import { csvLines, type Encoding, openTable, readHeader, Refused, type TableLine, withTemporaryFile } from '#exchange';
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

/** NDJSON: a row per line; empty lines are passed over. Its lines are no table, so `#exchange` does not read them. */
export function readLines(bytes: Buffer, rows: Rows): void {
  let n = 0;
  eachLine(bytes, (text, line) => {
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

/** Charsets that a table may be in, as its media type declares them; GBK is a subset of GB 18030. */
export const CHARSETS: Readonly<Record<string, Encoding>> = { 'utf-8': 'utf-8', gb18030: 'gb18030', gbk: 'gb18030' };

type OnLine = (text: string | undefined, line: number) => void;
const BLANK = /^[ \r\t]*$/;

/** Every line that is not blank; undefined where it is no UTF-8. */
function eachLine(bytes: Buffer, onLine: OnLine): void {
  // Read at once: line by line takes twice as long.
  if (!isUtf8(bytes)) return eachLineOfBytes(bytes, onLine);
  const all = bytes.toString();
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

function eachLineOfBytes(bytes: Buffer, onLine: OnLine): void {
  let line = 0;
  for (let from = 0; from < bytes.length;) {
    line++;
    const newline = bytes.indexOf(10, from);
    const end = newline < 0 ? bytes.length : newline;
    const part = bytes.subarray(from, end);
    const text = isUtf8(part) ? part.toString() : undefined;
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

/** A table with its header apart, whose rows are read before a transaction begins. */
export interface ObservationTable {
  header: TableLine;
  lines: readonly TableLine[];
  /** Which of the lines is the first after the header. */
  first: number;
  /** A row of CSV has as many cells as the header; of a sheet, at most so many. */
  type: 'csv' | 'xlsx';
}

/** A CSV file (RFC 4180) with a header of the fields' names in English or Chinese, in any order. An empty cell is not given. */
export function csvTable(bytes: Buffer, charset = 'utf-8'): ObservationTable {
  const lines = csvLines(bytes, CHARSETS[charset]!);
  const at = lines.findIndex((line) => !isBlank(line));
  return { header: lines[at] ?? { line: 1, cells: [] }, lines, first: at < 0 ? lines.length : at + 1, type: 'csv' };
}

function isBlank({ cells }: TableLine): boolean {
  return cells.length === 1 && cells[0]!.trim() === '';
}

/** The first sheet of a workbook, its cells as a person sees them. Throws Invalid (400) for what is none. */
export async function sheetTable(bytes: Buffer): Promise<ObservationTable> {
  try {
    return await withTemporaryFile(bytes, async (path) => {
      const { header, lines } = await openTable(path, COLUMNS);
      const all: TableLine[] = [];
      for await (const part of lines) {
        all.push(...part);
        if (all.length > MAX_LINES) break;
      }
      return { header, lines: all, first: 0, type: 'xlsx' };
    });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    throw new Invalid({ errors: error.errors.map(({ zh, en }) => ({ pointer: '#', zh, en })) });
  }
}

/** The rows of a table. */
export function readTable({ header, lines, first, type }: ObservationTable, rows: Rows): void {
  const places = placesOf(header);
  const width = header.cells.length;
  let n = 0;
  for (let i = first; i < lines.length; i++) {
    const line = lines[i]!;
    if (isBlank(line)) continue;
    const place = n++;
    howMany(n, MAX_LINES, '#');
    rows.lines.push(line.line);
    const { cells, broken } = line;
    if (broken === 'quotes') rows.refuseLine(place, 'csv');
    else if (broken && cells.some((cell) => cell.includes('\uFFFD'))) rows.refuseLine(place, 'text');
    else if (type === 'csv' ? cells.length === width : cells.length <= width) takeCells(cells, places, place, rows);
    else rows.refuseLine(place, 'csv');
  }
  howMany(n, MAX_LINES, '#');
}

function takeCells(cells: readonly string[], places: ReadonlyMap<Column, number>, place: number, rows: Rows): void {
  const cell = (name: Column): string | undefined => cells[places.get(name) ?? -1]?.trim() || undefined;
  const value = cell('value');
  const number = value !== undefined && NUMBER.test(value) ? Number(value) : (value ?? null);
  rows.take(place, cell('studentNumber'), cell('metric'), cell('day'), cell('at'), number, cell('key'));
}

function placesOf({ cells }: TableLine): Map<Column, number> {
  const { at, errors } = readHeader(COLUMNS, ['studentNumber', 'metric', 'value'], cells);
  if (errors.length > 0) throw new Invalid({ errors: errors.map(({ zh, en }) => ({ pointer: '#', line: 1, zh, en })) });
  return at;
}
