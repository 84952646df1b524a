import { Injectable, Logger } from '@nestjs/common';
import { Config } from '#config';
import { Database, query, sql, type Tx } from '#database';
import { Every, type Period } from '#events';
import { Policies } from '#policy';
import { addDays, instantOf } from '#roster';
import { foldDirty } from '../engine/folding.js';
import { RetentionPolicy } from './ingest.policy.js';
import { forgetLanes, holdIngest } from './ledger.js';

const LONGEST_MONTH = 31;

/**
 * Throws away what is kept long enough. Observations go by whole months of their day, once nothing can come for the month any more;
 * as long as a month is open, all of its observations are there, so that its vectors can be rebuilt. Vectors go by the retention of
 * their metric.
 */
@Injectable()
export class Retention {
  private readonly logger = new Logger('Retention');

  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly policies: Policies,
  ) {}

  @Every('19 3 * * *', { name: 'early-warning.retention', catchUp: 'latest' })
  async everyNight(tx: Tx, period: Period): Promise<void> {
    const { rawDays } = (await this.policies.at(tx, RetentionPolicy, period.date)).value;
    // A transaction of its own, and a short one: no batch is taken meanwhile.
    await this.database.transaction(null, (closing) => this.closeMonths(closing, addDays(period.date, -rawDays)));
    const months = await this.deleteClosed(tx);
    const vectors = await this.deleteExpired(tx, period.date, rawDays);
    this.logger.log(`deleted the observations of ${months} months, ${vectors} vectors`);
  }

  /** Closes the months that ended before a day and got nothing since. */
  private async closeMonths(tx: Tx, before: string): Promise<void> {
    await holdIngest(tx);
    await query(
      tx,
      sql`INSERT INTO early_warning.closed_month (month)
          SELECT m.month FROM (
            SELECT to_date(substring(c.relname FROM 'observation_(\\d{4}_\\d{2})$'), 'YYYY_MM') AS month
              FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'early_warning.observation'::regclass
             UNION SELECT DISTINCT date_trunc('month', day)::date FROM early_warning.keyed_observation WHERE day < ${before}
          ) m
           WHERE m.month + interval '1 month' <= ${before}::date
             AND NOT EXISTS (SELECT 1 FROM early_warning.ingest_batch b WHERE b.received_at >= ${instantOf(before, '00:00', this.config.timeZone)}
                                AND b.first_day < m.month + interval '1 month' AND b.last_day >= m.month)
          ON CONFLICT DO NOTHING`,
    );
  }

  /** Deletes the observations of closed months, after the last of them was folded; answers of how many months. */
  private async deleteClosed(tx: Tx): Promise<number> {
    await foldDirty(tx);
    const months = await query<{ month: string }>(
      tx,
      sql`SELECT month::text AS month FROM early_warning.closed_month c
           WHERE to_regclass('early_warning.observation_' || to_char(month, 'YYYY_MM')) IS NOT NULL
              OR EXISTS (SELECT 1 FROM early_warning.keyed_observation k WHERE k.day >= c.month AND k.day < c.month + interval '1 month')`,
    );
    for (const { month } of months) {
      await query(tx, sql`SELECT early_warning.drop_observation_month(${month}::date)`);
      await query(
        tx,
        sql`DELETE FROM early_warning.keyed_observation WHERE day >= ${month}::date AND day < ${month}::date + interval '1 month'`,
      );
    }
    return months.length;
  }

  /** What is older than the retention of its metric; answers how many vectors. Everything is folded, and the vectors are locked. */
  private async deleteExpired(tx: Tx, today: string, rawDays: number): Promise<number> {
    const metrics = await query<{ number: number; before: string; short: boolean }>(
      tx,
      sql`SELECT number, (${today}::date - retention_days)::text AS before, retention_days < ${rawDays + LONGEST_MONTH} AS short
            FROM early_warning.metric`,
    );
    // The others' observations have gone with their months.
    for (const { number, before } of metrics.filter(({ short }) => short)) {
      await query(tx, sql`DELETE FROM early_warning.observation WHERE metric = ${number} AND day < ${before}`);
      await query(tx, sql`DELETE FROM early_warning.keyed_observation WHERE metric = ${number} AND day < ${before}`);
    }
    const rows = await query(
      tx,
      sql`DELETE FROM early_warning.day_vector v
           USING unnest(${metrics.map((m) => m.number)}::smallint[], ${metrics.map((m) => m.before)}::date[]) AS m(number, before)
           WHERE v.metric = m.number AND v.day < m.before RETURNING 1`,
    );
    if (rows.length > 0) await forgetLanes(tx);
    return rows.length;
  }
}
