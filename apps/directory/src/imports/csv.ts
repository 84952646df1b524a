import { decoded, type Encoding } from '#exchange';

/** A record of a CSV file (RFC 4180). `line` is the one it starts on; 1 is the header. */
export interface CsvRecord {
  line: number;
  cells: string[];
  /** `quotes`: quotation marks that do not pair up, the cells are a guess; `bytes`: bytes that are no text in the file's encoding. */
  broken?: 'quotes' | 'bytes';
}

/** A quotation mark that is never closed must not swallow the rest of the file. */
const LONGEST_RECORD = 65_536;

/**
 * Splits text into records as it comes in. Rosters have hundreds of thousands of plain lines, and splitting those at the
 * commas is several times faster than a general parser; only a line with a quotation mark is read character by character.
 */
export class CsvSplitter {
  private rest = '';
  private line = 1;

  push(text: string, last = false): CsvRecord[] {
    const all = this.rest + text + (last ? '\n' : '');
    const suspicious = all.includes('\u0000') || all.includes('\uFFFD');
    const records: CsvRecord[] = [];
    let start = 0;
    let quote = all.indexOf('"');
    for (let lineEnd = all.indexOf('\n'); lineEnd !== -1; lineEnd = all.indexOf('\n', start)) {
      const quoted = quote !== -1 && quote < lineEnd;
      let end: number | undefined = quoted ? endOfQuoted(all, start, lineEnd) : lineEnd;
      if (end === undefined && !last && all.length - start < LONGEST_RECORD) break;
      let cells = end === undefined ? undefined : split(all, start, end, quoted);
      const { line } = this;
      if (!cells) {
        // The damage is kept to the line it begins on.
        end = lineEnd;
        cells = split(all, start, end, false) ?? [];
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

function split(all: string, start: number, end: number, quoted: boolean): string[] | undefined {
  const text = all.slice(start, all[end - 1] === '\r' ? end - 1 : end);
  return quoted ? splitQuoted(text) : text.split(',');
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

function splitQuoted(text: string): string[] | undefined {
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
      if (at < text.length && text[at] !== ',') return undefined;
    } else {
      const comma = text.indexOf(',', at);
      cell = text.slice(at, comma === -1 ? text.length : comma);
      if (cell.includes('"')) return undefined;
      at += cell.length;
    }
    cells.push(cell);
    if (at >= text.length) return cells;
  }
}

/** The records of a file, some hundreds at a time. A byte order mark is left out. */
export async function* readCsv(path: string, encoding: Encoding): AsyncGenerator<CsvRecord[]> {
  const splitter = new CsvSplitter();
  for await (const text of decoded(path, encoding)) yield splitter.push(text);
  yield splitter.push('', true);
}
