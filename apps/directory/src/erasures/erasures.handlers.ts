import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { OnEvent, type Received } from '#events';
import { ErasureDueV1 } from './erasure-due.event.js';
import { Erasures } from './erasures.service.js';

@Injectable()
export class ErasureHandlers {
  constructor(private readonly erasures: Erasures) {}

  @OnEvent(ErasureDueV1)
  async whenErasureDue(tx: Tx, event: Received<ErasureDueV1>): Promise<void> {
    await this.erasures.whenDue(tx, event.data.erasureId);
  }
}
