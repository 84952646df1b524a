import type { Readable } from 'node:stream';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { Refused } from './row-errors.js';

/** What a ZIP may hold at most, by what it says of itself. A file that unpacks to more than it declared breaks off while it is read. */
export interface ZipLimits {
  entries: number;
  /** All of its files together, unpacked. */
  bytes: number;
  /** Of a file, unpacked bytes to packed ones; files of less than a megabyte may have any. */
  ratio?: number;
}

/** A ZIP that is not read: it is none, or damaged, or beyond its limits. */
export class BadZip extends Error {
  constructor(readonly reason: 'damaged' | 'too-large') {
    super(`the ZIP is ${reason}`);
  }
}

const SMALL = 1_048_576;

/** Files of a ZIP by name, without their bytes; whoever opens it closes it. */
export class Zip {
  private constructor(
    private readonly zip: ZipFile,
    readonly entries: readonly Entry[],
  ) {}

  /** Reads the directory of the ZIP alone. Throws BadZip. */
  static async open(path: string, limits: ZipLimits): Promise<Zip> {
    return orBadZip(async () => {
      const zip = await yauzl.openPromise(path, { autoClose: false, validateEntrySizes: true });
      try {
        if (zip.entryCount > limits.entries) throw new BadZip('too-large');
        const entries: Entry[] = [];
        let bytes = 0;
        for await (const entry of zip.eachEntry()) {
          bytes += entry.uncompressedSize;
          const ratio = entry.uncompressedSize / Math.max(entry.compressedSize, 1);
          const swollen = entry.uncompressedSize > SMALL && ratio > (limits.ratio ?? Infinity);
          if (bytes > limits.bytes || swollen) throw new BadZip('too-large');
          entries.push(entry);
        }
        return new Zip(zip, entries);
      } catch (error) {
        zip.close();
        throw error;
      }
    });
  }

  /** A file of the ZIP, unpacked as it is read. Throws BadZip, also while it is read (`orBadZip`). */
  stream(entry: Entry): Promise<Readable> {
    return orBadZip(() => this.zip.openReadStreamPromise(entry));
  }

  close(): void {
    this.zip.close();
  }
}

/** Runs what reads a ZIP. What yauzl and zlib throw becomes BadZip; a full disk and the like stay what they are. */
export async function orBadZip<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (isOfTheZip(error)) throw new BadZip('damaged');
    throw error;
  }
}

/** What yauzl and zlib throw has no name of its own and no code of the system (a full disk: ENOSPC); codes of zlib start with Z_. */
function isOfTheZip(error: unknown): boolean {
  if (error instanceof BadZip || error instanceof Refused) return false;
  const { name, code } = error as { name?: unknown; code?: unknown };
  return name === 'Error' && !/^E[A-Z]+$/.test(String(code));
}
