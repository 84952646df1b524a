import { Injectable } from '@nestjs/common';
import { OwnExportPartMadeV1 } from '#contracts';
import type { Tx } from '#database';
import { OnDead, OnEvent, type Received } from '#events';
import { OwnExportDueV1 } from './own-export-due.event.js';
import { OwnExports } from './own-exports.service.js';

@Injectable()
export class OwnExportHandlers {
  constructor(private readonly exports: OwnExports) {}

  @OnEvent(OwnExportPartMadeV1)
  whenOwnExportPartMade(tx: Tx, { data }: Received<OwnExportPartMadeV1>): Promise<void> {
    return this.exports.whenPartMade(tx, data.exportId);
  }

  @OnDead(OwnExportPartMadeV1)
  whenOwnExportPartDead(tx: Tx, { data }: Received<OwnExportPartMadeV1>): Promise<void> {
    return this.exports.giveUp(tx, data.exportId);
  }

  @OnEvent(OwnExportDueV1)
  whenOwnExportDue(tx: Tx, { data }: Received<OwnExportDueV1>): Promise<void> {
    return this.exports.whenDue(tx, data.exportId);
  }
}
