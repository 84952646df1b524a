import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { BadZip, ByteCheck, type Encoding, guessEncoding, orBadZip, Refused, Zip } from '#exchange';
import { NotAZip, UnpacksTooLarge } from './imports.problems.js';

const MB = 1_048_576;
const LIMITS = { entries: 64, bytes: 512 * MB };

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
  await withZip(path, async () => undefined);
}

/**
 * Unpacks a ZIP into `dir`; its files have one encoding. Throws NotAZip for a file that unpacks to more than it declared, and Refused for
 * one whose bytes are not those that were packed (CRC-32).
 */
export async function unpackZip(path: string, dir: string): Promise<SetFile[]> {
  const files: SetFile[] = [];
  await withZip(path, async (zip) => {
    for (const entry of zip.entries) {
      // The name inside the archive never becomes a path.
      const target = join(dir, `${files.length}.csv`);
      const { file, crc } = await copyAndLook(entry.fileName, await zip.stream(entry), target);
      if (crc !== entry.crc32) {
        const [zh, en] = [
          '文件在压缩包中已损坏（校验和不符），请重新打包',
          'is damaged in the ZIP (its checksum is wrong): pack it again',
        ];
        throw new Refused([{ file: entry.fileName.slice(0, 100), line: 1, zh, en }]);
      }
      files.push(file);
    }
  });
  // A sender that writes one file in GB18030 writes them all so: a short one may read as UTF-8 by chance.
  const gb = files.some(({ encoding, certain }) => certain && encoding === 'gb18030');
  return gb ? files.map((file) => (file.certain ? file : { ...file, encoding: 'gb18030' as const })) : files;
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

async function withZip(path: string, use: (zip: Zip) => Promise<void>): Promise<void> {
  let zip: Zip | undefined;
  try {
    zip = await Zip.open(path, LIMITS);
    const opened = zip;
    await orBadZip(() => use(opened));
  } catch (error) {
    if (!(error instanceof BadZip)) throw error;
    if (error.reason === 'damaged') throw new NotAZip();
    throw new UnpacksTooLarge({ params: { entries: LIMITS.entries, megabytes: LIMITS.bytes / MB } });
  } finally {
    zip?.close();
  }
}
