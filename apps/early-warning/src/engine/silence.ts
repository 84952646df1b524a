import type { Bilingual } from '#contracts';
import { query, sql, type Tx } from '#database';
import { calendarDays } from '#roster';
import { dateOfDay, dayOf } from '#rule-language';
import { addDays, type CampusClock, dateOf, instantOf } from '#time';
import { holidaysBetween } from './holidays.js';

export const SILENCES = {
  dead: { zh: '中断：长时间没有数据', en: 'dead: nothing came for long' },
  degraded: { zh: '稀少：有数据的学生远少于平时', en: 'degraded: far fewer students with data than usual' },
} as const satisfies Record<string, Bilingual>;
export type SilenceKind = keyof typeof SILENCES;

/** Why nothing can be said of a metric. */
export interface Silence {
  /** Code of the source. */
  source: string;
  /** ISO instant: the last sign of life, or the beginning of the degraded day. */
  since: string;
  kind: SilenceKind;
}

/** How a source was as of a day. */
export interface SourceState {
  code: string;
  /** null = never heard of. */
  seenAt: Date | null;
  silence: Omit<Silence, 'source'> | null;
  /** Without another sign of life it is dead after this instant; null: it was declared later than the day. */
  deadAfter: Date | null;
  /** Codes of its metrics that are silent because of it. */
  silentMetrics: string[];
}

/** Days a day's number of students is compared with, and the fewest that make a norm. */
const NORM_DAYS = 28;
const FEWEST_DAYS = 7;
/** Of fewer students on an ordinary day, one more or less says nothing. */
const FEWEST_STUDENTS = 10;
/** Share of the norm from which on other sources are taken to supply a metric for everybody, though one of its sources is silent. */
const WHOLE = 0.9;
/** How far back those days are looked for: a long vacation lies in between. */
const REACH_DAYS = 120;
const HOUR_MS = 3_600_000;

/** An active source on a day. */
interface Declared {
  asOf: string;
  code: string;
  metrics: string[];
  rhythmHours: number;
  minPresence: number;
  declaredAt: Date;
  /** Last sign of life before the end of the day, and of all. */
  seenAt: Date | null;
  latestAt: Date | null;
  /** Newest day up to it that has data of its metrics. */
  dataDay: string | null;
}

/**
 * The metrics, by number, of which nothing can be said as of a day, because every active source that supplies them is silent:
 * no data is not zero. A source is
 * - dead, when its last batch or heartbeat is older than twice its rhythm at the end of the day (today: now); one that was never
 *   heard of has its time from when it was declared. Of a past day, data that was delivered later counts as well;
 * - degraded, when on the newest complete day fewer students have data than `minPresence` × the median of the 28 days before (at least
 *   7; workdays are compared with workdays, days off with days off; holidays and days the source declared to be without data do not
 *   count).
 * Where another source supplies the metric it is silent only if on the newest day clearly fewer students have data than usual: then
 * the other does not supply it for everybody. Metrics without a declared source are never silent.
 */
