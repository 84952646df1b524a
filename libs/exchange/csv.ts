import { decoded, type Encoding } from './encoding.js';
import type { TableLine } from './lines.js';

/** What stands between the cells of a line. */
export type Separator = ',' | ';' | '\t';

/** A quotation mark that is never closed must not swallow the rest of the file. */
const LONGEST_RECORD = 65_536;

/**
 * Splits text into records as it comes in. Rosters have hundreds of thousands of plain lines, and splitting those at the
 * commas is several times faster than a general parser; only a line with a quotation mark is read character by character.
 */
export class CsvSplitter {
  private rest = '';
  private line = 1;

  constructor(private readonly separator: Separator = ',') {}

  push(text: string, last = false): TableLine[] {
    const { separator } = this;
    const all = this.rest + text + (last ? '\n' : '');
    const suspicious = all.includes('\u0000') || all.includes('\uFFFD');
    const records: TableLine[] = [];
    let start = 0;
    let quote = all.indexOf('"');
    for (let lineEnd = all.indexOf('\n'); lineEnd !== -1; lineEnd = all.indexOf('\n', start)) {
      const quoted = quote !== -1 && quote < lineEnd;
      let end: number | undefined = quoted ? endOfQuoted(all, start, lineEnd) : lineEnd;
      if (end === undefined && !last && all.length - start < LONGEST_RECORD) break;
      let cells = end === undefined ? undefined : split(all, start, end, quoted, separator);
      const { line } = this;
      if (!cells) {
        // The damage is kept to the line it begins on.
        end = lineEnd;
        cells = split(all, start, end, false, separator) ?? [];
        records.push({ line, cells, broken: 'quotes' });
      } else if (cells.length > 1 || cells[0] !== '') {
        const broken = suspicious && cells.some((cell) => /[\0\uFFFD]/.test(cell));
        records.push(broken ? { line, cells, broken: 'bytes' } : { line, cells });
      }
      for (let at = lineEnd; at !== -1 && at <= end!; at = all.indexOf('\n', at + 1)) this.line++;
      start = end! + 1;
      if (quoted) quote = all.indexOf('"', start);
    }
    this.rest = all.slice(start);
    return records;
  }
}

function split(all: string, start: number, end: number, quoted: boolean, separator: Separator): string[] | undefined {
  const text = all.slice(start, all[end - 1] === '\r' ? end - 1 : end);
  return quoted ? splitQuoted(text, separator) : text.split(separator);
}

/** The first line end from `lineEnd` on before which all quotation marks pair up, when there is one near. */
function endOfQuoted(text: string, start: number, lineEnd: number): number | undefined {
  let from = start;
  let odd = false;
  for (let end = lineEnd; end !== -1 && end - start < LONGEST_RECORD; end = text.indexOf('\n', end + 1)) {
    for (let at = text.indexOf('"', from); at !== -1 && at < end; at = text.indexOf('"', at + 1)) odd = !odd;
    if (!odd) return end;
    from = end;
  }
  return undefined;
}

function splitQuoted(text: string, separator: Separator): string[] | undefined {
  const cells: string[] = [];
  for (let at = 0; ; at++) {
    let cell = '';
    if (text[at] === '"') {
      for (;;) {
        const close = text.indexOf('"', at + 1);
        if (close === -1) return undefined;
        cell += text.slice(at + 1, close);
        at = close + 1;
        if (text[at] !== '"') break;
        cell += '"';
      }
      if (at < text.length && text[at] !== separator) return undefined;
    } else {
      const end = text.indexOf(separator, at);
      cell = text.slice(at, end === -1 ? text.length : end);
      if (cell.includes('"')) return undefined;
      at += cell.length;
    }
    cells.push(cell);
    if (at >= text.length) return cells;
  }
}

/** The lines of a table that is in memory, in an encoding that is known. A byte order mark is left out. */
export function csvLines(bytes: Buffer, encoding: Encoding): TableLine[] {
  return new CsvSplitter().push(new TextDecoder(encoding).decode(bytes), true);
}

/** The lines of a file, some hundreds at a time. A byte order mark is left out. */
export async function* readCsv(
  path: string,
  encoding: Encoding,
  separator: Separator = ',',
): AsyncGenerator<TableLine[]> {
  const splitter = new CsvSplitter(separator);
  for await (const text of decoded(path, encoding)) yield splitter.push(text);
  yield splitter.push('', true);
}

const SEPARATORS: readonly Separator[] = [',', '\t', ';'];
/** Lines of a title, before the one with the names of the columns. */
const LOOKED_AT = 10;

/** The separator that one of the first lines has most of, outside quotation marks; a comma where none has any. */
export async function findSeparator(path: string, encoding: Encoding): Promise<Separator> {
  let start = '';
  for await (const text of decoded(path, encoding)) {
    start += text;
    if (start.length >= LONGEST_RECORD) break;
  }
  const lines = start.slice(0, LONGEST_RECORD).split('\n', LOOKED_AT);
  const bare = lines.map((line) => line.replace(/"[^"]*"/g, ''));
  const most = SEPARATORS.map((separator) => Math.max(...bare.map((line) => line.split(separator).length)));
  return SEPARATORS[most.indexOf(Math.max(...most))]!;
}
