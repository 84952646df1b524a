import { query, sql, type Tx } from '#database';
import { addDays, dateOf, instantOf, today } from '#roster';
import { holidaysBetween } from '../engine/holidays.js';
import { dateOfDay, dayOf } from '../kernel/days.js';
import type { SilenceKind } from './source-notice.entity.js';

/** Why nothing can be said of a metric. */
export interface Silence {
  /** Code of the source. */
  source: string;
  /** ISO instant: the last sign of life, or the beginning of the thin day. */
  since: string;
  kind: SilenceKind;
}

/** How a source was as of a day. */
export interface SourceState {
  code: string;
  /** null = never heard of. */
  seenAt: Date | null;
  silence: Omit<Silence, 'source'> | null;
  /** Codes of its metrics that are silent because of it. */
  silentMetrics: string[];
}

/** Days a day's number of students is compared with, and the fewest that make a norm. */
const NORM_DAYS = 28;
const FEWEST_DAYS = 7;
/** How far back those days are looked for: a long vacation lies in between. */
const REACH_DAYS = 120;
const HOUR_MS = 3_600_000;

interface Declared {
  code: string;
  metrics: string[];
  rhythmHours: number;
  minPresence: number;
  declaredAt: Date;
  /** Last sign of life before the end of the day that is asked about, and of all. */
  seenAt: Date | null;
  latestAt: Date | null;
  /** Newest day up to it that has data of its metrics, or was declared to have none. */
  dataDay: string | null;
}

/**
 * The metrics, by number, of which nothing can be said as of a day, because every active source that supplies them is silent:
 * no data is not zero. A source is
 * - dead, when its last batch or heartbeat is older than twice its rhythm at the end of the day (today: now); one that was never
 *   heard of has its time from when it was declared. Of a past day, data that was delivered later counts as well;
 * - thin, when on the newest complete day fewer students have data than `minPresence` × the median of the 28 days before (at least
 *   7; holidays and days the source declared to be without data do not count).
 * Metrics without a declared source are never silent.
 */
export async function silentMetrics(tx: Tx, asOf: string, timeZone: string): Promise<Map<number, Silence>> {
  const states = await sourceStates(tx, asOf, timeZone);
  const codes = states.flatMap((state) => state.silentMetrics);
  if (codes.length === 0) return new Map();
  const rows = await query<{ number: number; code: string }>(
    tx,
    sql`SELECT number, code FROM early_warning.metric WHERE code = ANY(${codes}::text[])`,
  );
  return new Map(
    rows.map(({ number, code }) => {
      const state = states.find((one) => one.silentMetrics.includes(code))!;
      return [number, { source: state.code, ...state.silence! }];
    }),
  );
}

/** Every active source as of a day, by code. */
export async function sourceStates(tx: Tx, asOf: string, timeZone: string): Promise<SourceState[]> {
  const now = today(timeZone);
  const end = asOf >= now ? new Date() : instantOf(addDays(asOf, 1), '00:00', timeZone);
  const sources = await declared(tx, asOf, end);
  const silences = new Map<Declared, { silence: Omit<Silence, 'source'>; metrics: string[] }>();
  for (const source of sources) {
    const seen = lastSign(source, asOf, now, timeZone);
    if (seen && seen.getTime() < end.getTime() - 2 * source.rhythmHours * HOUR_MS)
      silences.set(source, { silence: { kind: 'dead', since: seen.toISOString() }, metrics: source.metrics });
  }
  const presence = new Presence(tx, timeZone);
  for (const source of sources) {
    if (silences.has(source) || !source.latestAt || source.minPresence === 0) continue;
    const complete = asOf < now ? asOf : addDays(now, -1);
    const delivered = addDays(dateOf(source.latestAt, timeZone), -1);
    const thin = await presence.thin(source, complete < delivered ? complete : delivered);
    if (thin) silences.set(source, { silence: { kind: 'thin', since: thin.since }, metrics: thin.metrics });
  }
  return sources.map((source) => {
    const found = silences.get(source);
    const others = sources.filter((other) => other !== source);
    const suppliedElsewhere = (metric: string) =>
      others.some((other) => other.metrics.includes(metric) && !silences.get(other)?.metrics.includes(metric));
    return {
      code: source.code,
      seenAt: source.seenAt,
      silence: found?.silence ?? null,
      silentMetrics: found?.metrics.filter((metric) => !suppliedElsewhere(metric)) ?? [],
    };
  });
}

