import { Injectable } from '@nestjs/common';
import { Database, query, sql, type Tx } from '#database';
import { Events } from '#events';
import { addDays, CampusClock } from '#time';
import { lastNight } from '../curfew/night-window.js';
import { NightRecheckRequestedV1 } from './night-recheck-requested.event.js';

/** Has past nights looked at again after something they were judged by has changed. */
@Injectable()
export class Rechecks {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly clock: CampusClock,
  ) {}

  /**
   * Asks, inside `tx`, for those of the nights that are over. Whether one was checked at all is decided when it is
   * looked at: a first check that is under way now is not visible from here. Call it last: it locks the nights until
   * the commit.
   */
  async request(tx: Tx, nights: Iterable<string>): Promise<void> {
    const last = lastNight(this.clock.now(), this.clock.timeZone);
    const over = [...new Set(nights)].filter((night) => night <= last).sort();
    if (over.length === 0) return;
    // The lock on a waiting row keeps `begin` from taking it away before this transaction's change can be seen.
    const rows = await query<{ night: string; fresh: boolean }>(
      tx,
      sql`INSERT INTO safety.night_recheck AS waiting (night, requested_at) SELECT unnest(${over}::date[]), ${this.clock.now()}
          ON CONFLICT (night) DO UPDATE SET requested_at = waiting.requested_at
          RETURNING night::text AS night, (xmax = 0) AS fresh`,
    );
    await this.events.publishAll(
      tx,
      rows.filter((row) => row.fresh).map((row) => new NightRecheckRequestedV1(row.night)),
    );
  }

  /** Every night of the periods, from their first to their last. */
  async requestBetween(tx: Tx, ...periods: readonly [from: string, to: string][]): Promise<void> {
    const last = lastNight(this.clock.now(), this.clock.timeZone);
    const nights = new Set<string>();
    for (const [from, to] of periods)
      for (let night = from; night <= to && night <= last; night = addDays(night, 1)) nights.add(night);
    await this.request(tx, nights);
  }

  /** To be called before a night is looked at, and committed at once: later changes ask anew. */
  async begin(night: string): Promise<void> {
    await query(this.database.connection, sql`DELETE FROM safety.night_recheck WHERE night = ${night}`);
  }

  /** Forgets requests whose event was given up, so that the night can be asked for again. */
  async forgetOld(tx: Tx): Promise<void> {
    await query(
      tx,
      sql`DELETE FROM safety.night_recheck WHERE requested_at < ${this.clock.now()}::timestamptz - interval '1 hour'`,
    );
  }
}
