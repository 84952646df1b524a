import type { Bilingual } from '#contracts';
import { dateIn, instantIn } from '#exchange';
import { dayOf } from '#rule-language';
import { dateOf } from '#time';

/** A row that was left out, and why. Never repeats what the row said. */
export interface Rejected extends Bilingual {
  /** JSON pointer, rows counted from 0; of a body in lines `#/<row>/<field>`. */
  pointer: string;
  /** In a body of lines, the line of the file, from 1. */
  line?: number;
  code: RejectedCode;
}
export type RejectedCode =
  | 'malformed'
  | 'unknown_student'
  | 'unknown_metric'
  | 'bad_value'
  | 'bad_time'
  | 'day_closed'
  | 'day_expired'
  | 'key_missing';

/** Rejected rows that are described; of the others only the number is told. */
export const MAX_REJECTED = 1_000;

/** A metric, as far as rows are checked against it. */
export interface Measured {
  number: number;
  decimals: number;
  retentionDays: number;
}

/** What rows are checked against. */
export interface Known {
  /** The campus's, in which an instant has its day. */
  timeZone: string;
  /** Days since 1970-01-01. */
  today: number;
  metrics: ReadonlyMap<string, Measured>;
  /** Ordinals by student number, as far as they are remembered. */
  students: { get(student: string): number | undefined };
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})$/;
const UNCLEAN = /\0|\p{Surrogate}/u;
const QUARTER_HOUR = 900_000;
const MAX_VALUE = 2_147_483_647;

const WHY = {
  object: ['', 'malformed', '必须是对象', 'must be an object'],
  flawed: [
    '',
    'malformed',
    '含有重复或不允许的键，或嵌套过深',
    'has a key twice or a forbidden one, or is nested too deep',
  ],
  json: ['', 'malformed', '不是合法的 JSON', 'is not well-formed JSON'],
  csv: ['', 'malformed', '不是合法的 CSV 行，或列数与首行不同', 'is no line of CSV with as many cells as the first'],
  text: [
    '',
    'malformed',
    '不是所声明编码（默认 UTF-8）的文本',
    'is not text in the charset that was declared (none: UTF-8)',
  ],
  extra: ['', 'malformed', '含有未知的字段', 'has an unknown property'],
  student: ['/studentNumber', 'malformed', '应为学号', 'must be a student number'],
  metric: ['/metric', 'malformed', '应为指标代码', 'must be the code of a metric'],
  number: ['/value', 'bad_value', '必须是数字', 'must be a number'],
  key: ['/key', 'malformed', '应为 1 到 100 个字符', 'must have 1 to 100 characters'],
  keyless: ['/key', 'key_missing', '撤回（value 为 null）需要 key', 'is needed to withdraw a record (value null)'],
  time: ['', 'bad_time', 'day 与 at 应有其一', 'must have either day or at'],
  day: ['/day', 'bad_time', '必须是日期，如 2026-09-01 或 2026/9/1', 'must be a date such as 2026-09-01 or 2026/9/1'],
  at: ['/at', 'bad_time', '必须是带时区的时间（RFC 3339）', 'must be an RFC 3339 instant with an offset'],
  future: ['', 'bad_time', '不能晚于明天', 'must not be after tomorrow'],
  expired: ['', 'day_expired', '早于该指标的保存期', 'is longer ago than its metric is kept'],
  closed: ['', 'day_closed', '该月的数据已归档，不再接收', 'its month is closed: the data was filed away'],
  unknown: ['/studentNumber', 'unknown_student', '没有这个学号的学生', 'is no student of the roster'],
  unmeasured: ['/metric', 'unknown_metric', '没有这个指标', 'is not a metric of the catalogue'],
} as const satisfies Record<string, readonly [string, RejectedCode, string, string]>;
type Why = keyof typeof WHY;

/** Why a line is no row at all. */
export type NoRow = 'json' | 'csv' | 'text';

/** A ordinal that is not known yet: -1 - the student's place among `unknownStudents`. */
type Ordinal = number;

/** Value of a record that is taken back. */
export const WITHDRAWN = -1;

/**
 * Takes the rows of a batch one by one, in one pass, into columns. What is wrong with a row is noted, the others go in. Afterwards
 * `resolve` says which ordinals the students have that were not remembered.
 */
export class Rows {
  n = 0;
  metric: Int32Array;
  /** Days since 1970-01-01. */
  day: Int32Array;
  ordinal: Int32Array;
  /** In the metric's smallest unit; -1 = withdrawn. */
  value: Int32Array;
  /** Milliseconds since 1970; NaN when only the day is known. */
  at: Float64Array;
  /** Where the row stood, from 0. */
  line: Int32Array;
  /** By row; only rows of records with a key have one. */
  keys: (string | undefined)[] = [];
  /** Numbers of students that were not remembered. */
  readonly unknownStudents = new Map<string, number>();
  private readonly left: { line: number; rejected: Rejected }[] = [];
  /** By row, its line in the file; a list in JSON has none. */
  readonly lines: number[] = [];
  rejectedCount = 0;

