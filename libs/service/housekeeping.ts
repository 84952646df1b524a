import { Injectable, Logger } from '@nestjs/common';
import { AUDIT_MONTHS } from '#auth';
import { Config } from '#config';
import { keepMonths, reportMonths, type Tx } from '#database';
import { deleteHandledEvents, Every, type Period } from '#events';
import { deleteOldIdempotencyKeys } from '#http';
import { Policies } from '#policy';
import { addDays, CampusClock } from '#time';
import { AuditPolicy } from './audit.policy.js';
import { Jobs } from './jobs.js';

/** Throws away, once a day, what the plumbing shared by all services no longer needs. Run by the directory's worker. */
@Injectable()
export class Housekeeping {
  private readonly logger = new Logger('Housekeeping');

  constructor(
    private readonly config: Config,
    private readonly clock: CampusClock,
    private readonly jobs: Jobs,
    private readonly policies: Policies,
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

  @Every('41 4 * * *', { name: 'directory.audit-months', catchUp: 'latest' })
  async everyNightForAudit(tx: Tx, { at, date }: Period): Promise<void> {
    const { keepMonths: months } = (await this.policies.at(tx, AuditPolicy, date)).value;
    reportMonths(this.logger, AUDIT_MONTHS, await keepMonths(tx, AUDIT_MONTHS, { now: at, months }));
  }
}
