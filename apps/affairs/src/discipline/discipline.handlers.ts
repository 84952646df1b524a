import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { OnEvent, type Received } from '#events';
import { SanctionAppeals } from './appeals.service.js';
import { SanctionDueV1 } from './sanction-due.event.js';
import { Sanctions } from './sanctions.service.js';

@Injectable()
export class DisciplineHandlers {
  constructor(
    private readonly sanctions: Sanctions,
    private readonly appeals: SanctionAppeals,
  ) {}

  @OnEvent(SanctionDueV1)
  async whenSanctionDue(tx: Tx, { data: { sanctionId, of } }: Received<SanctionDueV1>): Promise<void> {
    if (of !== 'appeal') await this.sanctions.expire(tx, sanctionId);
    if (of !== 'sanction') await this.appeals.remind(tx, sanctionId);
  }
}