  /** `pointer`: what one begins with, before the row's place. `capacity`: rows there will be, more or less. */
  constructor(
    private readonly known: Known,
    private readonly pointer = '#/observations/',
    capacity = 1_024,
  ) {
    [this.metric, this.day, this.ordinal, this.value, this.line] = [0, 1, 2, 3, 4].map(
      () => new Int32Array(capacity),
    ) as [...[Int32Array, Int32Array, Int32Array, Int32Array, Int32Array]];
    this.at = new Float64Array(capacity);
  }

  /** The rows that were left out, in their order, as far as they are described. */
  get rejected(): Rejected[] {
    return this.left.sort((a, b) => a.line - b.line).map(({ rejected }) => rejected);
  }

  /** Takes a row as it came from JSON; undefined where it broke JSON's stricter rules. */
  add(line: number, row: unknown): void {
    if (row === undefined) return this.reject(line, 'flawed');
    if (typeof row !== 'object' || row === null || Array.isArray(row)) return this.reject(line, 'object');
    const { studentNumber, metric, day, at, value, key } = row as Record<string, unknown>;
    for (const field in row) if (!isField(field)) return this.reject(line, 'extra');
    this.take(line, studentNumber, metric, day ?? undefined, at ?? undefined, value, key ?? undefined);
  }

  /** Takes a row by its fields; undefined = not given. */
  take(line: number, student: unknown, metric: unknown, day: unknown, at: unknown, value: unknown, key: unknown): void {
    if (!isText(student, 50)) return this.reject(line, 'student');
    if (!isText(metric, 60)) return this.reject(line, 'metric');
    if (key !== undefined && !(isText(key, 100) && !UNCLEAN.test(key))) return this.reject(line, 'key');
    const info = this.known.metrics.get(metric);
    const stored = value === null ? withdrawn(key) : numeric(value, info?.decimals ?? 0);
    if (typeof stored === 'string') return this.reject(line, stored);
    const when = whenOf(day, at, this.known.timeZone);
    if (typeof when === 'string') return this.reject(line, when);
    if (!info) return this.reject(line, 'unmeasured');
    if (stored === undefined) return this.refuseValue(line, info.decimals);
    const ordinal = this.ordinalOf(student);
    if (ordinal === undefined) return this.reject(line, 'student');
    this.push(line, info, when, ordinal, stored, key as string | undefined);
  }

  /** Says that a line is no row at all. */
  refuseLine(line: number, why: NoRow): void {
    this.reject(line, why);
  }

  /** Ordinals of the unknownStudents; a student without one is none of the roster. */
  resolve(ordinals: ReadonlyMap<string, number>): void {
    if (this.unknownStudents.size === 0) return;
    const byPlace = [...this.unknownStudents.keys()].map((number) => ordinals.get(number));
    this.keep((i) => {
      if (this.ordinal[i]! >= 0) return true;
      const ordinal = byPlace[-1 - this.ordinal[i]!];
      if (ordinal === undefined) this.reject(this.line[i]!, 'unknown');
      else this.ordinal[i] = ordinal;
      return ordinal !== undefined;
    });
    this.unknownStudents.clear();
  }

  /** Leaves out the rows of days that take no more. */
  refuseDays(isClosed: (day: number) => boolean): void {
    this.keep((i) => {
      const closed = isClosed(this.day[i]!);
      if (closed) this.reject(this.line[i]!, 'closed');
      return !closed;
    });
  }

  /** Adds a row that is in order but for its day. `when`: the instant, or the day alone. */
  push(
    line: number,
    metric: Measured,
    when: { day: number; at: number },
    ordinal: number,
    value: number,
    key: string | undefined,
  ): void {
    // A device whose clock is wrong; tomorrow is allowed for clocks that are a little fast at midnight.
    if (when.day > this.known.today + 1) return this.reject(line, 'future', fieldOf(when));
    if (when.day < this.known.today - metric.retentionDays) return this.reject(line, 'expired', fieldOf(when));
    const i = this.n++;
    if (i === this.metric.length) this.grow();
    this.metric[i] = metric.number;
    this.day[i] = when.day;
    this.at[i] = when.at;
    this.ordinal[i] = ordinal;
    this.value[i] = value;
    this.line[i] = line;
    if (key !== undefined) this.keys[i] = key;
  }

  /** Undefined: no number that can be asked for. Whoever is remembered has a clean one. */
  private ordinalOf(student: string): Ordinal | undefined {
    const ordinal = this.known.students.get(student);
    if (ordinal !== undefined) return ordinal;
    let place = this.unknownStudents.get(student);
    if (place === undefined) {
      if (UNCLEAN.test(student)) return undefined;
      this.unknownStudents.set(student, (place = this.unknownStudents.size));
    }
    return -1 - place;
  }

