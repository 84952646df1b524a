import { Injectable, Logger, type Type } from '@nestjs/common';
import type { ServiceName } from '#contracts';
import type { Tx } from '#database';
import { Every, type Period } from '#events';
import { Files } from './files.js';

/** Deleted in one go; what is left is the next hour's. */
const MOST = 5_000;

/** Deletes a service's files when their time has come, and what a crash has left in the storage. */
export function fileCleanupOf(service: ServiceName): Type {
  @Injectable()
  class FileCleanup {
    private readonly logger = new Logger('FileCleanup');

    constructor(private readonly files: Files) {}

    @Every('37 * * * *', { name: `${service}.files-expired`, catchUp: 'latest' })
    async everyHour(tx: Tx, { at }: Period): Promise<void> {
      const deleted = await this.files.deleteExpired(tx, service, at, MOST);
      if (deleted > 0) this.logger.log(`deleted ${deleted} files of ${service}`);
    }

    /** An object is put seconds before its row: after a day there will be none. */
    @Every('47 3 * * *', { name: `${service}.files-orphaned`, catchUp: 'latest' })
    async everyNight(tx: Tx): Promise<void> {
      const deleted = await this.files.deleteOrphans(tx, service);
      if (deleted > 0) this.logger.log(`deleted ${deleted} contents without a file of ${service}`);
    }
  }
  return FileCleanup;
}
