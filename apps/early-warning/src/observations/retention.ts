import { Injectable, Logger } from '@nestjs/common';
import { Database, query, sql, sqlState, type Tx } from '#database';
import { Every, type Period } from '#events';
import { Policies } from '#policy';
import { addDays, CampusClock } from '#time';
import { foldDirty } from '../engine/folding.js';
import { RetentionPolicy } from './ingest.policy.js';
import { forgetOrdinals, holdIngest } from './ledger.js';

const LONGEST_MONTH = 31;
/** Silence looks back so far. */
const HEARTBEAT_DAYS = 120;
const LOCK_NOT_AVAILABLE = '55P03';
const DROP_WAIT = '2s';

/** Months that have a partition. */
const OBSERVATION_MONTHS = sql`(
  SELECT to_date(substring(c.relname FROM 'observation_(\\d{4}_\\d{2})$'), 'YYYY_MM') AS month
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'early_warning.observation'::regclass) AS partition`;

/**
 * Throws away what is kept long enough. Observations go by whole months of their day, once nothing can come for the month any more;
 * as long as a month is open, all of its observations are there, so that its vectors can be rebuilt. Vectors go by the retention of
 * their metric; entries of the ledger with the months they are about.
 */
@Injectable()
export class Retention {
  private readonly logger = new Logger('Retention');

  constructor(
    private readonly clock: CampusClock,
    private readonly database: Database,
    private readonly policies: Policies,
  ) {}

  @Every('19 3 * * *', { name: 'early-warning.retention', catchUp: 'latest' })
  async everyNight(tx: Tx, period: Period): Promise<void> {
    const { rawDays } = (await this.policies.at(tx, RetentionPolicy, period.date)).value;
    const before = addDays(period.date, -rawDays);
    // Transactions of their own, and short ones: no batch is taken while months are being closed, or one is being dropped.
    await this.database.background((closing) => this.closeMonths(closing, before));
    const months = await this.deleteClosed();
    await this.deleteLedger(tx, before);
    await this.deleteHeartbeats(tx, addDays(period.date, -HEARTBEAT_DAYS));
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
            SELECT month FROM ${OBSERVATION_MONTHS}
             UNION SELECT DISTINCT date_trunc('month', day)::date FROM early_warning.keyed_observation WHERE day < ${before}
          ) m
           WHERE m.month + interval '1 month' <= ${before}::date
             AND NOT EXISTS (SELECT 1 FROM early_warning.ingest_batch b WHERE b.received_at >= ${this.clock.instantOf(before, '00:00')}
                                AND b.first_day < m.month + interval '1 month' AND b.last_day >= m.month)
          ON CONFLICT DO NOTHING`,
    );
  }

  /** Deletes the observations of closed months, after the last of them was folded; answers of how many months. */
  private async deleteClosed(): Promise<number> {
    await this.database.background(foldDirty);
    const months = await query<{ month: string }>(
      this.database.connection,
      sql`SELECT month::text AS month FROM early_warning.closed_month c
           WHERE to_regclass('early_warning.observation_' || to_char(month, 'YYYY_MM')) IS NOT NULL
              OR EXISTS (SELECT 1 FROM early_warning.keyed_observation k WHERE k.day >= c.month AND k.day < c.month + interval '1 month')`,
    );
    for (const { month } of months)
      await this.database.background((tx) =>
        query(
          tx,
          sql`DELETE FROM early_warning.keyed_observation WHERE day >= ${month}::date AND day < ${month}::date + interval '1 month'`,
        ),
      );
    for (const { month } of months) await this.dropMonth(month);
    return months.length;
  }

  /** Everybody waits who wants to read or write observations; so not for long. What could not be dropped is left to the next night. */
  private async dropMonth(month: string): Promise<void> {
    try {
      await this.database.background(async (tx) => {
        await query(tx, sql`SELECT set_config('lock_timeout', ${DROP_WAIT}, TRUE)`);
        await query(tx, sql`SELECT early_warning.drop_observation_month(${month}::date)`);
      });
    } catch (error) {
      if (sqlState(error) !== LOCK_NOT_AVAILABLE) throw error;
      this.logger.warn(`the observations of ${month} are in use and stay until the next night`);
    }
  }

  /**
   * Entries of the ledger that are only about months that take no more: a batch that comes again after that is refused row by row. The
   * newest of a source's with the same metrics stays: it says when the source was heard of.
   */
  private async deleteLedger(tx: Tx, before: string): Promise<void> {
    await query(
      tx,
      sql`DELETE FROM early_warning.ingest_batch b
           USING (SELECT coalesce(least((SELECT min(month) FROM ${OBSERVATION_MONTHS}),
                                        (SELECT min(day) FROM early_warning.keyed_observation)), ${before}::date) AS first) open
           WHERE (b.last_day < date_trunc('month', open.first)
                  OR b.last_day IS NULL AND b.received_at < ${this.clock.instantOf(before, '00:00')})
             AND EXISTS (SELECT 1 FROM early_warning.ingest_batch n WHERE n.source = b.source AND n.metrics = b.metrics AND n.seq > b.seq)`,
    );
  }

  /** The newest of a source stays. */
  private async deleteHeartbeats(tx: Tx, before: string): Promise<void> {
    await query(
      tx,
      sql`DELETE FROM early_warning.source_heartbeat h
           WHERE h.at < ${this.clock.instantOf(before, '00:00')} AND (h.day IS NULL OR h.day < ${before})
             AND EXISTS (SELECT 1 FROM early_warning.source_heartbeat n WHERE n.source = h.source AND n.at > h.at)`,
    );
  }

  /** What is older than the retention of its metric; answers how many vectors. */
  private async deleteExpired(tx: Tx, today: string, rawDays: number): Promise<number> {
    // Takes the vectors' lock.
    await foldDirty(tx);
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
    await query(
      tx,
      sql`DELETE FROM early_warning.corrected_day c
           USING unnest(${metrics.map((m) => m.number)}::smallint[], ${metrics.map((m) => m.before)}::date[]) AS m(number, before)
           WHERE c.metric = m.number AND c.day < m.before`,
    );
    if (rows.length > 0) await forgetOrdinals(tx);
    return rows.length;
  }
}
