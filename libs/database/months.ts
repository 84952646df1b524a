import type { LoggerService } from '@nestjs/common';
import { query, queryOne, raw, sql } from './sql.js';
import { sqlState, type Tx } from './transaction.js';

/** A table that is partitioned by the months (UTC) of one of its columns. */
export interface MonthlyTable {
  schema: string;
  table: string;
  /** A date or timestamptz. */
  column: string;
}

/** Months that are made ahead of the one that is now. */
const AHEAD = 3;
const LOCK_NOT_AVAILABLE = '55P03';
/** Everybody waits behind a statement that waits for a table; so not for long. */
const OWNERS =
  "LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET lock_timeout = '2s'";

/**
 * SQL of a migration: `<schema>.make_<table>_months(kept, first, last)` and `<schema>.drop_<table>_month(month)`, which run with their
 * owner's rights, as a service's role may change no table. Months are partitions `<table>_YYYY_MM`; what has rows from before it was cut
 * keeps them in one that reaches back without end and has the name of its last month. What fits into none lies in `<table>_default`.
 * `lowest`: no month is dropped that ended less than so many months ago. `onDrop`: SQL that runs before, with `until`, the day after
 * the month.
 */
export function monthFunctions(
  { schema, table, column }: MonthlyTable,
  { lowest, onDrop = '' }: { lowest: number; onDrop?: string },
): string {
  return `
    -- Makes the months from first to last, and those from kept on that rows of the default partition are of, which are moved there.
    -- Returns how many rows are left in the default partition.
    CREATE FUNCTION ${schema}.make_${table}_months(kept date, first date, last date) RETURNS bigint
    ${OWNERS} AS $$
    DECLARE
      month date;
      name text;
      outside bigint;
      missing date[];
    BEGIN
      -- of several that make months one at a time
      LOCK TABLE ONLY ${schema}.${table} IN SHARE UPDATE EXCLUSIVE MODE;
      missing := ARRAY(
        SELECT m FROM (
          SELECT generate_series(date_trunc('month', first::timestamp), last::timestamp, '1 month')::date AS m
           UNION
          SELECT date_trunc('month', ${column})::date FROM ${schema}.${table}_default WHERE ${column} >= kept AND ${column} < last + interval '1 month'
        ) wanted
         WHERE to_regclass('${schema}.${table}_' || to_char(m, 'YYYY_MM')) IS NULL
           AND NOT EXISTS (SELECT FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                            WHERE i.inhparent = '${schema}.${table}'::regclass AND pg_get_expr(c.relpartbound, c.oid) LIKE '%(MINVALUE)%'
                              AND to_date(right(c.relname, 7), 'YYYY_MM') > m)
         ORDER BY m);
      FOREACH month IN ARRAY missing LOOP
        name := '${table}_' || to_char(month, 'YYYY_MM');
        LOCK TABLE ${schema}.${table}_default IN ACCESS EXCLUSIVE MODE;
        EXECUTE format('CREATE TABLE ${schema}.%I (LIKE ${schema}.${table} INCLUDING ALL)', name);
        EXECUTE format('WITH moved AS (DELETE FROM ${schema}.${table}_default WHERE ${column} >= %L AND ${column} < %L RETURNING *)
          INSERT INTO ${schema}.%I SELECT * FROM moved', month, (month + interval '1 month')::date, name);
        -- attached rather than created as a partition: that would wait for every reader and writer of the table
        EXECUTE format('ALTER TABLE ${schema}.${table} ATTACH PARTITION ${schema}.%I FOR VALUES FROM (%L) TO (%L)',
          name, month, (month + interval '1 month')::date);
      END LOOP;
      SELECT count(*) INTO outside FROM ${schema}.${table}_default;
      RETURN outside;
    END $$;

    CREATE FUNCTION ${schema}.drop_${table}_month(month date) RETURNS void
    ${OWNERS} AS $$
    DECLARE
      name text := '${table}_' || to_char(month, 'YYYY_MM');
      until date := date_trunc('month', month::timestamp) + interval '1 month';
    BEGIN
      IF until > clock_timestamp() - interval '${lowest} months' THEN
        RAISE EXCEPTION 'months of ${schema}.${table} are kept for ${lowest} months at least';
      END IF;
      EXECUTE format('ALTER TABLE ${schema}.${table} DETACH PARTITION ${schema}.%I', name);
      ${onDrop}
      EXECUTE format('DROP TABLE ${schema}.%I', name);
    END $$;
    REVOKE ALL ON FUNCTION ${schema}.make_${table}_months(date, date, date), ${schema}.drop_${table}_month(date) FROM PUBLIC;
  `;
}

