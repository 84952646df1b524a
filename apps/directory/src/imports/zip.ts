import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { ByteCheck, type Encoding, guessEncoding } from './csv.js';
import { NotAZip, UnpacksTooLarge } from './imports.problems.js';

const MB = 1_048_576;
const MAX_ENTRIES = 64;
const MAX_UNPACKED = 512 * MB;

/** A file of a set, unpacked: where it is, how to read it, and about how many lines it has. */
export interface SetFile {
  name: string;
  path: string;
  encoding: Encoding;
  lines: number;
}

/**
 * Checks what a ZIP says of itself, without unpacking it. Throws NotAZip (400) and UnpacksTooLarge (413).
 */
export async function checkZip(path: string): Promise<void> {
  await readZip(path, async () => undefined);
}

/** Unpacks a ZIP into `dir`. A file that unpacks to more than it declared fails as NotAZip. */
export async function unpackZip(path: string, dir: string): Promise<SetFile[]> {
  const files: SetFile[] = [];
  await readZip(path, async (zip, entry) => {
    // The name inside the archive never becomes a path.
    const target = join(dir, `${files.length}.csv`);
    files.push(await inspectCopy(entry.fileName, await zip.openReadStreamPromise(entry), target));
  });
  return files;
}

/** Writes a stream to `path` and says what it is. */
export async function inspectCopy(name: string, bytes: NodeJS.ReadableStream, path: string): Promise<SetFile> {
  const check = new ByteCheck();
  const look = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      check.push(chunk);
      done(null, chunk);
    },
  });
  await pipeline(bytes, look, createWriteStream(path));
  return { name, path, encoding: check.utf8 ? 'utf-8' : await guessEncoding(path), lines: check.lines };
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
    if (error === tooLarge || isSystemError(error)) throw error;
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
