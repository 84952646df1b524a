import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Config } from '#config';
import { FolderStorage } from './folder-storage.js';
import { S3Storage } from './s3-storage.js';

/**
 * Where the contents of files lie. A key is `<service>/<id of the file>`; what is stored under it is never changed. An object is put
 * before its row is written and deleted after its row is gone, so an object without a row is what a crash has left.
 */
export interface Storage {
  /** Stores the content of a file of this machine. It is there for good when this returns. */
  put(key: string, path: string): Promise<void>;
  /** Undefined when there is no such object. */
  get(key: string): Promise<Readable | undefined>;
  /** What is not there is as good as deleted. */
  delete(key: string): Promise<void>;
  /** The keys of a service, in no order. */
  list(service: string): AsyncIterable<string>;
  /** Throws when objects can be neither read nor written. */
  check(): Promise<void>;
}

/** S3 where S3_ENDPOINT is set, else the folder FILES_DIR. Throws when the settings of S3 are not complete. */
export function storageOf(config: Config): Storage {
  const { s3Endpoint, s3Region, s3AccessKeyId, s3SecretAccessKeyFile } = config;
  if (!s3Endpoint) return new FolderStorage(config.filesDir);
  if (!s3AccessKeyId || !s3SecretAccessKeyFile)
    throw new Error('S3_ENDPOINT is set: set S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY_FILE too');
  const secretAccessKey = readFileSync(s3SecretAccessKeyFile, 'utf8').trim();
  return new S3Storage({ endpoint: s3Endpoint, region: s3Region, accessKeyId: s3AccessKeyId, secretAccessKey });
}
