import type { Bilingual } from '#contracts';
import { dateIn } from '#exchange';
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

const NOT_A_DAY: Bilingual = { zh: '必须是日期，如 2026-09-01', en: 'must be a date such as 2026-09-01' };

function day(value: string): Bilingual | undefined {
  const date = value === '' ? value : dateIn(value);
  return date === undefined || date >= '2200' ? NOT_A_DAY : undefined;
}
