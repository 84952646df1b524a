import { closeSync, openSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';

const FONT = '@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf';
/** Of the table of characters (OpenType `cmap`): Windows, all of Unicode. */
const [WINDOWS, ALL_OF_UNICODE, SEGMENTS] = [3, 10, 12];

let known: readonly (readonly [number, number])[] | undefined;

/** The characters of a text that no document can show, as its font has none for them: rare ones of names, such as 𠮷. Each once. */
export function unprintable(text: string): string[] {
  known ??= charactersOf(createRequire(import.meta.url).resolve(FONT));
  return [...new Set(text)].filter((character) => {
    const code = character.codePointAt(0)!;
    return !known!.some(([first, last]) => first <= code && code <= last);
  });
}

/** Ranges of the characters that a TrueType font has: the table `cmap`, format 12. */
function charactersOf(path: string): (readonly [number, number])[] {
  const file = openSync(path, 'r');
  try {
    const read = (at: number, bytes: number): Buffer => {
      const part = Buffer.alloc(bytes);
      readSync(file, part, 0, bytes, at);
      return part;
    };
    const rows = (at: number, head: number, count: number, size: number): Buffer[] => {
      const table = read(at + head, count * size);
      return Array.from({ length: count }, (_, i) => table.subarray(i * size, (i + 1) * size));
    };
    const tables = rows(0, 12, read(4, 2).readUInt16BE(), 16);
    const cmap = tables.find((row) => row.toString('latin1', 0, 4) === 'cmap')!.readUInt32BE(8);
    const encodings = rows(cmap, 4, read(cmap + 2, 2).readUInt16BE(), 8);
    const whole = encodings.find((row) => row.readUInt16BE() === WINDOWS && row.readUInt16BE(2) === ALL_OF_UNICODE);
    const at = cmap + whole!.readUInt32BE(4);
    if (read(at, 2).readUInt16BE() !== SEGMENTS) throw new Error(`The characters of ${path} are not told by segments`);
    return rows(at, 16, read(at + 12, 4).readUInt32BE(), 12).map((row) => [row.readUInt32BE(), row.readUInt32BE(4)]);
  } finally {
    closeSync(file);
  }
}
