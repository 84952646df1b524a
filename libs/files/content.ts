import { fileTypeFromFile } from 'file-type';
import { ImageNotReadable, ImageTooLarge, TypeNotAllowed } from './files.problems.js';

/** Types of contents that are known to be harmless as they are served: pictures made anew, and what is only ever downloaded. */
export const MEDIA_TYPES = {
  'application/pdf': { extension: 'pdf', picture: undefined },
  'image/jpeg': { extension: 'jpg', picture: 'jpeg' },
  'image/png': { extension: 'png', picture: 'png' },
  'image/webp': { extension: 'webp', picture: 'webp' },
  // As it was handed in, with what the camera wrote into it: for what is made to be shown.
  'video/mp4': { extension: 'mp4', picture: undefined },
  'application/zip': { extension: 'zip', picture: undefined },
} as const;
export type MediaType = keyof typeof MEDIA_TYPES;

/** A photo of a phone has at most 50 million. */
export const MAX_PIXELS = 64_000_000;
const SECONDS = 20;

/**
 * Tells a content's type by its first bytes, whatever its sender calls it, and makes pictures anew: without metadata, so without the place
 * they were taken at, turned the way the camera was held, and with nothing hidden behind them. Returns where the content to be kept is:
 * `path`, or beside it. Throws TypeNotAllowed (415), ImageTooLarge (413), ImageNotReadable (422).
 */
export async function harmless(
  path: string,
  allowed: readonly MediaType[],
): Promise<{ path: string; type: MediaType }> {
  const mime = (await fileTypeFromFile(path))?.mime;
  const type = allowed.find((one) => one === mime);
  if (!type) throw new TypeNotAllowed({ pointer: '#/file', params: { allowed: allowed.join(', ') } });
  const { picture } = MEDIA_TYPES[type];
  return { path: picture ? await madeAnew(path, picture) : path, type };
}

async function madeAnew(path: string, format: 'jpeg' | 'png' | 'webp'): Promise<string> {
  // Loaded by the first picture: a process that sees none does without its memory.
  const { default: sharp } = await import('sharp');
  const unreadable = (): never => {
    throw new ImageNotReadable({ pointer: '#/file' });
  };
  const { width, height } = await sharp(path, { limitInputPixels: false }).metadata().catch(unreadable);
  if (width * height > MAX_PIXELS) throw new ImageTooLarge({ pointer: '#/file', params: { most: MAX_PIXELS / 1e6 } });
  const made = `${path}.made`;
  await sharp(path, { limitInputPixels: MAX_PIXELS, failOn: 'error' })
    .autoOrient()
    .toFormat(format)
    .timeout({ seconds: SECONDS })
    .toFile(made)
    .catch(unreadable);
  return made;
}

/**
 * A name as it may be shown and saved: the last part of a path, without control, formatting and reserved characters, at most 150
 * characters long, and with the ending of its type.
 */
export function cleanName(given: string, type: MediaType): string {
  const { extension } = MEDIA_TYPES[type];
  const name = (given.normalize('NFC').split(/[\\/]/).at(-1) ?? '')
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
    .replace(/[<>:"|?*]/g, '_')
    .replace(/^[\s.]+|[\s.]+$/g, '');
  const stem = name.replace(new RegExp(`\\.(${extension}|jpeg)$`, 'i'), '') || 'file';
  return `${[...stem].slice(0, 150 - extension.length - 1).join('')}.${extension}`;
}
