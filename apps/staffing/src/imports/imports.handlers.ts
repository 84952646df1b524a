import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { OnDead, OnEvent, type Received } from '#events';
import { AppointmentImportRequestedV1 } from './import-requested.event.js';
import { AppointmentImports } from './imports.service.js';

@Injectable()
export class AppointmentImportHandlers {
  constructor(private readonly imports: AppointmentImports) {}

  @OnEvent(AppointmentImportRequestedV1)
  async whenImportRequested(tx: Tx, event: Received<AppointmentImportRequestedV1>): Promise<void> {
    await this.imports.run(tx, event.data.importId);
  }

  @OnDead(AppointmentImportRequestedV1)
  async whenImportDead(tx: Tx, event: Received<AppointmentImportRequestedV1>): Promise<void> {
    await this.imports.giveUp(tx, event.data.importId);
  }
}
