import chineseDays from 'chinese-days';
import { addDays, weekdayOf } from './dates.js';

/** A holiday of everybody (全体公民放假的节日), by a date of the year or of the lunar calendar. */
type Holiday = { name: string } & (
  | { month: number; days: readonly number[] }
  | { lunarMonth: number; lunarDay: number; offsets: readonly number[] }
  | { solarTerm: 'pure_brightness' }
);

interface Regulation {
  /** First year it holds for. */
  from: number;
  source: string;
  holidays: readonly Holiday[];
}

/**
 * Days off that the law gives, before a year's plan (国务院办公厅节假日安排) says how they are arranged. A day that falls on a weekend is made
 * up on the workdays that follow (the regulation's article 6).
 */
export const REGULATIONS: readonly Regulation[] = [
  {
    from: 2025,
    source: '全国年节及纪念日放假办法（国务院令第795号，2024年11月10日修订，2025年1月1日起施行）',
    holidays: [
      { name: '元旦', month: 1, days: [1] },
      { name: '春节', lunarMonth: 1, lunarDay: 1, offsets: [-1, 0, 1, 2] },
      { name: '清明', solarTerm: 'pure_brightness' },
      { name: '劳动节', month: 5, days: [1, 2] },
      { name: '端午', lunarMonth: 5, lunarDay: 5, offsets: [0] },
      { name: '中秋', lunarMonth: 8, lunarDay: 15, offsets: [0] },
      { name: '国庆节', month: 10, days: [1, 2, 3] },
    ],
  },
];

const years = new Map<number, ReadonlyMap<string, string>>();

/** Days off of a year by the regulation in force, made up ones included, with the name of the holiday. Empty before the first regulation. */
export function statutoryDaysOff(year: number): ReadonlyMap<string, string> {
  let days = years.get(year);
  if (!days) {
    if (years.size > 100) years.clear();
    years.set(year, (days = workOut(year)));
  }
  return days;
}

function workOut(year: number): ReadonlyMap<string, string> {
  const off = new Map<string, string>();
  const regulation = REGULATIONS.findLast(({ from }) => from <= year);
  if (!regulation) return off;
  for (const holiday of regulation.holidays) for (const date of datesOf(holiday, year)) off.set(date, holiday.name);
  for (const [date, name] of [...off]) {
    if (!isWeekend(date)) continue;
    let madeUp = addDays(date, 1);
    while (off.has(madeUp) || isWeekend(madeUp)) madeUp = addDays(madeUp, 1);
    off.set(madeUp, name);
  }
  return off;
}

function datesOf(holiday: Holiday, year: number): string[] {
  if ('days' in holiday) return holiday.days.map((day) => isoOf(year, holiday.month, day));
  if ('solarTerm' in holiday) return [pureBrightness(year)];
  const first = lunarDate(year, holiday.lunarMonth, holiday.lunarDay);
  return first === undefined ? [] : holiday.offsets.map((offset) => addDays(first, offset));
}

/** 清明 by the usual formula of this century; the library's is a day early west of Greenwich. */
function pureBrightness(year: number): string {
  const y = year % 100;
  return isoOf(year, 4, Math.floor(y * 0.2422 + 4.81) - Math.floor(y / 4));
}

/**
 * The date of a lunar day that lies in a calendar year; leap months do not count. From a text the library works it out the same in every
 * time zone; from a Date, or the other way round, it does not. Intl's Chinese calendar (ICU 78) is a day off for all of February 2027.
 */
function lunarDate(year: number, month: number, day: number): string | undefined {
  // The first day of the lunar year lies between 21 January and 20 February; the others follow within a month of that.
  for (let date = isoOf(year, month, 15); date < isoOf(year, month + 3, 1); date = addDays(date, 1)) {
    const { lunarMon, lunarDay, isLeap } = chineseDays.getLunarDate(date);
    if (lunarMon === month && lunarDay === day && !isLeap) return date;
  }
  return undefined;
}

function isoOf(year: number, month: number, day: number): string {
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

function isWeekend(date: string): boolean {
  return weekdayOf(date) >= 6;
}
