/** `2026-09-01`, `2026/9/1` or `20260901` → `2026-09-01`; undefined when it is no date from 1900 on that exists. */
export function dateIn(text: string): string | undefined {
  const [, y, , m, d] = /^(\d{4})([-/])(\d{1,2})\2(\d{1,2})$/.exec(text) ?? compact(text);
  if (!y || !m || !d || y < '1900') return undefined;
  const iso = `${y}-${m.padStart(2, '0')}-${d.padStart(2, '0')}`;
  const date = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso) ? iso : undefined;
}

function compact(text: string): (string | undefined)[] {
  const [all, y, m, d] = /^(\d{4})(\d{2})(\d{2})$/.exec(text) ?? [];
  return [all, y, '', m, d];
}

const INSTANT = /^(\d{4}[-/]\d{1,2}[-/]\d{1,2})[T ](\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?)(Z|[+-]\d{2}:?\d{2})?$/;

/**
 * An instant as files write it, as RFC 3339: `2026/11/19 22:58:03+0800` → `2026-11-19T22:58:03+08:00`. Without an offset the digits alone
 * come back. Undefined when it is none, or its offset is beyond ±14:00.
 */
export function instantIn(text: string): string | undefined {
  const [, day, time, offset] = INSTANT.exec(text) ?? [];
  const date = day && dateIn(day);
  if (!date || !time || !/^([01]\d|2[0-3]):[0-5]\d:[0-5]\d/.test(time)) return undefined;
  if (offset === undefined || offset === 'Z') return `${date}T${time}${offset ?? ''}`;
  const [hours, minutes] = [offset.slice(0, 3), offset.slice(-2)];
  const right = Math.abs(Number(hours)) * 60 + Number(minutes) <= 14 * 60 && minutes < '60';
  return right ? `${date}T${time}${hours}:${minutes}` : undefined;
}

/** Marks that change the direction of text, or are not seen at all. Joiners (U+200C, U+200D) belong to some scripts' words. */
const INVISIBLE = /[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/;

export function hasInvisible(text: string): boolean {
  return INVISIBLE.test(text);
}

/** What a spreadsheet takes for the beginning of a formula, in half and full width; apostrophes before it are those of `escapeFormula`. */
const FORMULA = /^'*[=+\-@\t\r＝＋－＠]/;

/** Text that a spreadsheet takes as text when it opens a CSV file: an apostrophe stands before what would be a formula. */
export function escapeFormula(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

/** The text before `escapeFormula`. */
export function unescapeFormula(text: string): string {
  return text.startsWith("'") && FORMULA.test(text) ? text.slice(1) : text;
}
