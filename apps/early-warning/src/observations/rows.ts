import { createHash } from 'node:crypto';
import type { Bilingual } from '#contracts';
import { dateOf } from '#roster';
import type { Raw } from './ledger.js';

/** A row that was left out, and why. Never repeats what the row said. */
export interface Rejected extends Bilingual {
  /** JSON pointer of the request's body. */
  pointer: string;
  code: RejectedCode;
}
export type RejectedCode = 'malformed' | 'unknown_student' | 'unknown_metric' | 'bad_value' | 'bad_time';

/** A row as it was sent, as far as it is well formed. */
export interface Sent {
  index: number;
  student: string;
  metric: string;
  day: string;
  at: string | null;
  value: number;
  key: string | null;
}

const FIELDS = new Set(['student', 'metric', 'day', 'at', 'value', 'key']);
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const QUARTER_HOUR = 900_000;
/** Days outside are taken for mistakes. */
const EARLIEST = '1990-01-01';
const LATEST = '2100-01-01';

/** Sorts rows into those that are well formed and those that are not. `timeZone`: the campus's, in which an instant has its day. */
export function readRows(rows: readonly unknown[], timeZone: string): { sent: Sent[]; rejected: Rejected[] } {
  const sent: Sent[] = [];
  const rejected: Rejected[] = [];
  const dayOfInstant = dayFinder(timeZone);
  rows.forEach((row, index) => {
    const result = readRow(row, index, dayOfInstant);
    if ('pointer' in result) rejected.push(result);
    else sent.push(result);
  });
  return { sent, rejected };
}

function readRow(row: unknown, index: number, dayOfInstant: (ms: number) => string): Sent | Rejected {
  const no = (field: string, code: RejectedCode, zh: string, en: string): Rejected => ({
    ...{ pointer: `#/observations/${index}${field}`, code, zh, en },
  });
  if (typeof row !== 'object' || row === null || Array.isArray(row))
    return no('', 'malformed', '必须是对象', 'must be an object');
  const { student, metric, day, at, value, key = null } = row as Record<string, unknown>;
  const extra = Object.keys(row).find((field) => !FIELDS.has(field));
  if (extra !== undefined) return no('', 'malformed', '含有未知的字段', 'has an unknown property');
  if (!isText(student, 50)) return no('/student', 'malformed', '应为学号', 'must be a student number');
  if (!isText(metric, 60)) return no('/metric', 'malformed', '应为指标代码', 'must be the code of a metric');
  if (typeof value !== 'number' || !Number.isFinite(value))
    return no('/value', 'bad_value', '必须是数字', 'must be a number');
  if (key !== null && !isText(key, 100))
    return no('/key', 'malformed', '应为 1 到 100 个字符', 'must have 1 to 100 characters');
  if ((day === undefined) === (at === undefined))
    return no('', 'bad_time', 'day 与 at 应有其一', 'must have either day or at');
  if (day !== undefined) {
    if (!isDay(day)) return no('/day', 'bad_time', '必须是日期 YYYY-MM-DD', 'must be a date, YYYY-MM-DD');
    return { index, student, metric, day, at: null, value, key };
  }
  const ms = typeof at === 'string' && INSTANT.test(at) && isDay(at.slice(0, 10)) ? Date.parse(at) : NaN;
  if (Number.isNaN(ms))
    return no('/at', 'bad_time', '必须是带时区的时间（RFC 3339）', 'must be an RFC 3339 instant with an offset');
  return { index, student, metric, day: dayOfInstant(ms), at: new Date(ms).toISOString(), value, key };
}

function isText(value: unknown, max: number): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= max;
}

function isDay(value: unknown): value is string {
  if (typeof value !== 'string' || !DATE.test(value) || value < EARLIEST || value > LATEST) return false;
  const date = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === value;
}

/** Calendar day of an instant; remembers the answer per quarter of an hour, which no zone's midnight divides. */
export function dayFinder(timeZone: string): (ms: number) => string {
  const known = new Map<number, string>();
  return (ms) => {
    const quarter = Math.floor(ms / QUARTER_HOUR);
    let day = known.get(quarter);
    if (day === undefined) known.set(quarter, (day = dateOf(new Date(quarter * QUARTER_HOUR), timeZone)));
    return day;
  };
}

/** Joins well-formed rows to students and metrics. `revision` orders rows of the same key: the higher one counts. */
export function resolveRows(
  rows: readonly Sent[],
  known: {
    source: string;
    revision: number;
    students: ReadonlyMap<string, number>;
    metrics: ReadonlyMap<string, { number: number; decimals: number }>;
  },
): { raw: Raw[]; rejected: Rejected[] } {
  const raw: Raw[] = [];
  const rejected: Rejected[] = [];
  for (const row of rows) {
    const no = (field: string, code: RejectedCode, zh: string, en: string) =>
      rejected.push({ pointer: `#/observations/${row.index}/${field}`, code, zh, en });
    const ordinal = known.students.get(row.student);
    const metric = known.metrics.get(row.metric);
    if (ordinal === undefined) no('student', 'unknown_student', '没有这个学号的学生', 'is no student of the roster');
    else if (!metric) no('metric', 'unknown_metric', '没有这个指标', 'is not a metric of the catalogue');
    else {
      const value = storedValue(row.value, metric.decimals);
      if (value === undefined)
        no(
          'value',
          'bad_value',
          `应为不小于 0、最多 ${metric.decimals} 位小数的数`,
          `must be 0 or more with at most ${metric.decimals} decimals`,
        );
      else {
        const key = row.key === null ? null : keyOf(known.source, row.key);
        raw.push({ metric: metric.number, day: row.day, ordinal, value, at: row.at, key, revision: known.revision });
      }
    }
  }
  return { raw, rejected };
}

/** The value in the smallest unit; undefined when it is negative, too large, or has more decimals than the metric. */
function storedValue(value: number, decimals: number): number | undefined {
  const scaled = value * 10 ** decimals;
  const whole = Math.round(scaled);
  if (whole < 0 || Object.is(value, -0) || whole > 2_147_483_647) return undefined;
  return Math.abs(scaled - whole) < 1e-6 ? whole : undefined;
}

/** The key of a record of a source, as short as a UUID. */
function keyOf(source: string, key: string): string {
  return createHash('sha256').update(`${source}\0${key}`).digest('hex').slice(0, 32);
}
