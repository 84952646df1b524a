import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { Timers } from '#events';
import { addDays, CampusClock } from '#time';
import type { Connector } from './connector.entity.js';
import { ConnectorPullDueV1 } from './pull-due.event.js';

const MINUTE_MS = 60_000;

/** When connectors are pulled next: one timer each, so a day that was missed is not pulled twice the next one. */
@Injectable()
export class PullSchedules {
  constructor(
    private readonly timers: Timers,
    private readonly clock: CampusClock,
  ) {}

  /** Sets the next time of a connector, or none. */
  async set(tx: Tx, { id, pull, pausedAt }: Connector): Promise<void> {
    const key = `integration.connector-pull ${id}` as const;
    if (!pull?.at || pausedAt) return this.timers.cancel(tx, key);
    const now = this.clock.now();
    const today = this.clock.today();
    const begun = this.clock.instantOf(today, pull.at);
    const from = begun > now ? begun : this.clock.instantOf(addDays(today, 1), pull.at);
    const at = new Date(from.getTime() + randomInt(pull.jitterMinutes * 60 + 1) * (MINUTE_MS / 60));
    return this.timers.set(tx, { key, at, event: new ConnectorPullDueV1(id) });
  }
}
