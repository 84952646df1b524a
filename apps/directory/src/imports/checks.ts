import type { Bilingual } from '#contracts';
import { BLANK, type CellCheck } from '#exchange';

const NEVER: Bilingual = { zh: '日期必须在 1900 年至 2199 年之间', en: 'must be a date between 1900 and 2199' };

const NOT_A_DATE: Bilingual = { zh: '必须是日期 YYYY-MM-DD', en: 'must be a date, YYYY-MM-DD' };
export const date: CellCheck = (value) => {
  if (value === '') return undefined;
  if (!isDate(value)) return NOT_A_DATE;
  return value < '1900' || value >= '2200' ? NEVER : undefined;
};

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** By hand: a roster has hundreds of thousands of dates, and `Date` takes several times as long. */
function isDate(value: string): boolean {
  if (!/^[12]\d{3}-\d{2}-\d{2}$/.test(value)) return false;
  const [year, month, day] = [Number(value.slice(0, 4)), Number(value.slice(5, 7)), Number(value.slice(8))];
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day >= 1 && day <= (DAYS[month - 1] ?? 0) && (month !== 2 || day < 29 || leap);
}

/** One of the words, or where `extensible` an `ext:` word of the sender's own (OneRoster vocabulary extension). */
export function oneOf(words: string, extensible = false): CellCheck {
  const known = new Set(words.split(' '));
  const listed = [...known].join(', ');
  return (value) => {
    if (known.has(value) || (extensible && /^ext:[a-zA-Z0-9.\-_]+$/.test(value))) return undefined;
    if (value === '') return BLANK;
    return {
      zh: `必须是以下之一：${listed}${extensible ? '，或 ext:…' : ''}`,
      en: `must be one of ${listed}${extensible ? ', or ext:…' : ''}`,
    };
  };
}

/** As `check`, but it may be blank. */
export function orBlank(check: CellCheck): CellCheck {
  return (value) => (value === '' ? undefined : check(value));
}

/** Both checks. */
export function both(a: CellCheck, b: CellCheck): CellCheck {
  return (value) => a(value) ?? b(value);
}
