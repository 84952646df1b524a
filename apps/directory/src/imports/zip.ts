import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { ByteCheck, type Encoding, guessEncoding } from '#exchange';
import { Refused } from './findings.js';
import { NotAZip, UnpacksTooLarge } from './imports.problems.js';

const MB = 1_048_576;
const MAX_ENTRIES = 64;
const MAX_UNPACKED = 512 * MB;

/** A file of a set, unpacked: where it is, how to read it, and about how many lines it has. */
export interface SetFile {
  name: string;
  path: string;
  encoding: Encoding;
  /** The bytes told the encoding; else it was guessed from what they mean. */
  certain: boolean;
  lines: number;
}

/**
 * Checks what a ZIP says of itself, without unpacking it. Throws NotAZip (400) and UnpacksTooLarge (413).
 */
export async function checkZip(path: string): Promise<void> {
  await readZip(path, async () => undefined);
}

/**
 * Unpacks a ZIP into `dir`; its files have one encoding. Throws NotAZip for a file that unpacks to more than it declared, and Refused for
 * one whose bytes are not those that were packed (CRC-32).
 */
export async function unpackZip(path: string, dir: string): Promise<SetFile[]> {
  const files: SetFile[] = [];
  await readZip(path, async (zip, entry) => {
    // The name inside the archive never becomes a path.
    const target = join(dir, `${files.length}.csv`);
    const { file, crc } = await copyAndLook(entry.fileName, await zip.openReadStreamPromise(entry), target);
    if (crc !== entry.crc32) {
      const [zh, en] = [
        '文件在压缩包中已损坏（校验和不符），请重新打包',
        'is damaged in the ZIP (its checksum is wrong): pack it again',
      ];
      throw new Refused([{ file: entry.fileName.slice(0, 100), line: 1, zh, en }]);
    }
    files.push(file);
  });
  // A sender that writes one file in GB18030 writes them all so: a short one may read as UTF-8 by chance.
  const gb = files.some(({ encoding, certain }) => certain && encoding === 'gb18030');
  return gb ? files.map((file) => (file.certain ? file : { ...file, encoding: 'gb18030' as const })) : files;
}

/** Writes a stream to `path` and says what it is. */
export async function inspectCopy(name: string, bytes: NodeJS.ReadableStream, path: string): Promise<SetFile> {
  return (await copyAndLook(name, bytes, path)).file;
}

async function copyAndLook(
  name: string,
  bytes: NodeJS.ReadableStream,
  path: string,
): Promise<{ file: SetFile; crc: number }> {
  const check = new ByteCheck();
  let crc = 0;
  const look = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      check.push(chunk);
      crc = crc32(chunk, crc);
      done(null, chunk);
    },
  });
  await pipeline(bytes, look, createWriteStream(path));
  const { encoding, clean, lines } = check;
  return {
    file: {
      name,
      path,
      encoding: encoding ?? (await guessEncoding(path)),
      certain: encoding !== undefined || !clean,
      lines,
    },
    crc,
  };
}

async function readZip(path: string, visit: (zip: ZipFile, entry: Entry) => Promise<void>): Promise<void> {
  let zip: ZipFile | undefined;
  const tooLarge = new UnpacksTooLarge({ params: { entries: MAX_ENTRIES, megabytes: MAX_UNPACKED / MB } });
  try {
    zip = await yauzl.openPromise(path, { autoClose: false, validateEntrySizes: true });
    if (zip.entryCount > MAX_ENTRIES) throw tooLarge;
    let unpacked = 0;
    for await (const entry of zip.eachEntry()) {
      unpacked += entry.uncompressedSize;
      if (unpacked > MAX_UNPACKED) throw tooLarge;
      await visit(zip, entry);
    }
  } catch (error) {
    if (error === tooLarge || error instanceof Refused || isSystemError(error)) throw error;
    throw new NotAZip();
  } finally {
    zip?.close();
  }
}

/** The disk is full, or the like: not the file's fault. Errors of zlib have codes too, which start with Z_. */
function isSystemError(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^E[A-Z]+$/.test(code);
}
