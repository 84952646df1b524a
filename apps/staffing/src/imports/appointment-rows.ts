import { CsvError, parse } from 'csv-parse/sync';
import {
  APPOINTMENT_KINDS,
  type AppointmentKind,
  type Bilingual,
  PLACE_KINDS,
  UNIT_KINDS,
  type UnitKind,
} from '#contracts';
import { dateIn, hasInvisible, readHeader } from '#exchange';
import type { JobError } from '#service';

/** Columns of the file, in any order, by their English or Chinese header; cells of the last three may be empty. */
export const COLUMNS = {
  staff_number: { zh: '工号' },
  kind: { zh: '岗位' },
  unit_kind: { zh: '单位种类' },
  unit_code: { zh: '单位代码' },
  full_time: { zh: '专职' },
  from: { zh: '起始日期' },
  to: { zh: '结束日期' },
} as const;
type Column = keyof typeof COLUMNS;
const NAMES = Object.keys(COLUMNS) as Column[];

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

  add(line: number, column: string | undefined, zh: string, en: string): void {
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
  const { at, errors: ofHeader } = readHeader(COLUMNS, NAMES, header.fields);
  for (const { column, zh, en } of ofHeader) errors.add(1, column, zh, en);
  if (ofHeader.length > 0) return [];
  if (records.length > MOST_ROWS) {
    errors.add(MOST_ROWS + 2, undefined, `最多 ${MOST_ROWS} 行`, `A file has at most ${MOST_ROWS} rows`);
    return [];
  }
  const rows: GivenRow[] = [];
  for (const { fields, line } of records) {
    const row = readRow(at, header.fields.length, fields, line, errors);
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

function readRow(
  at: ReadonlyMap<Column, number>,
  width: number,
  fields: string[],
  line: number,
  errors: RowErrors,
): GivenRow | undefined {
  const before = errors.list.length;
  if (fields.length !== width) {
    errors.add(line, undefined, `应有 ${width} 列`, `must have ${width} columns`);
    return undefined;
  }
  const valueOf = (column: Column): string => fields[at.get(column)!] ?? '';
  for (const column of NAMES) {
    const value = valueOf(column);
    if (value.includes('\uFFFD')) errors.add(line, column, '含无法识别的字节', 'has bytes that cannot be decoded');
    else if (value.includes('\u0000')) errors.add(line, column, '含空字符', 'has a NUL character');
    else if (hasInvisible(value))
      errors.add(line, column, '含不可见的方向或零宽字符', 'has characters that are not seen');
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

/** As `YYYY-MM-DD`; '' stays empty; null = no date that exists. */
function dateOf(text: string): string | null {
  return text ? (dateIn(text) ?? null) : '';
}
