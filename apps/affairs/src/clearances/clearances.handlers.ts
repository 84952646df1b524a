import { Injectable } from '@nestjs/common';
import { Config } from '#config';
import type { Tx } from '#database';
import { Every, OnDead, OnEvent, type Period, type Received } from '#events';
import { Jobs } from '#service';
import { addDays, CampusClock, instantOf } from '#time';
import { ClearanceImports } from './clearance-imports.service.js';
import { ClearanceDeferralOverV1 } from './deferral-over.event.js';
import { ClearanceImportRequestedV1 } from './import-requested.event.js';
import { ClearanceListOpenedV1 } from './list-opened.event.js';
import { fillLists } from './members.queries.js';
import { SignOffs } from './sign-offs.service.js';

@Injectable()
export class ClearanceHandlers {
  constructor(
    private readonly jobs: Jobs,
    private readonly signOffs: SignOffs,
    private readonly imports: ClearanceImports,
    private readonly clock: CampusClock,
    private readonly config: Config,
  ) {}

  @OnEvent(ClearanceListOpenedV1)
  async whenListOpened(tx: Tx, { data: { listId, jobId } }: Received<ClearanceListOpenedV1>): Promise<void> {
    await this.jobs.succeed(tx, jobId, { students: await fillLists(tx, this.clock.today(), listId) });
  }

  @OnDead(ClearanceListOpenedV1)
  async whenOpeningDead(tx: Tx, { data: { jobId } }: Received<ClearanceListOpenedV1>): Promise<void> {
    await this.jobs.giveUp(tx, jobId);
  }

  /** Who has come to the school since, or left it. */
  @Every('13 * * * *', { name: 'affairs.clearance-members', catchUp: 'latest' })
  async fill(tx: Tx): Promise<void> {
    await fillLists(tx, this.clock.today());
  }

  @OnEvent(ClearanceDeferralOverV1)
  async whenDeferralOver(tx: Tx, { data: { signOffId } }: Received<ClearanceDeferralOverV1>): Promise<void> {
    await this.signOffs.endDeferral(tx, signOffId);
  }

  @OnEvent(ClearanceImportRequestedV1)
  async whenImportRequested(tx: Tx, { data: { importId } }: Received<ClearanceImportRequestedV1>): Promise<void> {
    await this.imports.run(tx, importId);
  }

  @OnDead(ClearanceImportRequestedV1)
  async whenImportDead(tx: Tx, { data: { importId } }: Received<ClearanceImportRequestedV1>): Promise<void> {
    await this.imports.giveUp(tx, importId);
  }

  @Every('33 3 * * *', { name: 'affairs.delete-clearance-sheets', catchUp: 'latest' })
  async deleteOldSheets(tx: Tx, { date }: Period): Promise<void> {
    const { keepEventsDays, timeZone } = this.config;
    await this.imports.deleteFilesBefore(tx, instantOf(addDays(date, -keepEventsDays), '00:00', timeZone));
  }
}
