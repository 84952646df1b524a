/**
 * What a number format makes of a number:
 * - `number`: the number itself; `zeros`: with leading zeros, to so many digits; `text`: as text
 * - `date`: the day alone; `time`: the time of day; `elapsed`: hours that go on beyond 24; `moment`: both, as far as the number has them
 */
export type NumberFormat = 'number' | 'text' | 'date' | 'time' | 'elapsed' | 'moment' | { zeros: number };

/**
 * Formats without a code in the file (ECMA-376-1 §18.8.30). 27–36 and 50–58 are those of East Asian Excel; what some of them show differs
 * between China, Taiwan, Japan and Korea, a date here and a time there, so that the number has to tell.
 */
export function builtInFormat(id: number): NumberFormat {
  if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || id === 36) return 'date';
  if ((id >= 50 && id <= 54) || id === 57 || id === 58) return 'date';
  if ((id >= 32 && id <= 35) || id === 55 || id === 56 || id === 22) return 'moment';
  if ((id >= 18 && id <= 21) || id === 45 || id === 47) return 'time';
  if (id === 46) return 'elapsed';
  return id === 49 ? 'text' : 'number';
}

const DIGITS = 15;
/** What shows itself and means nothing: quoted text, escaped characters, fill and width, the exponent. */
const LITERALS = /"[^"]*"|\\.|_.|\*.|e[+-]/g;
const AM_PM = /am\/pm|a\/p|上午\/下午/g;
const ELAPSED = /\[(h+|m+|s+)\]/;

/** What a format code means; its first section counts. */
export function formatOfCode(code: string): NumberFormat {
  const section = firstSection(code.toLowerCase());
  if (section.trim() === '@') return 'text';
  const bare = section.replace(LITERALS, '').replace(AM_PM, 'h');
  if (bare.includes('general')) return 'number';
  if (ELAPSED.test(bare)) return 'elapsed';
  // Colours, conditions, currencies, languages, ways of writing digits.
  const shown = bare.replace(/\[[^\]]*\]/g, '');
  const day = /[ydeg]|aaa|mmm/.test(shown);
  const time = /[hs]/.test(shown);
  if (day) return time ? 'moment' : 'date';
  if (time) return 'time';
  if (shown.includes('m')) return 'date';
  return /^0{2,15}$/.test(section) ? { zeros: Math.min(section.length, DIGITS) } : 'number';
}

/** Up to the first semicolon that is neither quoted nor escaped. */
function firstSection(code: string): string {
  return /^(?:"[^"]*"|\\.|_.|\*.|[^;])*/s.exec(code)![0];
}