  private keep(wanted: (i: number) => boolean): void {
    let n = 0;
    for (let i = 0; i < this.n; i++) {
      if (!wanted(i)) continue;
      if (n !== i) {
        for (const column of [this.metric, this.day, this.ordinal, this.value, this.line, this.at])
          column[n] = column[i]!;
        if (this.keys.length > 0) this.keys[n] = this.keys[i];
      }
      n++;
    }
    this.n = n;
    if (this.keys.length > n) this.keys.length = n;
  }

  private grow(): void {
    const twice = <T extends Int32Array | Float64Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    const n = 2 * this.metric.length + 16;
    this.metric = twice(this.metric, new Int32Array(n));
    this.day = twice(this.day, new Int32Array(n));
    this.ordinal = twice(this.ordinal, new Int32Array(n));
    this.value = twice(this.value, new Int32Array(n));
    this.line = twice(this.line, new Int32Array(n));
    this.at = twice(this.at, new Float64Array(n));
  }

  private refuseValue(line: number, decimals: number): void {
    const zh = `应为不小于 0、最多 ${decimals} 位小数的数`;
    const en = `must be 0 or more with at most ${decimals} decimals`;
    this.note(line, { pointer: `${this.pointer}${line}/value`, code: 'bad_value', zh, en });
  }

  private reject(line: number, why: Why, field: string = WHY[why][0]): void {
    const [, code, zh, en] = WHY[why];
    this.note(line, { pointer: `${this.pointer}${line}${field}`, code, zh, en });
  }

  private note(line: number, rejected: Rejected): void {
    this.rejectedCount++;
    if (this.left.length >= MAX_REJECTED) return;
    const inFile = this.lines[line];
    this.left.push({ line, rejected: inFile === undefined ? rejected : { ...rejected, line: inFile } });
  }
}

function isField(name: string): boolean {
  switch (name) {
    case 'studentNumber':
    case 'metric':
    case 'day':
    case 'at':
    case 'value':
    case 'key':
      return true;
    default:
      return false;
  }
}

/** The field that said when. */
function fieldOf({ at }: { at: number }): string {
  return Number.isNaN(at) ? '/day' : '/at';
}

function isText(value: unknown, max: number): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= max;
}

function withdrawn(key: unknown): number | Why {
  return key === undefined ? 'keyless' : WITHDRAWN;
}

/** The value in the smallest unit; undefined when it is negative, too large, or has more decimals than the metric. */
function numeric(value: unknown, decimals: number): number | Why | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'number';
  const scaled = decimals === 0 ? value : value * 10 ** decimals;
  const whole = Math.round(scaled);
  if (whole < 0 || Object.is(value, -0) || whole > MAX_VALUE) return undefined;
  return Math.abs(scaled - whole) < 1e-6 ? whole : undefined;
}

function whenOf(day: unknown, at: unknown, timeZone: string): { day: number; at: number } | Why {
  if ((day === undefined) === (at === undefined)) return 'time';
  if (day !== undefined) return dayOnly(day) ?? 'day';
  const ms = typeof at === 'string' ? millisecondsOf(at) : NaN;
  return Number.isNaN(ms) ? 'at' : { day: dayFinder(timeZone)(ms), at: ms };
}

function millisecondsOf(at: string): number {
  if (INSTANT.test(at) && dayOnly(at.slice(0, 10))) return Date.parse(at);
  const other = instantIn(at);
  return other !== undefined && INSTANT.test(other) ? Date.parse(other) : NaN;
}

/** Answers that were given lately; each batch is about few days. */
const MAX_REMEMBERED = 5_000;
const dates = new Map<string, { day: number; at: number } | undefined>();

function dayOnly(value: unknown): { day: number; at: number } | undefined {
  if (typeof value !== 'string' || value.length < 8 || value.length > 10) return undefined;
  const known = dates.get(value);
  if (known || dates.has(value)) return known;
  if (dates.size >= MAX_REMEMBERED) dates.clear();
  const date = dateIn(value);
  const day = date === undefined ? undefined : { day: dayOf(date), at: NaN };
  dates.set(value, day);
  return day;
}

const finders = new Map<string, (ms: number) => number>();

/** Calendar day of an instant; remembers the answer per quarter of an hour, which no zone's midnight divides. */
export function dayFinder(timeZone: string): (ms: number) => number {
  let finder = finders.get(timeZone);
  if (!finder) {
    const known = new Map<number, number>();
    finder = (ms) => {
      const quarter = Math.floor(ms / QUARTER_HOUR);
      let day = known.get(quarter);
      if (day === undefined) {
        if (known.size >= MAX_REMEMBERED) known.clear();
        known.set(quarter, (day = dayOf(dateOf(new Date(quarter * QUARTER_HOUR), timeZone))));
      }
      return day;
    };
    finders.set(timeZone, finder);
  }
  return finder;
}
