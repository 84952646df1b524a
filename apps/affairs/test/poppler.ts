import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import jsQR from 'jsqr';
import sharp from 'sharp';

const run = promisify(execFile);

/** Debian's `poppler-utils`, a reader of PDFs that we did not write. */
async function poppler(program: string, pdf: Buffer, ...args: string[]): Promise<string> {
  return inFolder(pdf, async (path) => (await run(program, [...args, path, '-'], { maxBuffer: 1e8 })).stdout);
}

async function inFolder<T>(pdf: Buffer, fn: (path: string, folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'yizhan-pdf-'));
  try {
    const path = join(folder, 'it.pdf');
    await writeFile(path, pdf);
    return await fn(path, folder);
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ENOENT') throw error;
    throw new Error('Poppler is not here: apt-get install poppler-utils', { cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The text of a PDF, without spaces and line breaks between Chinese characters. */
export async function textOf(pdf: Buffer): Promise<string> {
  const text = await poppler('pdftotext', pdf, '-layout');
  return text.replace(/\s+/g, ' ').replace(/(?<=[^\x20-\x7e]) | (?=[^\x20-\x7e])/g, '');
}

/** A row for each font: its name, whether it is embedded, whether a part of it is, whether its text can be copied. */
export async function fontsOf(
  pdf: Buffer,
): Promise<{ name: string; embedded: boolean; part: boolean; unicode: boolean }[]> {
  const table = await inFolder(pdf, async (path) => (await run('pdffonts', [path])).stdout);
  return table
    .trim()
    .split('\n')
    .slice(2)
    .map((line) => {
      const [name, embedded, part, unicode] = /^(\S+).* (yes|no) +(yes|no) +(yes|no) +\d+ +\d+ *$/.exec(line)!.slice(1);
      return { name: name!, embedded: embedded === 'yes', part: part === 'yes', unicode: unicode === 'yes' };
    });
}

export async function infoOf(pdf: Buffer): Promise<Record<string, string>> {
  const text = await inFolder(pdf, async (path) => (await run('pdfinfo', [path])).stdout);
  return Object.fromEntries(
    text
      .trim()
      .split('\n')
      .map((line) => [line.split(':')[0]!, line.slice(line.indexOf(':') + 1).trim()]),
  );
}

/** The first page as a picture (PNG). */
export async function pictureOf(pdf: Buffer, dpi = 150): Promise<Buffer> {
  return inFolder(pdf, async (path, folder) => {
    await run('pdftoppm', ['-png', '-r', String(dpi), '-singlefile', path, join(folder, 'page')]);
    return readFile(join(folder, 'page.png'));
  });
}

/** What the QR code on the first page says, read by another library than the one that drew it. */
export async function qrOf(pdf: Buffer): Promise<string | undefined> {
  const page = sharp(await pictureOf(pdf, 100));
  const { width, height } = await page.metadata();
  // The lower left of the page: what looks for the code looks at every pixel.
  const [left, top] = [Math.round(width * 0.1), Math.round(height * 0.78)];
  const part = page.extract({ left, top, width: Math.round(width * 0.2), height: Math.round(height * 0.14) });
  const { data, info } = await part.ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return jsQR.default(new Uint8ClampedArray(data), info.width, info.height)?.data;
}
