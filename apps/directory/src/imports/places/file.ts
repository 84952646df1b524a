import type { Bilingual } from '#contracts';
import type { CellCheck } from '../checks.js';
import { number, orBlank, text } from '../checks.js';

/** The columns of a places file, with the Chinese headers that are understood as well. Any order; only `building` must be there. */
export const COLUMNS = {
  campus: { zh: '校区', check: text },
  building: { zh: '楼栋', check: text },
  floor: { zh: '楼层', check: text },
  room: { zh: '寝室', check: text },
  bed: { zh: '床位', check: text },
  grid: { zh: '网格', check: text },
  name: { zh: '名称', check: text },
  student_number: { zh: '学号', check: orBlank(number) },
  from: { zh: '入住日期', check: day },
} as const satisfies Record<string, { zh: string; check: CellCheck }>;

export type Column = keyof typeof COLUMNS;

/** `column` by its English or Chinese header. */
export function columnOf(header: string): Column | undefined {
  const found = Object.entries(COLUMNS).find(([name, { zh }]) => name === header || zh === header);
  return found?.[0] as Column | undefined;
}

const NOT_A_DAY: Bilingual = { zh: '必须是日期，如 2026-09-01', en: 'must be a date such as 2026-09-01' };

function day(value: string): Bilingual | undefined {
  return value === '' || dayOf(value) ? undefined : NOT_A_DAY;
}

/** `2026-09-01`, `2026/9/1` or `20260901` → `2026-09-01`; undefined when it is no date. */
export function dayOf(value: string): string | undefined {
  const [, y, m, d] = /^(\d{4})([-/])(\d{1,2})\2(\d{1,2})$/.test(value)
    ? [value, ...value.split(/[-/]/)]
    : (/^(\d{4})(\d{2})(\d{2})$/.exec(value) ?? []);
  if (!y || !m || !d) return undefined;
  const iso = `${y}-${m.padStart(2, '0')}-${d.padStart(2, '0')}`;
  const date = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso) && y >= '1900' ? iso : undefined;
}
