import { onceIn, query, sql, type Tx } from '#database';
import { addDays, type DayOfCalendar, daysBetween, LAST_DATE, nationalDay } from '#time';

/** The workday calendar: national holidays and 调休, with the school's own days on top. `from` and `to` inclusive. */
export async function calendarDays(tx: Tx, from: string, to: string): Promise<DayOfCalendar[]> {
  const exceptions = await exceptionsOf(tx, from.slice(0, 4), to.slice(0, 4));
  return Array.from({ length: daysBetween(from, to) + 1 }, (_, i) => {
    const date = addDays(from, i);
    const exception = exceptions.get(date);
    return exception
      ? { date, workday: exception.workday, name: exception.name, provisional: false }
      : nationalDay(date);
  });
}

interface Exception {
  day: string;
  workday: boolean;
  name: string;
}

/** The school's own days of whole years, two at least: what works with days asks for them several times over, in winter into the next year. */
function exceptionsOf(tx: Tx, firstYear: string, until: string): Promise<Map<string, Exception>> {
  const lastYear = Math.min(Math.max(Number(until), Number(firstYear) + 1), 9999);
  return onceIn(tx, `calendar ${firstYear} ${lastYear}`, async () => {
    const own = await query<Exception>(
      tx,
      sql`SELECT day::text AS day, workday, name FROM directory.published_calendar_day_v1
           WHERE day BETWEEN ${`${firstYear}-01-01`} AND ${`${lastYear}-12-31`}`,
    );
    return new Map(own.map((row) => [row.day, row]));
  });
}

/**
 * The date `n` working days after `date` (the day itself does not count), at most the last of the calendar. Provisional when a
 * year without a plan was crossed.
 */
export async function addWorkingDays(tx: Tx, date: string, n: number): Promise<{ date: string; provisional: boolean }> {
  const { dates, provisional } = await nextWorkingDays(tx, date, n);
  return { date: dates.at(-1)!, provisional };
}

/** The next `n` working days after `date`, in order, one at least; at the end of the calendar fewer, of which the last is its last date. */
export async function nextWorkingDays(
  tx: Tx,
  date: string,
  n: number,
): Promise<{ dates: string[]; provisional: boolean }> {
  const dates: string[] = [];
  let provisional = false;
  let from = addDays(date, 1);
  for (;;) {
    const to = addDays(from, 31);
    for (const day of await calendarDays(tx, from, to)) {
      if (day.provisional) provisional = true;
      if (day.workday) dates.push(day.date);
      if (dates.length > 0 && dates.length >= n) return { dates, provisional };
    }
    if (to === LAST_DATE) return { dates: [...dates.filter((day) => day < to), to], provisional: true };
    from = addDays(to, 1);
  }
}
