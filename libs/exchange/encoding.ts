import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';

/** Encodings that schools' files come in; GB18030 covers GBK and GB 2312. The names are TextDecoder's. */
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'gb18030';

const NEWLINE = 10;
const UTF8_BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const HAN_ONLY = /^[\p{ASCII}\p{Script=Han}]*$/u;

/** Looks at bytes as they pass: how many lines, and in which encoding. */
export class ByteCheck {
  lines = 0;
  private start: Buffer = Buffer.alloc(0);
  private valid = true;
  private tail: Buffer = Buffer.alloc(0);
  /** Any character beyond ASCII, and any beyond U+07FF: of three bytes or more. */
  private foreign = false;
  private long = false;

  push(chunk: Buffer): void {
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) this.lines++;
    if (this.start.length < 3) this.start = Buffer.concat([this.start, chunk.subarray(0, 3)]).subarray(0, 3);
    if (!this.valid) return;
    const all = this.tail.length > 0 ? Buffer.concat([this.tail, chunk]) : chunk;
    const cut = endOfLastCharacter(all);
    const whole = all.subarray(0, cut);
    this.valid = isUtf8(whole);
    this.tail = all.subarray(cut);
    if (this.long || !this.valid) return;
    for (const byte of whole) {
      if (byte < 0x80) continue;
      this.foreign = true;
      if (byte < 0xe0) continue;
      this.long = true;
      return;
    }
  }

  /** Starts with the byte order mark of UTF-8, whatever follows. */
  get marked(): boolean {
    return this.start.equals(UTF8_BOM);
  }

  /** After the last chunk: all of it is UTF-8. */
  get clean(): boolean {
    return this.valid && this.tail.length === 0;
  }

  /** After the last chunk; undefined when the bytes alone do not tell, and the text must be looked at. */
  get encoding(): Encoding | undefined {
    if (this.start[0] === 0xff && this.start[1] === 0xfe) return 'utf-16le';
    if (this.start[0] === 0xfe && this.start[1] === 0xff) return 'utf-16be';
    if (!this.clean) return this.marked ? 'gb18030' : undefined;
    return this.foreign && !this.long ? undefined : 'utf-8';
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
 * The encoding of a file whose bytes alone do not tell (`ByteCheck.encoding` is undefined):
 * - its bytes are UTF-8 of two-byte characters only, as a few Chinese names in GBK happen to be: GB18030 when that reading is all Han;
 * - they are no clean UTF-8: UTF-8 all the same when only a few of its characters are damaged (their rows become errors), else GB18030.
 */
export async function guessEncoding(path: string): Promise<Encoding> {
  const [utf8, gb] = [new TextDecoder('utf-8'), new TextDecoder('gb18030')];
  let [damaged, foreign] = [0, 0];
  let han = true;
  for await (const chunk of createReadStream(path)) {
    for (const char of utf8.decode(chunk as Buffer, { stream: true })) {
      if (char === '\uFFFD') damaged++;
      else if (char > '\u007f') foreign++;
    }
    han &&= HAN_ONLY.test(gb.decode(chunk as Buffer, { stream: true }));
  }
  if (damaged === 0) return han ? 'gb18030' : 'utf-8';
  return damaged > foreign ? 'gb18030' : 'utf-8';
}

/** Decodes a file piece by piece. Bytes that mean nothing become U+FFFD; a byte order mark is left out, that of UTF-8 before GB18030 too. */
export async function* decoded(path: string, encoding: Encoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  let first = true;
  for await (const chunk of createReadStream(path, { highWaterMark: 262_144 })) {
    const bytes = chunk as Buffer;
    const marked = first && encoding === 'gb18030' && bytes.subarray(0, 3).equals(UTF8_BOM);
    first = false;
    yield decoder.decode(marked ? bytes.subarray(3) : bytes, { stream: true });
  }
  yield decoder.decode();
}

/** The text of a small file that is in memory, in whichever of the encodings it is. */
export function decode(content: Buffer): string {
  const check = new ByteCheck();
  check.push(content);
  const encoding = check.encoding ?? guess(content);
  const marked = encoding === 'gb18030' && check.marked;
  return new TextDecoder(encoding).decode(marked ? content.subarray(3) : content);
}

function guess(content: Buffer): Encoding {
  const chars = [...new TextDecoder('utf-8').decode(content)];
  const damaged = chars.filter((char) => char === '\uFFFD').length;
  if (damaged === 0) return HAN_ONLY.test(new TextDecoder('gb18030').decode(content)) ? 'gb18030' : 'utf-8';
  return damaged > chars.filter((char) => char > '\u007f' && char !== '\uFFFD').length ? 'gb18030' : 'utf-8';
}
