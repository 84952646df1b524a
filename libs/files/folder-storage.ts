import { constants } from 'node:fs';
import { access, copyFile, mkdir, open, opendir, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import type { Storage } from './storage.js';

/** A file per object in a folder that all processes of the deployment share. */
export class FolderStorage implements Storage {
  private readonly root: string;

  constructor(folder: string) {
    this.root = resolve(folder);
  }

  async put(key: string, path: string): Promise<void> {
    const target = join(this.root, key);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await copyFile(path, target, constants.COPYFILE_EXCL);
    // On the disk, and not only promised to be, before a row says so.
    for (const written of [target, dirname(target)]) {
      const handle = await open(written, 'r');
      await handle.sync().finally(() => handle.close());
    }
  }

  async get(key: string): Promise<Readable | undefined> {
    const handle = await open(join(this.root, key), 'r').catch(unlessMissing);
    return handle?.createReadStream();
  }

  async delete(key: string): Promise<void> {
    await rm(join(this.root, key), { force: true });
  }

  async *list(service: string): AsyncIterable<string> {
    const folder = await opendir(join(this.root, service)).catch(unlessMissing);
    if (folder) for await (const { name } of folder) yield `${service}/${name}`;
  }

  async check(): Promise<void> {
    await mkdir(this.root, { recursive: true, mode: 0o700 });
    await access(this.root, constants.R_OK | constants.W_OK);
  }
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
