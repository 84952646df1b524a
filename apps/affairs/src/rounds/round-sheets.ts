import type { Bilingual } from '#contracts';
import { type Columns, type RowErrors, Table } from '#exchange';
import { DECIMAL, Exact } from './exact.js';
import type { RoundContent } from './round-content.js';

export const SHEETS = {
  figures: { zh: '分数与其他数据', en: 'Scores and other figures' },
  automatic: { zh: '直接列入的学生及其类别', en: 'Students who are in without applying, with their group' },
  accounts: { zh: '入选学生的银行账号', en: 'Bank accounts of those who are in' },
} as const satisfies Record<string, Bilingual>;
export type SheetKind = keyof typeof SHEETS;

/** Rows of a sheet at most; of what is sealed row by row, fewer. */
const MOST_ROWS: Record<SheetKind, number> = { figures: 20_000, automatic: 2_000, accounts: 2_000 };

export interface SheetRow {
  line: number;
  number: string;
  /** By column; blank ones are left out. */
  values: Record<string, string>;
}

/** The columns of a kind of sheet, by code. */
export function columnsOf(kind: SheetKind, content: RoundContent): Columns<string> {
  const number = { zh: '学号', also: ['student_number'] };
  if (kind === 'automatic') return { number, group: { zh: '类别', also: ['类型'], check: given } };
  if (kind === 'accounts') return { number, account: { zh: '银行账号', also: ['卡号', '账号'], check: account } };
  const scores = content.components.filter(({ from }) => from === 'sheet');
  return {
    number,
    ...Object.fromEntries(
      content.figures.map(({ code, name }) => [code, { zh: name.zh, also: [name.en], check: figure() }]),
    ),
    ...Object.fromEntries(
      scores.map(({ code, name, max }) => [code, { zh: name.zh, also: [name.en], check: figure(max) }]),
    ),
  };
}

/** The rows of a sheet that are in order by themselves; what is wrong with others goes to `errors`. Throws Refused for what is no such sheet. */
export async function readSheet(
  path: string,
  kind: SheetKind,
  content: RoundContent,
  errors: RowErrors,
): Promise<SheetRow[]> {
  const columns = columnsOf(kind, content);
  const required = kind === 'figures' ? ['number'] : Object.keys(columns);
  const table = await Table.open(path, { name: kind, columns, required, maxRows: MOST_ROWS[kind] }, errors);
  const rows: SheetRow[] = [];
  const seen = new Set<string>();
  for await (const part of table.rows())
    for (const { line, cells } of part) {
      const { number = '', ...rest } = cells;
      if (number === '') errors.add(table.file, line, 'number', { zh: '必填', en: 'is required' });
      else if (seen.has(number))
        errors.add(table.file, line, 'number', { zh: '此学号出现了两次', en: 'is there twice' });
      else
        rows.push({
          line,
          number,
          values: Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== '')),
        });
      seen.add(number);
    }
  return rows;
}

function given(value: string): Bilingual | undefined {
  if (value === '') return { zh: '必填', en: 'is required' };
  return value.length > 50 ? { zh: '最多 50 个字符', en: 'must have at most 50 characters' } : undefined;
}

function account(value: string): Bilingual | undefined {
  return /^\d{8,32}$/.test(value) ? undefined : { zh: '应为 8–32 位数字', en: 'must be 8 to 32 digits' };
}

function figure(max?: string): (value: string) => Bilingual | undefined {
  return (value) => {
    if (value === '') return undefined;
    if (!DECIMAL.test(value)) return { zh: '应为数，小数最多四位', en: 'must be a number of at most four decimals' };
    const number = Exact.of(value);
    if (number.compare(Exact.zero) < 0) return { zh: '不能为负', en: 'must not be negative' };
    if (max === undefined || number.compare(Exact.of(max)) <= 0) return undefined;
    return { zh: `最多 ${max}`, en: `must be at most ${max}` };
  };
}
