import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import multipart, { type MultipartFile } from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { pointerPart, BodyTooLarge, Invalid, Problem, UnsupportedMediaType } from '#problems';

const MB = 1_048_576;
/** Name of the part that is the file. */
const PART = 'file';

/** A file that came in, in a temporary place; it is deleted when the request has been answered. */
export interface UploadedFile {
  path: string;
  /** As the caller named it: for display only, never a path. */
  filename: string;
  bytes: number;
  /** Hex. */
  sha256: string;
}

const uploads = new WeakMap<FastifyRequest, UploadedFile>();
const folders = new WeakMap<FastifyRequest, string>();

/** multipart/form-data with one file of at most `maxBytes` (64 MB unless told). */
export async function registerUploads(fastify: FastifyInstance, maxBytes = 64 * MB): Promise<void> {
  await fastify.register(multipart, {
    limits: {
      files: 2,
      fields: 20,
      parts: 21,
      fileSize: maxBytes,
      fieldSize: 16_384,
      fieldNameSize: 100,
      headerPairs: 20,
    },
  });
  fastify.addHook('onResponse', async (request) => {
    const folder = folders.get(request);
    if (folder) await rm(folder, { recursive: true, force: true });
  });
}

/**
 * Streams the one file of a multipart request, its part `file`, to disk. Throws UnsupportedMediaType (415) when the request is no form,
 * Invalid (400) when the form is damaged, lacks the file or has other parts, BodyTooLarge (413) as soon as it has more bytes than it may.
 */
export async function uploadedFile(request: FastifyRequest, maxBytes?: number): Promise<UploadedFile> {
  if (!request.isMultipart()) throw new UnsupportedMediaType();
  let file: UploadedFile | undefined;
  try {
    for await (const part of request.parts(maxBytes ? { limits: { fileSize: maxBytes } } : {})) {
      if (part.type !== 'file' || part.fieldname !== PART)
        throw refused(part.fieldname, '多余的部分，只收 file', 'is not asked for: send `file` alone');
      if (file) throw refused(PART, '只能有一个文件', 'must be one file');
      file = await stored(request, part);
    }
  } catch (error) {
    if (error instanceof Problem || isSystemError(error)) throw error;
    throw new Invalid({
      errors: [
        {
          pointer: '#',
          zh: '表单已损坏、不完整或缺少 boundary',
          en: 'the form is damaged, cut short, or has no boundary',
        },
      ],
    });
  }
  if (!file) throw refused(PART, '缺少文件', 'the file is missing');
  uploads.set(request, file);
  return file;
}

async function stored(request: FastifyRequest, part: MultipartFile): Promise<UploadedFile> {
  const folder = await mkdtemp(join(tmpdir(), 'yizhan-upload-'));
  folders.set(request, folder);
  const path = join(folder, 'file');
  const hash = createHash('sha256');
  let bytes = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(part.file, count, createWriteStream(path));
  if (part.file.truncated) throw new BodyTooLarge();
  return { path, filename: part.filename.slice(0, 255), bytes, sha256: hash.digest('hex') };
}

function refused(part: string, zh: string, en: string): Problem {
  return new Invalid({ errors: [{ pointer: `#/${pointerPart(part)}`, zh, en }] });
}

/** The disk is full, or the like: not the sender's fault. */
function isSystemError(error: unknown): boolean {
  const { syscall } = error as { syscall?: unknown };
  return typeof syscall === 'string' && !(error as { code?: string }).code?.startsWith('ECONN');
}

/** The file `uploadedFile` has taken from this request, if any. */
export function uploadOf(request: FastifyRequest): UploadedFile | undefined {
  return uploads.get(request);
}
