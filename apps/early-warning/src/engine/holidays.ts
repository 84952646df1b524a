import { query, sql, type Tx } from '#database';
import { calendarDays } from '#roster';
import { dateOfDay, dayOf } from '#rule-language';

/**
 * Days on which nobody is expected: public holidays, days the school declared free, and vacation (after a term's end, before the
 * next begins). Plain weekends are not.
 */
export async function holidaysBetween(tx: Tx, from: number, to: number): Promise<Set<number>> {
  const holidays = new Set<number>();
  for (const day of await calendarDays(tx, dateOfDay(from), dateOfDay(to))) {
    if (!day.workday && day.name !== undefined) holidays.add(dayOf(day.date));
  }
  const terms = await query<{ startsOn: string; endsOn: string }>(
    tx,
    sql`SELECT starts_on::text AS "startsOn", ends_on::text AS "endsOn" FROM directory.published_term_v1 WHERE kind = 'term' ORDER BY starts_on`,
  );
  terms.forEach(({ endsOn }, i) => {
    const next = terms[i + 1] ? dayOf(terms[i + 1]!.startsOn) : to + 1;
    for (let day = Math.max(from, dayOf(endsOn)); day < next && day <= to; day++) holidays.add(day);
  });
  return holidays;
}
