import type { Bilingual } from '#contracts';
import { type CellCheck, type Columns, dateIn, instantIn, ROSTER_SHEET } from '#exchange';
import { dateOf, instantOf } from '#time';

const NO_DAY: Bilingual = { zh: '必须是日期，如 2026-09-01', en: 'must be a date such as 2026-09-01' };
const NO_TIME: Bilingual = {
  zh: '必须是日期与时间，如 2026-09-01 08:30:00',
  en: 'must be a date and a time such as 2026-09-01 08:30:00',
};
const NO_VALUE: Bilingual = {
  zh: '必须是不小于 0 的数；空为没有数值',
  en: 'must be a number of 0 or more; blank: there is none',
};
const NO_METRIC: Bilingual = { zh: '必须是指标代码，如 library_visits', en: 'must be the code of a metric' };
const TOO_LONG: Bilingual = { zh: '最多 100 个字符', en: 'must have at most 100 characters' };

const COLUMNS = {
  number: { zh: '学号', check: ROSTER_SHEET.columns.number.check },
  metric: { zh: '指标', check: when((value) => /^[a-z][a-z0-9_.-]{0,59}$/.test(value), NO_METRIC) },
  day: { zh: '日期', check: when((value) => value === '' || dateIn(value) !== undefined, NO_DAY) },
  at: { zh: '时间', check: when((value) => value === '' || timeIn(value) !== undefined, NO_TIME) },
  value: { zh: '数值', check: when((value) => /^(?:\d{1,10}(?:\.\d{1,6})?)?$/.test(value), NO_VALUE) },
  key: { zh: '记录号', check: when((value) => value.length <= 100, TOO_LONG) },
} as const;
export type ObservationColumn = keyof typeof COLUMNS;

/** Observations as one table: who, which metric, on which day or when, how much, and which record of the sender's it was. */
export const OBSERVATION_COLUMNS: Columns<ObservationColumn> = COLUMNS as Columns<ObservationColumn>;

function when(right: (value: string) => boolean, problem: Bilingual): CellCheck {
  return (value) => (right(value) ? undefined : problem);
}

/** `2026/9/1 8:30`, `20260901083000` and what `instantIn` reads, as RFC 3339; local digits where no offset is said. */
export function timeIn(text: string): string | undefined {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text) ?? [];
  if (y) return instantIn(`${y}-${mo}-${d} ${h}:${mi}:${s}`);
  const [, day, hour, minute, rest] = /^(\S+)[T ]+(\d{1,2}):(\d\d)(?!:\d)(.*)$/.exec(text) ?? [];
  if (day) return instantIn(`${day} ${hour!.padStart(2, '0')}:${minute}:00${rest}`);
  const [, date, one, more] = /^(\S+) +(\d)(:\d\d:\d\d.*)$/.exec(text) ?? [];
  return instantIn(date ? `${date} 0${one}${more}` : text);
}

/** The row as it is sent, or the field that is to blame and why. */
export type Finished = { cells: Partial<Record<string, string>> } | { field: string; problem: Bilingual };

const NO_WHEN: Bilingual = { zh: '日期与时间应有其一', en: 'must have either a day or a time' };
const TWICE: Bilingual = {
  zh: '同一学生、指标、日期的同一记录出现了两次：请为记录号（key）选一列，如流水号、课程号',
  en: 'is the same record of a student, metric and day twice: map a column to key, such as a serial or a course number',
};

/**
 * What makes rows of a file records that may come again: each has a key, by which a later file replaces what an earlier one said. Without
 * a column for it, that is its time or its day; then it must be there once.
 */
export function finishing(timeZone: string): (cells: Partial<Record<string, string>>) => Finished {
  const seen = new Set<string>();
  return ({ number, metric, day, at, value, key }) => {
    if (!day === !at) return { field: 'day', problem: NO_WHEN };
    const time = at && instantOfText(timeIn(at)!, timeZone);
    const date = day && dateIn(day)!;
    const known = key || time || date!;
    const name = JSON.stringify([number, metric, date || dateOf(new Date(time!), timeZone), known]);
    if (seen.has(name)) return { field: 'key', problem: TWICE };
    seen.add(name);
    const said = date ? { day: date } : { at: time! };
    return { cells: { number: number!, metric: metric!, ...said, value: value ?? '', key: known } };
  };
}

function instantOfText(text: string, timeZone: string): string {
  if (/(?:Z|[+-]\d\d:\d\d)$/.test(text)) return new Date(text).toISOString();
  const [date, time] = text.split('T') as [string, string];
  const minute = instantOf(date, time.slice(0, 5), timeZone);
  return new Date(minute.getTime() + Math.round(Number(time.slice(6)) * 1000)).toISOString();
}
