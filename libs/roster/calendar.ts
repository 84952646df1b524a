import chineseDays from 'chinese-days';
import { query, sql, type Tx } from '#database';
import { addDays, daysBetween, LAST_DATE } from './dates.js';

export interface DayOfCalendar {
  date: string;
  workday: boolean;
  /** Holiday, 调休 or the school's own name for the day. */
  name?: string;
  /** True when no official plan of that year is known yet: only weekends were counted. */
  provisional: boolean;
}

/** First and last year whose holiday plan (国务院办公厅节假日安排) the library knows. */
const KNOWN_YEARS = knownYears();

function knownYears(): { first: number; last: number } {
  // National Day is in every year's plan, so its name tells whether the plan is known.
  const known = (year: number): boolean => chineseDays.getDayDetail(`${year}-10-01`).name.includes(',');
  let last = 2024;
  while (known(last + 1)) last++;
  return { first: 2004, last };
}

/** The workday calendar: national holidays and 调休, with the school's own days on top. `from` and `to` inclusive. */
export async function calendarDays(tx: Tx, from: string, to: string): Promise<DayOfCalendar[]> {
  const own = await query<{ day: string; workday: boolean; name: string }>(
    tx,
    sql`SELECT day::text AS day, workday, name FROM directory.published_calendar_day_v1 WHERE day BETWEEN ${from} AND ${to}`,
  );
  const exceptions = new Map(own.map((row) => [row.day, row]));
  return Array.from({ length: daysBetween(from, to) + 1 }, (_, i) => {
    const date = addDays(from, i);
    const exception = exceptions.get(date);
    return exception
      ? { date, workday: exception.workday, name: exception.name, provisional: false }
      : nationalDay(date);
  });
}

const MOST_REMEMBERED = 4_000;
const remembered = new Map<string, DayOfCalendar>();

/** The library parses dates at leisure, and forms ask for the same weeks all day long. */
function nationalDay(date: string): DayOfCalendar {
  let day = remembered.get(date);
  if (!day) {
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.set(date, (day = Object.freeze(lookUp(date))));
  }
  return day;
}

function lookUp(date: string): DayOfCalendar {
  const year = Number(date.slice(0, 4));
  const detail = chineseDays.getDayDetail(date);
  // A named day reads "National Day,国庆节,3"; others carry the weekday's English name.
  const name = detail.name.includes(',') ? detail.name.split(',')[1] : undefined;
  return {
    date,
    workday: detail.work,
    ...(name ? { name } : {}),
    provisional: year < KNOWN_YEARS.first || year > KNOWN_YEARS.last,
  };
}

/**
 * The date `n` working days after `date` (the day itself does not count), at most the last of the calendar. Provisional when a
 * year without a plan was crossed.
 */
export async function addWorkingDays(tx: Tx, date: string, n: number): Promise<{ date: string; provisional: boolean }> {
  let left = n;
  let provisional = false;
  let from = addDays(date, 1);
  for (;;) {
    const to = addDays(from, 31);
    for (const day of await calendarDays(tx, from, to)) {
      if (day.provisional) provisional = true;
      if (day.workday && --left <= 0) return { date: day.date, provisional };
    }
    if (to === LAST_DATE) return { date: to, provisional: true };
    from = addDays(to, 1);
  }
}