export async function silentMetrics(tx: Tx, asOf: string, clock: CampusClock): Promise<Map<number, Silence>> {
  const states = await sourceStates(tx, asOf, clock);
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
export async function sourceStates(tx: Tx, asOf: string, clock: CampusClock): Promise<SourceState[]> {
  return (await sourceStatesOn(tx, [asOf], clock)).get(asOf)!;
}

/** Every active source as of each of some days; what the days have in common is read once. */
export async function sourceStatesOn(
  tx: Tx,
  days: readonly string[],
  clock: CampusClock,
): Promise<Map<string, SourceState[]>> {
  const now = clock.now();
  const today = clock.dateOf(now);
  const endOf = (day: string): Date => (day >= today ? now : clock.instantOf(day, '24:00'));
  const ends = days.map(endOf);
  const sources = await declared(tx, days, ends);
  const presence = await Presence.of(tx, sources, today, clock.timeZone);
  return new Map(
    days.map((asOf, i) => [
      asOf,
      statesOf(
        sources.filter((source) => source.asOf === asOf),
        ends[i]!,
        presence,
      ),
    ]),
  );
}

/** The sources of one day. */
function statesOf(sources: readonly Declared[], end: Date, presence: Presence): SourceState[] {
  const silences = new Map<Declared, { silence: Omit<Silence, 'source'>; metrics: string[] }>();
  for (const source of sources) {
    const seen = presence.lastSign(source);
    if (seen && deadAfter(source, seen) < end) {
      silences.set(source, { silence: { kind: 'dead', since: seen.toISOString() }, metrics: source.metrics });
      continue;
    }
    const degraded = presence.degraded(source);
    if (degraded)
      silences.set(source, { silence: { kind: 'degraded', since: degraded.since }, metrics: degraded.metrics });
  }
  return sources.map((source) => {
    const found = silences.get(source);
    const seen = presence.lastSign(source);
    const others = sources.filter((other) => other !== source);
    const suppliedElsewhere = (metric: string) =>
      others.some(
        (other) =>
          other.metrics.includes(metric) &&
          !silences.get(other)?.metrics.includes(metric) &&
          (presence.share(other, metric) ?? 1) >= WHOLE,
      );
    return {
      code: source.code,
      seenAt: source.seenAt,
      silence: found?.silence ?? null,
      deadAfter: seen ? deadAfter(source, seen) : null,
      silentMetrics: found?.metrics.filter((metric) => !suppliedElsewhere(metric)) ?? [],
    };
  });
}

function deadAfter({ rhythmHours }: Declared, seen: Date): Date {
  return new Date(seen.getTime() + 2 * rhythmHours * HOUR_MS);
}

async function declared(tx: Tx, days: readonly string[], ends: readonly Date[]): Promise<Declared[]> {
  return query<Declared>(
    tx,
    sql`WITH active AS MATERIALIZED (
          SELECT s.code, s.metrics, s.rhythm_hours, s.min_presence, s.created_at,
                 greatest((SELECT max(b.received_at) FROM early_warning.ingest_batch b WHERE b.source = s.code),
                          (SELECT max(h.at) FROM early_warning.source_heartbeat h WHERE h.source = s.code)) AS latest_at
            FROM early_warning.source s WHERE s.active
        )
        SELECT d.day::text AS "asOf", s.code, s.metrics, s.rhythm_hours AS "rhythmHours", s.min_presence AS "minPresence",
               s.created_at AS "declaredAt", s.latest_at AS "latestAt",
               greatest((SELECT max(b.received_at) FROM early_warning.ingest_batch b WHERE b.source = s.code AND b.received_at < d.ends),
                        (SELECT max(h.at) FROM early_warning.source_heartbeat h WHERE h.source = s.code AND h.at < d.ends)) AS "seenAt",
               (SELECT max(l.day) FROM early_warning.metric m CROSS JOIN LATERAL (
                  SELECT max(v.day) AS day FROM early_warning.day_vector v WHERE v.metric = m.number AND v.day <= d.day) l
                 WHERE m.code = ANY(s.metrics))::text AS "dataDay"
          FROM active s CROSS JOIN unnest(${days}::date[], ${ends.map((end) => end.toISOString())}::timestamptz[]) AS d(day, ends)
         ORDER BY s.code`,
  );
}

/** How many students have data, day by day, and the days that are not judged by. Read once for all sources and days. */
class Presence {
  private constructor(
    private readonly now: string,
    private readonly timeZone: string,
    private readonly holidays: ReadonlySet<number>,
    private readonly workdays: ReadonlySet<number>,
    /** Days that a source declared to be without data, by source; ascending. */
    private readonly closed: ReadonlyMap<string, readonly number[]>,
    /** Students by metric and day, days ascending. */
    private readonly counts: ReadonlyMap<string, ReadonlyMap<number, number>>,
  ) {}

  static async of(tx: Tx, sources: readonly Declared[], now: string, timeZone: string): Promise<Presence> {
    const judged = sources.flatMap((source) => lastCompleteDay(source, now, timeZone) ?? []);
    const [first, last] = [Math.min(...judged) - REACH_DAYS, Math.max(...judged)];
    const metrics = [...new Set(sources.flatMap((source) => source.metrics))];
    const some = judged.length > 0;
    return new Presence(
      now,
      timeZone,
      some ? await holidaysBetween(tx, first, last) : new Set(),
      some ? await workdaysBetween(tx, first, last) : new Set(),
      await closedDays(tx),
      some ? await studentsByDay(tx, metrics, first, last) : new Map(),
    );
  }

  /** The newest sign that a source was alive by the end of the day; undefined when it was declared later. */
  lastSign({ code, asOf, seenAt, dataDay, declaredAt }: Declared): Date | undefined {
    const signs = [seenAt?.getTime() ?? 0];
    if (asOf < this.now) {
      const last = dayOf(asOf);
      const closed = this.closed.get(code)?.findLast((day) => day <= last);
      for (const day of [dataDay, closed === undefined ? null : dateOfDay(closed)])
        if (day) signs.push(instantOf(addDays(day, 1), '00:00', this.timeZone).getTime());
    }
    const newest = Math.max(...signs);
    if (newest > 0) return new Date(newest);
    return dateOf(declaredAt, this.timeZone) > asOf ? undefined : declaredAt;
  }

  /** The metrics of a source that are degraded on the newest day that may be judged. */
  degraded(source: Declared): { since: string; metrics: string[] } | undefined {
    const [newest] = this.judgedDays(source);
    const metrics = source.metrics.filter((metric) => (this.share(source, metric) ?? 1) < source.minPresence);
    if (newest === undefined || metrics.length === 0) return undefined;
    return { since: instantOf(dateOfDay(newest), '00:00', this.timeZone).toISOString(), metrics };
  }

  /** Students with data on the newest day a source may be judged by, as a share of the norm; undefined where there is none. */
  share(source: Declared, metric: string): number | undefined {
    const [newest, ...earlier] = this.judgedDays(source);
    if (newest === undefined) return undefined;
    const byDay = this.counts.get(metric) ?? new Map<number, number>();
    const first = [...byDay.keys()].find((day) => day >= newest - REACH_DAYS) ?? Infinity;
    const before = earlier.filter((day) => day >= first);
    const norm = before.length < FEWEST_DAYS ? 0 : medianOf(before.map((day) => byDay.get(day) ?? 0));
    return norm < FEWEST_STUDENTS ? undefined : (byDay.get(newest) ?? 0) / norm;
  }

  /** Newest first: workdays alone, or days off alone, for they are not alike. */
  private judgedDays(source: Declared): number[] {
    const last = lastCompleteDay(source, this.now, this.timeZone);
    if (last === undefined) return [];
    const without = new Set(this.closed.get(source.code));
    const all = Array.from({ length: REACH_DAYS }, (_, i) => last - i);
    const days = all.filter((day) => !this.holidays.has(day) && !without.has(day));
    return days.filter((day) => this.workdays.has(day) === this.workdays.has(days[0]!)).slice(0, NORM_DAYS + 1);
  }
}

/** The newest day by which a source may be found degraded: it is over, and something came after it. */
function lastCompleteDay({ asOf, latestAt, minPresence }: Declared, now: string, timeZone: string): number | undefined {
  if (!latestAt || minPresence === 0) return undefined;
  const complete = asOf < now ? asOf : addDays(now, -1);
  const delivered = addDays(dateOf(latestAt, timeZone), -1);
  return dayOf(complete < delivered ? complete : delivered);
}

async function workdaysBetween(tx: Tx, first: number, last: number): Promise<Set<number>> {
  const days = await calendarDays(tx, dateOfDay(first), dateOfDay(last));
  return new Set(days.filter(({ workday }) => workday).map(({ date }) => dayOf(date)));
}

async function closedDays(tx: Tx): Promise<Map<string, number[]>> {
  const rows = await query<{ source: string; days: number[] }>(
    tx,
    sql`SELECT source, array_agg(DISTINCT day - DATE '1970-01-01' ORDER BY day - DATE '1970-01-01') AS days
          FROM early_warning.source_heartbeat WHERE day IS NOT NULL GROUP BY source`,
  );
  return new Map(rows.map(({ source, days }) => [source, days]));
}

async function studentsByDay(
  tx: Tx,
  metrics: readonly string[],
  first: number,
  last: number,
): Promise<Map<string, Map<number, number>>> {
  const rows = await query<{ code: string; day: number; n: number }>(
    tx,
    sql`SELECT m.code, v.day - DATE '1970-01-01' AS day, sum(v.n)::int AS n
          FROM early_warning.day_vector v JOIN early_warning.metric m ON m.number = v.metric
         WHERE m.code = ANY(${metrics}::text[]) AND v.day BETWEEN ${dateOfDay(first)} AND ${dateOfDay(last)}
         GROUP BY m.code, v.day ORDER BY v.day`,
  );
  const counts = new Map<string, Map<number, number>>();
  for (const { code, day, n } of rows) counts.set(code, (counts.get(code) ?? new Map<number, number>()).set(day, n));
  return counts;
}

function medianOf(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