/** The newest sign that a source was alive by the end of a day; undefined when it was declared later. */
function lastSign(source: Declared, asOf: string, now: string, timeZone: string): Date | undefined {
  const signs = [source.seenAt];
  if (asOf < now && source.dataDay) signs.push(instantOf(addDays(source.dataDay, 1), '00:00', timeZone));
  const newest = Math.max(...signs.map((sign) => sign?.getTime() ?? 0));
  if (newest > 0) return new Date(newest);
  return dateOf(source.declaredAt, timeZone) > asOf ? undefined : source.declaredAt;
}

async function declared(tx: Tx, asOf: string, end: Date): Promise<Declared[]> {
  return query<Declared>(
    tx,
    sql`SELECT s.code, s.metrics, s.rhythm_hours AS "rhythmHours", s.min_presence AS "minPresence", s.created_at AS "declaredAt",
               greatest((SELECT max(b.received_at) FROM early_warning.ingest_batch b WHERE b.source = s.code AND b.received_at < ${end}),
                        (SELECT max(h.at) FROM early_warning.source_heartbeat h WHERE h.source = s.code AND h.at < ${end})) AS "seenAt",
               greatest((SELECT max(b.received_at) FROM early_warning.ingest_batch b WHERE b.source = s.code),
                        (SELECT max(h.at) FROM early_warning.source_heartbeat h WHERE h.source = s.code)) AS "latestAt",
               greatest((SELECT max(d.day) FROM early_warning.metric m CROSS JOIN LATERAL (
                           SELECT max(v.day) AS day FROM early_warning.day_vector v WHERE v.metric = m.number AND v.day <= ${asOf}) d
                          WHERE m.code = ANY(s.metrics)),
                        (SELECT max(h.day) FROM early_warning.source_heartbeat h WHERE h.source = s.code AND h.day <= ${asOf}))::text
                 AS "dataDay"
          FROM early_warning.source s WHERE s.active ORDER BY s.code`,
  );
}

/** How many students have data, day by day. Holidays are looked up once for all sources. */
class Presence {
  private holidays: Set<number> | undefined;

  constructor(
    private readonly tx: Tx,
    private readonly timeZone: string,
  ) {}

  /** The metrics of a source that are thin on the newest day up to `until` that may be judged. */
  async thin(source: Declared, until: string): Promise<{ since: string; metrics: string[] } | undefined> {
    const last = dayOf(until);
    const days = await this.judgedDays(source.code, last);
    if (days.length <= FEWEST_DAYS) return undefined;
    const counts = await this.counts(source.metrics, last);
    const metrics = source.metrics.filter((metric) => {
      const byDay = counts.get(metric);
      if (!byDay) return false;
      const first = Math.min(...byDay.keys());
      const before = days.slice(1, NORM_DAYS + 1).filter((day) => day >= first);
      if (before.length < FEWEST_DAYS) return false;
      return (byDay.get(days[0]!) ?? 0) < source.minPresence * medianOf(before.map((day) => byDay.get(day) ?? 0));
    });
    if (metrics.length === 0) return undefined;
    return { since: instantOf(dateOfDay(days[0]!), '00:00', this.timeZone).toISOString(), metrics };
  }

  /** Newest first. */
  private async judgedDays(source: string, last: number): Promise<number[]> {
    this.holidays ??= await holidaysBetween(this.tx, last - REACH_DAYS, last + REACH_DAYS);
    const closed = await query<{ day: string }>(
      this.tx,
      sql`SELECT DISTINCT day::text AS day FROM early_warning.source_heartbeat WHERE source = ${source} AND day > ${dateOfDay(last - REACH_DAYS)}`,
    );
    const without = new Set(closed.map(({ day }) => dayOf(day)));
    const all = Array.from({ length: REACH_DAYS }, (_, i) => last - i);
    return all.filter((day) => !this.holidays!.has(day) && !without.has(day)).slice(0, NORM_DAYS + 1);
  }

  private async counts(metrics: readonly string[], last: number): Promise<Map<string, Map<number, number>>> {
    const rows = await query<{ code: string; day: number; n: number }>(
      this.tx,
      sql`SELECT m.code, v.day - DATE '1970-01-01' AS day, sum(v.n)::int AS n
            FROM early_warning.day_vector v JOIN early_warning.metric m ON m.number = v.metric
           WHERE m.code = ANY(${metrics}::text[]) AND v.day BETWEEN ${dateOfDay(last - REACH_DAYS)} AND ${dateOfDay(last)}
           GROUP BY m.code, v.day`,
    );
    const counts = new Map<string, Map<number, number>>();
    for (const { code, day, n } of rows) counts.set(code, (counts.get(code) ?? new Map<number, number>()).set(day, n));
    return counts;
  }
}

function medianOf(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