/** The right to call what `monthFunctions` has made, as GRANT names it. */
export function monthRights({ schema, table }: MonthlyTable): string {
  return `EXECUTE ON FUNCTION ${schema}.make_${table}_months(date, date, date), ${schema}.drop_${table}_month(date)`;
}

/** What became of a table's months, each by its first day. */
export interface KeptMonths {
  dropped: string[];
  /** The first month whose time is over and that was in use; it stays, with those after it, until the next time. */
  busy?: string;
  /** Rows of the default partition: they are of a time for which there is no month. */
  outside: number;
}

/**
 * Drops the months that ended more than `months` months before `now`, and makes those to come. Readers and writers of the table wait
 * until the transaction ends: it should do nothing else.
 */
export async function keepMonths(
  tx: Tx,
  table: MonthlyTable,
  { now, months }: { now: Date; months: number },
): Promise<KeptMonths> {
  const name = `${table.schema}.${table.table}`;
  const kept = firstKept(now, months);
  const over = await query<{ month: string }>(
    tx,
    sql`SELECT to_date(right(c.relname, 7), 'YYYY_MM')::text AS month
          FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
         WHERE i.inhparent = ${name}::regclass AND c.relname ~ '_[0-9]{4}_[0-9]{2}$'
           AND to_date(right(c.relname, 7), 'YYYY_MM') < ${kept}::date ORDER BY 1`,
  );
  const dropped: string[] = [];
  let busy: string | undefined;
  for (const { month } of over) {
    if (!(await drop(tx, table, month))) {
      busy = month;
      break;
    }
    dropped.push(month);
  }
  const row = await queryOne<{ outside: string }>(
    tx,
    sql`SELECT ${raw(`${table.schema}.make_${table.table}_months`)}(${kept}::date, ${firstOf(now, 0)}::date, ${firstOf(now, AHEAD)}::date) AS outside`,
  );
  return { dropped, ...(busy !== undefined && { busy }), outside: Number(row!.outside) };
}

/** The first day (YYYY-MM-DD, UTC) that is kept where months are that ended no more than `months` months before `now`. */
export function firstKept(now: Date, months: number): string {
  return firstOf(now, -months);
}

function firstOf(now: Date, away: number): string {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + away, 1)).toISOString().slice(0, 10);
}

/** Whether it could be dropped: not while it is in use. */
async function drop(tx: Tx, { schema, table }: MonthlyTable, month: string): Promise<boolean> {
  await tx.query('SAVEPOINT month');
  try {
    await query(tx, sql`SELECT ${raw(`${schema}.drop_${table}_month`)}(${month}::date)`);
    await tx.query('RELEASE SAVEPOINT month');
    return true;
  } catch (error) {
    if (sqlState(error) !== LOCK_NOT_AVAILABLE) throw error;
    await tx.query('ROLLBACK TO SAVEPOINT month');
    return false;
  }
}

/** Says what became of the months, and what somebody should look at. */
export function reportMonths(logger: LoggerService, { schema, table }: MonthlyTable, kept: KeptMonths): void {
  const { dropped, busy, outside } = kept;
  if (dropped.length > 0) logger.log(`dropped months of ${schema}.${table}: ${dropped.join(', ')}`);
  if (busy !== undefined) logger.warn(`${schema}.${table}: the month ${busy} is in use and stays until the next night`);
  if (outside > 0) logger.warn(`${outside} rows of ${schema}.${table} are of no month and lie in ${table}_default`);
}
