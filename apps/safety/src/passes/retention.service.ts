import { Injectable, Logger } from '@nestjs/common';
import { firstKept, keepMonths, query, reportMonths, sql, type Tx } from '#database';
import { Every, type Period } from '#events';
import { Policies } from '#policy';
import { addDays, addMonths, CampusClock } from '#time';
import { PASS_MONTHS } from './pass-months.js';
import { RetentionPolicy } from './retention.policy.js';

/** The most that the night check looks back from a night for a pass, in days (safety.curfew, lookbackHours). */
const LONGEST_LOOKBACK = 10;

/** How long passes and findings are kept, and throwing away what has had its time. */
@Injectable()
export class Retention {
  private readonly logger = new Logger('Retention');

  constructor(
    private readonly policies: Policies,
    private readonly clock: CampusClock,
  ) {}

  /** From when on passes are kept: the beginning of a month (UTC). */
  async passesSince(tx: Tx): Promise<Date> {
    const { passMonths } = (await this.policies.at(tx, RetentionPolicy, this.clock.today())).value;
    return new Date(firstKept(this.clock.now(), passMonths));
  }

  /** The first night (YYYY-MM-DD) of which all passes are kept that it is judged by: checked again, an earlier one would find nobody. */
  async firstNight(tx: Tx): Promise<string> {
    return addDays(this.clock.dateOf(await this.passesSince(tx)), LONGEST_LOOKBACK);
  }

  @Every('37 4 * * *', { name: 'safety.pass-months', catchUp: 'latest' })
  async everyNightForPasses(tx: Tx, { at, date }: Period): Promise<void> {
    const { passMonths: months } = (await this.policies.at(tx, RetentionPolicy, date)).value;
    reportMonths(this.logger, PASS_MONTHS, await keepMonths(tx, PASS_MONTHS, { now: at, months }));
  }

  /** A night has few findings: they are deleted row by row. That it was checked stays. */
  @Every('47 4 * * *', { name: 'safety.finding-retention', catchUp: 'latest' })
  async everyNightForFindings(tx: Tx, { date }: Period): Promise<void> {
    const { passMonths, findingMonths } = (await this.policies.at(tx, RetentionPolicy, date)).value;
    const before = addMonths(date, -Math.max(passMonths, findingMonths));
    await query(
      tx,
      sql`DELETE FROM safety.night_finding_history h USING safety.night_finding f WHERE f.id = h.finding_id AND f.night < ${before}`,
    );
    const rows = await query(tx, sql`DELETE FROM safety.night_finding WHERE night < ${before} RETURNING 1`);
    this.logger.log(`deleted ${rows.length} findings`);
  }
}
