import type { Bilingual } from '#contracts';

/**
 * The columns of a kind of file, by their English header. `zh` is the Chinese one and `also` are others that are understood; `check` says
 * what is wrong with a cell (trimmed; '' when blank).
 */
export type Columns<K extends string> = Readonly<Record<K, Column>>;

export interface Column {
  zh: string;
  also?: readonly string[];
  check?: (value: string) => Bilingual | undefined;
}

/** What is wrong with a header, and the column that is to blame. */
export interface HeaderError extends Bilingual {
  column?: string;
}

/** The column that an error sheet adds; it is left out when the sheet comes back. */
export const ERRORS_COLUMN: Bilingual = { zh: '错误', en: 'Errors' };
const IGNORED = new Set(Object.values(ERRORS_COLUMN).map(folded));

/** True for the column that an error sheet has added. */
export function isErrorsColumn(header: string): boolean {
  return IGNORED.has(folded(header));
}

/**
 * Reads a header in either language: the place of each column, or what is wrong with it. Columns may stand in any order; those not in
 * `required` may be missing, unknown ones are refused by name unless they are to be passed over. A cell without a name is no column.
 */
export function readHeader<K extends string>(
  columns: Columns<K>,
  required: readonly K[],
  header: readonly string[],
  passOver = false,
): { at: Map<K, number>; errors: HeaderError[] } {
  const at = new Map<K, number>();
  const errors: HeaderError[] = [];
  const named = namesOf(columns);
  for (const [i, cell] of header.entries()) {
    const name = folded(cell);
    if (name === '' || IGNORED.has(name)) continue;
    const column = named.get(name);
    const shown = cell.trim().slice(0, 100);
    if (column === undefined && passOver) continue;
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

/** How many cells of a line are names of columns. */
export function countNames(columns: Columns<string>, cells: readonly string[]): number {
  const named = namesOf(columns);
  return cells.filter((cell) => named.has(folded(cell))).length;
}

function namesOf<K extends string>(columns: Columns<K>): Map<string, K> {
  const entries = Object.entries(columns) as [K, Column][];
  return new Map(
    entries.flatMap(([column, { zh, also = [] }]) => [column, zh, ...also].map((name) => [folded(name), column])),
  );
}

/**
 * A name without what people and programs add to it: full width, upper case, spaces, underscores, marks that are not seen, an asterisk
 * for "required", a remark in parentheses.
 */
function folded(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\(.*\)$/s, '')
    .replace(/[\s_\-.*:]|\p{Default_Ignorable_Code_Point}/gu, '');
}

function unknown(name: string, columns: Columns<string>): Bilingual {
  const known = Object.entries(columns).map(([column, { zh }]) => `${zh} ${column}`);
  return {
    zh: `未知的列「${name}」；可用：${known.join('、')}`,
    en: `unknown column "${name}"; known are: ${known.join(', ')}`,
  };
}
