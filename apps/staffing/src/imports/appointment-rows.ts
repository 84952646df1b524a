import {
  APPOINTMENT_KINDS,
  type AppointmentKind,
  type Bilingual,
  PLACE_KINDS,
  UNIT_KINDS,
  type UnitKind,
} from '#contracts';
import { type Column, dateIn, type RowErrors, Table, type TableRow, type TableSpec } from '#exchange';

/** One row as it was given, its values checked by themselves. */
export interface GivenRow {
  line: number;
  staffNumber: string;
  kind: AppointmentKind;
  unitKind: UnitKind;
  unitCode: string;
  fullTime: boolean;
  validFrom: string;
  validTo: string | null;
}

type Check = NonNullable<Column['check']>;

const ANY_UNIT: Record<string, Bilingual> = { ...UNIT_KINDS, ...PLACE_KINDS };
const YES = new Set(['', 'true', '1', 'yes', '是', '专职']);
const NO = new Set(['false', '0', 'no', '否', '兼职']);

const REQUIRED: Bilingual = { zh: '必填', en: 'is required' };
const NO_CODE: Bilingual = { zh: '不是已知的代码或名称', en: 'is neither a known code nor a known label' };
const NO_FLAG: Bilingual = { zh: '应为 true 或 false', en: 'must be true or false' };
const NO_DATE: Bilingual = { zh: '必须是日期 YYYY-MM-DD', en: 'must be a date, YYYY-MM-DD' };
const ENDS_BEFORE: Bilingual = { zh: '不能早于起始日期', en: 'must not be before the first day' };

const given: Check = (value) => (value === '' ? REQUIRED : undefined);
const isDay: Check = (value) => (dateIn(value) ? undefined : NO_DATE);
const isCode =
  (codes: Record<string, Bilingual>): Check =>
  (value) =>
    given(value) ?? (codeOf(codes, value) ? undefined : NO_CODE);

const COLUMNS = {
  staff_number: { zh: '工号', also: ['教工号', '职工号', 'staff no'], check: given },
  kind: { zh: '岗位', also: ['任职', '岗位种类'], check: isCode(APPOINTMENT_KINDS) },
  unit_kind: { zh: '单位种类', also: ['单位类型'], check: isCode(ANY_UNIT) },
  unit_code: { zh: '单位代码', also: ['单位编号'], check: given },
  full_time: {
    zh: '专职',
    also: ['是否专职'],
    check: (value) => (YES.has(value.toLowerCase()) || NO.has(value.toLowerCase()) ? undefined : NO_FLAG),
  },
  from: { zh: '起始日期', also: ['开始日期', '任职日期'], check: (value) => given(value) ?? isDay(value) },
  to: { zh: '结束日期', also: ['截止日期', '免职日期'], check: (value) => (value === '' ? undefined : isDay(value)) },
} as const satisfies Record<string, Column>;
type Name = keyof typeof COLUMNS;

/** A file of appointments: all of the columns, in any order; cells of the last three but `from` may be empty. */
export const APPOINTMENTS: TableSpec<Name> = {
  name: 'appointments',
  columns: COLUMNS,
  required: Object.keys(COLUMNS) as Name[],
  maxRows: 50_000,
};

/** Says what is wrong with a row, and with which column. */
export type Report = (line: number, column: Name, text: Bilingual) => void;

/** Reads the rows of a file; whatever is wrong with one by itself goes to `errors`. Throws Refused for what is no such file. */
export async function readRows(path: string, errors: RowErrors): Promise<{ rows: GivenRow[]; report: Report }> {
  const table = await Table.open(path, APPOINTMENTS, errors);
  const report: Report = (line, column, text) => errors.add(table.file, line, column, text);
  const rows: GivenRow[] = [];
  for await (const part of table.rows()) for (const row of part) rows.push(rowOf(row, report));
  return { rows, report };
}

function rowOf({ line, cells }: TableRow<Name>, report: Report): GivenRow {
  const validFrom = dateIn(cells.from)!;
  const validTo = dateIn(cells.to) ?? null;
  if (validTo !== null && validTo < validFrom) report(line, 'to', ENDS_BEFORE);
  return {
    line,
    staffNumber: cells.staff_number,
    kind: codeOf(APPOINTMENT_KINDS, cells.kind) as AppointmentKind,
    unitKind: codeOf(ANY_UNIT, cells.unit_kind) as UnitKind,
    unitCode: cells.unit_code,
    fullTime: YES.has(cells.full_time.toLowerCase()),
    validFrom,
    validTo,
  };
}

/** The code that a cell names by itself or by its Chinese label. */
function codeOf(codes: Record<string, Bilingual>, text: string): string | undefined {
  return Object.entries(codes).find(([code, label]) => code === text || label.zh === text)?.[0];
}
