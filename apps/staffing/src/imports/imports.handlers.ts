import { Injectable } from '@nestjs/common';
import { Config } from '#config';
import type { Tx } from '#database';
import { Every, OnDead, OnEvent, type Period, type Received } from '#events';
import { addDays, instantOf } from '#time';
import { AppointmentImportRequestedV1 } from './import-requested.event.js';
import { AppointmentImports } from './imports.service.js';

@Injectable()
export class AppointmentImportHandlers {
  constructor(
    private readonly imports: AppointmentImports,
    private readonly config: Config,
  ) {}

  @OnEvent(AppointmentImportRequestedV1)
  async whenImportRequested(tx: Tx, event: Received<AppointmentImportRequestedV1>): Promise<void> {
    await this.imports.run(tx, event.data.importId);
  }

  @OnDead(AppointmentImportRequestedV1)
  async whenImportDead(tx: Tx, event: Received<AppointmentImportRequestedV1>): Promise<void> {
    await this.imports.giveUp(tx, event.data.importId);
  }

  @Every('27 3 * * *', { name: 'staffing.delete-import-files', catchUp: 'latest' })
  async deleteOldFiles(tx: Tx, { date }: Period): Promise<void> {
    const { keepEventsDays, timeZone } = this.config;
    await this.imports.deleteFilesBefore(tx, instantOf(addDays(date, -keepEventsDays), '00:00', timeZone));
  }
}
