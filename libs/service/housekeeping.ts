import { Injectable, Logger } from '@nestjs/common';
import { Config } from '#config';
import type { Tx } from '#database';
import { deleteHandledEvents, Every, type Period } from '#events';
import { deleteOldIdempotencyKeys } from '#http';
import { addDays, CampusClock } from '#time';
import { Jobs } from './jobs.js';

/** Throws away, once a day, what the plumbing shared by all services no longer needs. Run by the directory's worker. */
@Injectable()
export class Housekeeping {
  private readonly logger = new Logger('Housekeeping');

  constructor(
    private readonly config: Config,
    private readonly clock: CampusClock,
    private readonly jobs: Jobs,
  ) {}

  @Every('23 4 * * *', { name: 'directory.housekeeping', catchUp: 'latest' })
  async everyNight(tx: Tx, period: Period): Promise<void> {
    const before = (days: number): Date => this.clock.instantOf(addDays(period.date, -days), '00:00');
    const { keepEventsDays } = this.config;
    // Promised: an answer is kept for 24 hours at least.
    const keys = await deleteOldIdempotencyKeys(tx, before(1));
    const jobs = await this.jobs.deleteEnded(tx, before(keepEventsDays));
    const events = await deleteHandledEvents(tx, before(keepEventsDays));
    this.logger.log(`deleted ${keys} idempotency keys, ${jobs} jobs, ${events} events`);
  }
}
