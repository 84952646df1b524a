import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BodyTooLarge, Invalid, UnsupportedMediaType } from './problems.js';

const MB = 1_048_576;

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
      files: 1,
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
 * Streams the one file of a multipart request to disk. Throws UnsupportedMediaType (415) when the request is no form,
 * Invalid (400) when it has no file, BodyTooLarge (413).
 */
export async function uploadedFile(request: FastifyRequest): Promise<UploadedFile> {
  if (!request.isMultipart()) throw new UnsupportedMediaType();
  const part = await request.file();
  if (!part) throw new Invalid({ errors: [{ pointer: '#/file', zh: '缺少文件', en: 'the file is missing' }] });
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
  const file = { path, filename: part.filename.slice(0, 255), bytes, sha256: hash.digest('hex') };
  uploads.set(request, file);
  return file;
}

/** The file `uploadedFile` has taken from this request, if any. */
export function uploadOf(request: FastifyRequest): UploadedFile | undefined {
  return uploads.get(request);
}
