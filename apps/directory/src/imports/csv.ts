import { createReadStream } from 'node:fs';
import { isUtf8 } from 'node:buffer';

export type Encoding = 'utf-8' | 'gb18030';

/** A record of a CSV file (RFC 4180). `line` is the one it starts on; 1 is the header. */
export interface CsvRecord {
  line: number;
  cells: string[];
  /** `quotes`: quotation marks that do not pair up, the cells are a guess; `bytes`: bytes that are no text in the file's encoding. */
  broken?: 'quotes' | 'bytes';
}

/** A quotation mark that is never closed must not swallow the rest of the file. */
const LONGEST_RECORD = 65_536;
const NEWLINE = 10;

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
  const decoder = new TextDecoder(encoding);
  const splitter = new CsvSplitter();
  for await (const chunk of createReadStream(path, { highWaterMark: 262_144 })) {
    yield splitter.push(decoder.decode(chunk as Buffer, { stream: true }));
  }
  yield splitter.push(decoder.decode(), true);
}

/** Looks at bytes as they pass: how many lines, and is it all UTF-8? */
export class ByteCheck {
  lines = 0;
  private valid = true;
  private tail: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): void {
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) this.lines++;
    if (!this.valid) return;
    const all = this.tail.length > 0 ? Buffer.concat([this.tail, chunk]) : chunk;
    const cut = endOfLastCharacter(all);
    this.valid = isUtf8(all.subarray(0, cut));
    this.tail = all.subarray(cut);
  }

  /** After the last chunk. */
  get utf8(): boolean {
    return this.valid && this.tail.length === 0;
  }
}

function endOfLastCharacter(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if ((byte & 0xc0) === 0x80) continue;
    const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needs > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/**
 * The encoding of a file that is not clean UTF-8: UTF-8 all the same when only a few of its characters are damaged
 * (their rows become errors), else GB18030, which covers GBK and GB2312.
 */
export async function guessEncoding(path: string): Promise<Encoding> {
  const decoder = new TextDecoder('utf-8');
  let damaged = 0;
  let foreign = 0;
  for await (const chunk of createReadStream(path)) {
    for (const char of decoder.decode(chunk as Buffer, { stream: true })) {
      if (char === '\uFFFD') damaged++;
      else if (char > '\u007f') foreign++;
    }
  }
  return damaged > foreign ? 'gb18030' : 'utf-8';
}
