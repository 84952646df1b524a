import type { Bilingual } from '#contracts';

/** The columns of a file by their English header, with the Chinese one that is understood as well. */
export type Columns<K extends string> = Readonly<Record<K, { zh: string }>>;

/** What is wrong with a header; `at` is the place of the column in it, where one is to blame. */
export interface HeaderError extends Bilingual {
  column?: string;
}

/**
 * Reads a header in either language: the place of each column, or what is wrong with it. Columns may stand in any order; those not in
 * `required` may be missing, unknown ones are refused by name.
 */
export function readHeader<K extends string>(
  columns: Columns<K>,
  required: readonly K[],
  header: readonly string[],
): { at: Map<K, number>; errors: HeaderError[] } {
  const at = new Map<K, number>();
  const errors: HeaderError[] = [];
  for (const [i, cell] of header.entries()) {
    const name = cell.trim();
    const column = (Object.keys(columns) as K[]).find((one) => one === name || columns[one].zh === name);
    const shown = name.slice(0, 100);
    if (column === undefined) errors.push({ column: shown, ...unknown(shown, columns) });
    else if (at.has(column)) errors.push({ column: shown, zh: '此列出现了两次', en: 'is there twice' });
    else at.set(column, i);
  }
  for (const column of required) {
    const { zh } = columns[column];
    if (!at.has(column))
      errors.push({ column, zh: `缺少「${zh}」（${column}）列`, en: `column ${column} (${zh}) is missing` });
  }
  return { at, errors };
}

function unknown(name: string, columns: Columns<string>): Bilingual {
  const known = Object.entries(columns).map(([column, { zh }]) => `${zh} ${column}`);
  return {
    zh: `未知的列「${name}」；可用：${known.join('、')}`,
    en: `unknown column "${name}"; known are: ${known.join(', ')}`,
  };
}
