import { CsvError, parse } from 'csv-parse/sync';
import {
  APPOINTMENT_KINDS,
  type AppointmentKind,
  type Bilingual,
  PLACE_KINDS,
  UNIT_KINDS,
  type UnitKind,
} from '#contracts';
import type { JobError } from '#service';

/** Columns of the file, in any order; the last three may be empty. */
export const COLUMNS = ['staff_number', 'kind', 'unit_kind', 'unit_code', 'full_time', 'from', 'to'] as const;
type Column = (typeof COLUMNS)[number];

export const MOST_ROWS = 50_000;
const MOST_ERRORS = 10_000;

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

const ANY_UNIT: Record<string, Bilingual> = { ...UNIT_KINDS, ...PLACE_KINDS };
const YES = new Set(['', 'true', '1', 'yes', '是', '专职']);
const NO = new Set(['false', '0', 'no', '否', '兼职']);

/** What is wrong with a file, row by row; at most 10,000 errors are kept. */
export class RowErrors {
  readonly list: JobError[] = [];

  add(line: number, column: Column | undefined, zh: string, en: string): void {
    if (this.list.length < MOST_ERRORS) this.list.push({ line, ...(column ? { column } : {}), zh, en });
  }

  get any(): boolean {
    return this.list.length > 0;
  }
}

/** Reads the rows of a decoded file; whatever is wrong with a row by itself goes to `errors`. */
export function readRows(text: string, errors: RowErrors): GivenRow[] {
  const [header, ...records] = recordsOf(text, errors);
  if (!header) {
    if (!errors.any) errors.add(1, undefined, '文件是空的', 'The file is empty');
    return [];
  }
  if (!checkHeader(header.fields, errors)) return [];
  if (records.length > MOST_ROWS) {
    errors.add(MOST_ROWS + 2, undefined, `最多 ${MOST_ROWS} 行`, `A file has at most ${MOST_ROWS} rows`);
    return [];
  }
  const rows: GivenRow[] = [];
  for (const { fields, line } of records) {
    const row = readRow(header.fields, fields, line, errors);
    if (row) rows.push(row);
  }
  return rows;
}

function recordsOf(text: string, errors: RowErrors): { fields: string[]; line: number }[] {
  try {
    const parsed = parse(text, { info: true, bom: true, relax_column_count: true, skip_empty_lines: true, trim: true });
    return (parsed as unknown as { record: string[]; info: { lines: number } }[]).map(({ record, info }) => ({
      fields: record,
      line: info.lines,
    }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    errors.add(
      Number(error['lines'] ?? 1),
      undefined,
      '不是合法的 CSV（引号不匹配）',
      'is not well-formed CSV (quotes)',
    );
    return [];
  }
}

function checkHeader(header: string[], errors: RowErrors): boolean {
  const before = errors.list.length;
  for (const column of COLUMNS) {
    if (header.filter((name) => name === column).length !== 1) {
      errors.add(1, column, '表头应恰有一个此列', 'The header must have this column exactly once');
    }
  }
  for (const name of header) {
    if (!COLUMNS.includes(name as Column)) {
      errors.add(1, undefined, '表头有未知的列', `The header has an unknown column; allowed: ${COLUMNS.join(', ')}`);
    }
  }
  return errors.list.length === before;
}

function readRow(header: string[], fields: string[], line: number, errors: RowErrors): GivenRow | undefined {
  const before = errors.list.length;
  if (fields.length !== header.length) {
    errors.add(line, undefined, `应有 ${header.length} 列`, `must have ${header.length} columns`);
    return undefined;
  }
  const valueOf = (column: Column): string => fields[header.indexOf(column)] ?? '';
  for (const column of COLUMNS) {
    const value = valueOf(column);
    if (value.includes('\uFFFD')) errors.add(line, column, '含无法识别的字节', 'has bytes that cannot be decoded');
    else if (value.includes('\u0000')) errors.add(line, column, '含空字符', 'has a NUL character');
    else if (value.length > 200) errors.add(line, column, '最多 200 个字符', 'must have at most 200 characters');
  }
  if (errors.list.length > before) return undefined;

  const required = (column: Column): string => {
    if (!valueOf(column)) errors.add(line, column, '必填', 'is required');
    return valueOf(column);
  };
  const code = <K extends string>(column: Column, codes: Record<string, Bilingual>): K => {
    const given = required(column);
    const found = Object.entries(codes).find(([key, label]) => key === given || label.zh === given)?.[0];
    if (given && !found) errors.add(line, column, '不是已知的代码或名称', 'is neither a known code nor a known label');
    return found as K;
  };
  const fullTime = valueOf('full_time').toLowerCase();
  if (!YES.has(fullTime) && !NO.has(fullTime)) {
    errors.add(line, 'full_time', '应为 true 或 false', 'must be true or false');
  }
  const validFrom = dateOf(required('from'));
  if (validFrom === null) errors.add(line, 'from', '必须是日期 YYYY-MM-DD', 'must be a date, YYYY-MM-DD');
  const validTo = dateOf(valueOf('to'));
  if (validTo === null) errors.add(line, 'to', '必须是日期 YYYY-MM-DD', 'must be a date, YYYY-MM-DD');
  if (validFrom && validTo && validTo < validFrom) {
    errors.add(line, 'to', '不能早于起始日期', 'must not be before the first day');
  }
  const row = {
    line,
    staffNumber: required('staff_number'),
    kind: code<AppointmentKind>('kind', APPOINTMENT_KINDS),
    unitKind: code<UnitKind>('unit_kind', ANY_UNIT),
    unitCode: required('unit_code'),
    fullTime: YES.has(fullTime),
    validFrom: validFrom ?? '',
    validTo: validTo || null,
  };
  return errors.list.length > before ? undefined : row;
}

/** `YYYY-MM-DD`, `YYYY/M/D` or `CCYYMMDD` as `YYYY-MM-DD`; '' stays empty; null = no date that exists. */
function dateOf(text: string): string | null {
  if (!text) return '';
  const [, y, m, d] = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})$/.exec(text) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(text) ?? [];
  if (!y || !m || !d || Number(y) < 1900) return null;
  const iso = `${y}-${m.padStart(2, '0')}-${d.padStart(2, '0')}`;
  const date = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso) ? iso : null;
}
