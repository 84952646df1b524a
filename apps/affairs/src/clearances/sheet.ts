import type { Bilingual } from '#contracts';
import { type Column, type RowErrors, Table, type TableRow, type TableSpec } from '#exchange';
import type { SignOffDecision } from './sign-offs.dto.js';

/** A decision as a row of a sheet gives it. */
export interface SheetRow {
  line: number;
  studentNumber: string;
  /** Code or Chinese title of the entry. */
  entry: string;
  decision: SignOffDecision;
  reason: string | undefined;
}

type Check = NonNullable<Column['check']>;

const DECISIONS: Record<string, SignOffDecision> = {
  ...{ clear: 'clear', refuse: 'refuse', waive: 'waive', take_back: 'take_back' },
  ...{ 办结: 'clear', 通过: 'clear', 不通过: 'refuse', 未通过: 'refuse', 免办: 'waive', 收回: 'take_back' },
};
const REQUIRED: Bilingual = { zh: '必填', en: 'is required' };
const NO_DECISION: Bilingual = {
  zh: '应为 办结、不通过、免办 或 收回',
  en: 'must be clear, refuse, waive or take_back',
};
const TOO_LONG: Bilingual = { zh: '最多 1000 字', en: 'has more than 1000 characters' };

const given: Check = (value) => (value === '' ? REQUIRED : undefined);

const COLUMNS = {
  student_number: { zh: '学号', also: ['student no'], check: given },
  entry: { zh: '事项', also: ['事项代码', '事项名称'], check: given },
  decision: {
    zh: '结果',
    also: ['办理结果'],
    check: (value) => given(value) ?? (Object.hasOwn(DECISIONS, value) ? undefined : NO_DECISION),
  },
  reason: { zh: '原因', also: ['理由', '备注'], check: (value) => ([...value].length > 1000 ? TOO_LONG : undefined) },
} as const satisfies Record<string, Column>;
type Name = keyof typeof COLUMNS;

/** A sheet of decisions: these columns in any order; cells of the last may be empty. */
export const SHEET: TableSpec<Name> = {
  name: 'sign-offs',
  columns: COLUMNS,
  required: Object.keys(COLUMNS) as Name[],
  maxRows: 50_000,
};

/** Says what is wrong with a row, and with which column. */
export type Report = (line: number, column: Name, text: Bilingual) => void;

/** Reads the rows of a sheet; whatever is wrong with one by itself goes to `errors`. Throws Refused for what is no such sheet. */
export async function readSheet(path: string, errors: RowErrors): Promise<{ rows: SheetRow[]; report: Report }> {
  const table = await Table.open(path, SHEET, errors);
  const report: Report = (line, column, text) => errors.add(table.file, line, column, text);
  const rows: SheetRow[] = [];
  for await (const part of table.rows()) for (const row of part) rows.push(rowOf(row, report));
  return { rows, report };
}

function rowOf({ line, cells }: TableRow<Name>, report: Report): SheetRow {
  const decision = DECISIONS[cells.decision]!;
  if (cells.reason === '' && (decision === 'refuse' || decision === 'waive')) report(line, 'reason', REQUIRED);
  return { line, studentNumber: cells.student_number, entry: cells.entry, decision, reason: cells.reason || undefined };
}
