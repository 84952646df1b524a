import { openAsBlob } from 'node:fs';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { S3mini } from 's3mini';
import type { Storage } from './storage.js';

/** A request, with the content that it moves, may take so long. */
const TIMEOUT_MS = 60_000;
const PAGE = 1_000;

/** A bucket of any S3-compatible service; `endpoint` names it in its path: `https://s3.example.edu.cn/<bucket>`. */
export class S3Storage implements Storage {
  private readonly s3: S3mini;

  constructor(access: { endpoint: string; region: string; accessKeyId: string; secretAccessKey: string }) {
    this.s3 = new S3mini({ ...access, requestAbortTimeout: TIMEOUT_MS });
  }

  async put(key: string, path: string): Promise<void> {
    await this.s3.putObject(key, await openAsBlob(path));
  }

  async get(key: string): Promise<Readable | undefined> {
    const response = await this.s3.getObjectResponse(key);
    return response?.body ? Readable.fromWeb(response.body as ReadableStream) : undefined;
  }

  async delete(key: string): Promise<void> {
    await this.s3.deleteObject(key);
  }

  async *list(service: string): AsyncIterable<string> {
    let next: string | undefined;
    do {
      const page = await this.s3.listObjectsPaged('/', `${service}/`, PAGE, next);
      for (const { Key } of page?.objects ?? []) yield Key;
      next = page?.nextContinuationToken;
    } while (next);
  }

  async check(): Promise<void> {
    if (!(await this.s3.bucketExists())) throw new Error('the bucket of S3_ENDPOINT is not there, or not ours to use');
  }
}
