import { Injectable } from '@nestjs/common';
import { query, sql, type Tx } from '#database';
import { Every, OnDead, OnEvent, type Period, type Received } from '#events';
import { Policies } from '#policy';
import { addDays, CampusClock } from '#time';
import { ImportPolicy } from './import-policy.js';
import { ImportRequestedV1 } from './import-requested.event.js';
import { ImportRunner } from './import-runner.js';

@Injectable()
export class ImportHandlers {
  constructor(
    private readonly runner: ImportRunner,
    private readonly policies: Policies,
    private readonly clock: CampusClock,
  ) {}

  @OnEvent(ImportRequestedV1)
  async whenImportRequested(tx: Tx, event: Received<ImportRequestedV1>): Promise<void> {
    await this.runner.run(tx, event.data.importId);
  }

  @OnDead(ImportRequestedV1)
  async whenImportDead(tx: Tx, event: Received<ImportRequestedV1>): Promise<void> {
    await this.runner.giveUp(tx, event.data.importId);
  }

  /** Uploaded rosters are personal data: they are kept only as long as the policy says. */
  @Every('23 3 * * *', { name: 'directory.delete-import-files', catchUp: 'latest' })
  async deleteOldFiles(tx: Tx, { date }: Period): Promise<void> {
    const { value } = await this.policies.at(tx, ImportPolicy, date);
    const before = this.clock.instantOf(addDays(date, -value.keepFilesDays), '00:00');
    await query(
      tx,
      sql`DELETE FROM directory.import_file f USING directory.import i
           WHERE i.id = f.import_id AND i.status <> 'requested' AND i.created_at < ${before}`,
    );
  }
}
