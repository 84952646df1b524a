import type { Bilingual } from '#contracts';

/** What is wrong with a cell (trimmed; '' when blank), or undefined. */
export type CellCheck = (value: string) => Bilingual | undefined;

const BLANK: Bilingual = { zh: '不能为空', en: 'must not be blank' };
const TOO_LONG: Bilingual = { zh: '最多 200 个字符', en: 'must have at most 200 characters' };
const MAX = 200;

export const text: CellCheck = (value) => (value.length > MAX ? TOO_LONG : undefined);
export const filled: CellCheck = (value) => (value === '' ? BLANK : text(value));

/** 学号, 工号: text, so leading zeros stay; what a spreadsheet made of a long one (1.23E+17) is refused. */
export const number: CellCheck = (value) =>
  /^\d+(\.\d+)?E\+?\d+$/i.test(value)
    ? {
        zh: '学工号被表格软件改成了科学计数法，请把该列设为文本',
        en: 'was turned into a rounded number by a spreadsheet; format the column as text',
      }
    : filled(value);

const NOT_A_DATE: Bilingual = { zh: '必须是日期 YYYY-MM-DD', en: 'must be a date, YYYY-MM-DD' };
export const date: CellCheck = (value) => (value === '' || isDate(value) ? undefined : NOT_A_DATE);

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
