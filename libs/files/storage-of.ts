import { readFileSync } from 'node:fs';
import type { Config } from '#config';
import { FolderStorage } from './folder-storage.js';
import { S3Storage } from './s3-storage.js';
import type { Storage } from './storage.js';

/** S3 where S3_ENDPOINT is set, else the folder FILES_DIR. Throws when the settings of S3 are not complete. */
export function storageOf(config: Config): Storage {
  const { s3Endpoint, s3Region, s3AccessKeyId, s3SecretAccessKeyFile } = config;
  if (!s3Endpoint) return new FolderStorage(config.filesDir);
  if (!s3AccessKeyId || !s3SecretAccessKeyFile)
    throw new Error('S3_ENDPOINT is set: set S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY_FILE too');
  const secretAccessKey = readFileSync(s3SecretAccessKeyFile, 'utf8').trim();
  return new S3Storage({ endpoint: s3Endpoint, region: s3Region, accessKeyId: s3AccessKeyId, secretAccessKey });
}
