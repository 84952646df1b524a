import { createRequire } from 'node:module';
import { weekdayOf } from './dates.js';
import { statutoryDaysOff } from './statutory-holidays.js';

export interface DayOfCalendar {
  date: string;
  workday: boolean;
  /** Holiday, 调休 or the school's own name for the day. */
  name?: string;
  /** True when no official plan of that day is known yet: weekends and the days off that the law gives were counted. */
  provisional: boolean;
}

/** The plans of the years (国务院办公厅节假日安排): names of days off, and of days of weekends that are worked (调休). */
interface Plans {
  holidays: Record<string, string>;
  workdays: Record<string, string>;
}

// The data alone: the functions of the library answer for the day before where the machine's clock is west of Greenwich.
const PLANS = createRequire(import.meta.url)('chinese-days/dist/chinese-days.json') as Plans;
const KNOWN_YEARS = knownYears();

function knownYears(): { first: number; last: number } {
  const years = Object.keys(PLANS.holidays).map((date) => Number(date.slice(0, 4)));
  // National Day is in every year's plan; a plan also has the last days of the year before it.
  const planned = years.filter((year) => `${year}-10-01` in PLANS.holidays);
  return { first: Math.min(...planned), last: Math.max(...planned) };
}

/** A day by the national plan, or where there is none by weekdays and what the law gives. */
export function nationalDay(date: string): DayOfCalendar {
  const year = Number(date.slice(0, 4));
  const planned = PLANS.holidays[date] ?? PLANS.workdays[date];
  const byLaw = year > KNOWN_YEARS.last ? statutoryDaysOff(year).get(date) : undefined;
  // An entry reads "National Day,国庆节,3".
  const name = planned?.split(',')[1] ?? byLaw;
  const worked = date in PLANS.workdays || (weekdayOf(date) < 6 && !(date in PLANS.holidays));
  return {
    date,
    workday: worked && byLaw === undefined,
    ...(name ? { name } : {}),
    // The plan of the next year moves days of its last week before: it did for 2005, 2006, 2007, 2011 and 2018.
    provisional: year < KNOWN_YEARS.first || date > `${KNOWN_YEARS.last}-12-25`,
  };
}
