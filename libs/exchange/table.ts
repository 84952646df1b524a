import type { Bilingual } from '#contracts';
import { hasInvisible } from './cells.js';
import { type Column, type Columns, countNames, isErrorsColumn, readHeader } from './headers.js';
import type { TableLine } from './lines.js';
import type { RowErrors } from './row-errors.js';
import type { Encoding } from './encoding.js';
import { openTableFile, type TableFormat } from './table-file.js';

/** What a table must be like. */
export interface TableSpec<K extends string> {
  /** What its errors call it, without an ending. */
  name: string;
  columns: Columns<K>;
  required: readonly K[];
  maxRows: number;
  /** Of a workbook; the first one that is seen when it is not given. */
  sheet?: string;
  /** Of a CSV file; found out when it is not given. */
  encoding?: Encoding;
  /** Columns that are not named here are not read, instead of refused. */
  passOver?: boolean;
}

/** A row whose cells are in order by themselves: trimmed, '' where blank or where the table has no such column. */
export interface TableRow<K extends string> {
  line: number;
  cells: Record<K, string>;
}

/** Lines before the one with the names of the columns: titles, remarks. */
const LOOKED_AT = 10;

/** A table with its header found, before its names are judged. */
export interface OpenTable {
  format: TableFormat;
  header: TableLine;
  /** Lines after the header. */
  lines: AsyncGenerator<TableLine[]>;
}

/** Opens a file and finds its header: of the first lines the one with most names of columns. Throws Refused for what cannot be read. */
export async function openTable(
  path: string,
  columns: Columns<string>,
  sheet?: string,
  encoding?: Encoding,
): Promise<OpenTable> {
  const { format, lines } = await openTableFile(path, sheet, encoding);
  const all = lines();
  const first: TableLine[] = [];
  for (let next = await all.next(); !next.done; next = await all.next()) {
    first.push(...next.value.filter(({ cells }) => cells.some((cell) => cell.trim() !== '')));
    if (first.length >= LOOKED_AT) break;
  }
  const names = first.slice(0, LOOKED_AT).map(({ cells }) => countNames(columns, cells));
  const at = Math.max(0, names.indexOf(Math.max(...names)));
  async function* rest(): AsyncGenerator<TableLine[]> {
    yield first.slice(at + 1);
    yield* all;
  }
  return { format, header: first[at] ?? { line: 1, cells: [] }, lines: rest() };
}

/** A CSV file or a sheet that is read by the names of its columns. What is wrong with it goes to `errors`, row by row. */
export class Table<K extends string> {
  /** With its ending, as errors name it. */
  readonly file: string;
  private readonly places: readonly (readonly [K, Column, number])[];
  /** Places of an error sheet's column, whose text says nothing of the row, and of columns without a name. */
  private readonly ignored: ReadonlySet<number>;
  private readonly nameless: readonly number[];

  private constructor(
    private readonly spec: TableSpec<K>,
    private readonly table: OpenTable,
    private readonly errors: RowErrors,
    private readonly at: ReadonlyMap<K, number>,
  ) {
    this.file = `${spec.name}.${table.format.type}`;
    const { cells } = table.header;
    const placesOf = (is: (cell: string) => boolean): number[] => [...cells.keys()].filter((i) => is(cells[i]!));
    this.ignored = new Set(placesOf(isErrorsColumn));
    this.nameless = spec.passOver ? [] : placesOf((cell) => cell.trim() === '');
    this.places = [...at].map(([column, place]) => [column, spec.columns[column], place] as const);
  }

  /** Opens the file. Throws Refused when it cannot be read, or its header is not one of the kind. */
  static async open<K extends string>(path: string, spec: TableSpec<K>, errors: RowErrors): Promise<Table<K>> {
    const table = await openTable(path, spec.columns, spec.sheet, spec.encoding);
    const { line, cells, broken } = table.header;
    const file = `${spec.name}.${table.format.type}`;
    const { at, errors: ofHeader } = readHeader(spec.columns, spec.required, cells, spec.passOver);
    if (broken) errors.add(file, line, undefined, broken === 'quotes' ? QUOTES : BYTES);
    if (cells.length === 1 && at.size === 0) errors.add(file, line, undefined, ONE_COLUMN);
    for (const { column, ...text } of ofHeader) errors.add(file, line, column, text);
    errors.refuse();
    return new Table(spec, table, errors, at);
  }

  get format(): TableFormat {
    return this.table.format;
  }

  /** Line of the header. */
  get headerLine(): number {
    return this.table.header.line;
  }

  has(column: K): boolean {
    return this.at.has(column);
  }

  /** The rows that are in order by themselves, some hundreds at a time; blank ones are passed over. */
  async *rows(): AsyncGenerator<TableRow<K>[]> {
    let count = 0;
    for await (const lines of this.table.lines) {
      const rows: TableRow<K>[] = [];
      for (const line of lines) {
        if (!line.cells.some((cell, i) => cell.trim() !== '' && !this.ignored.has(i))) continue;
        count++;
        if (count > this.spec.maxRows) {
          this.errors.add(this.file, line.line, undefined, tooMany(this.spec.maxRows));
          this.errors.refuse();
        }
        const row = this.rowOf(line);
        if (row) rows.push(row);
      }
      yield rows;
    }
  }

  /** Undefined when something is wrong with it. */
  private rowOf({ line, cells, broken }: TableLine): TableRow<K> | undefined {
    const width = this.table.header.cells.length;
    const before = this.errors.list.length;
    if (broken === 'quotes') this.errors.add(this.file, line, undefined, QUOTES);
    else if (this.table.format.type === 'csv' ? cells.length !== width : cells.length > width)
      this.errors.add(this.file, line, undefined, {
        zh: `应有 ${width} 列，实有 ${cells.length} 列`,
        en: `must have ${width} cells, but has ${cells.length}`,
      });
    const row = Object.fromEntries(Object.keys(this.spec.columns).map((column) => [column, ''])) as Record<K, string>;
    if (this.errors.list.length === before) {
      for (const place of this.nameless) {
        if (cells[place]?.trim()) this.errors.add(this.file, line, undefined, NAMELESS(place + 1));
      }
      for (const [column, { check }, place] of this.places) {
        const value = (cells[place] ?? '').trim();
        const problem = value === '' ? check?.(value) : (flawOf(value) ?? check?.(value));
        if (problem) this.errors.add(this.file, line, column, problem);
        row[column] = value;
      }
    }
    return this.errors.list.length === before ? { line, cells: row } : undefined;
  }
}

const MAX_LENGTH = 200;

const QUOTES: Bilingual = { zh: '引号不成对', en: 'quotation marks do not pair up' };
const BYTES: Bilingual = { zh: '含有无法识别的字节', en: 'has bytes that are no text in the encoding of the file' };
const NAMELESS = (place: number): Bilingual => ({
  zh: `第 ${place} 列没有列名`,
  en: `has something in column ${place}, which has no name`,
});
const ONE_COLUMN: Bilingual = {
  zh: '整行只有一列：列之间应以逗号、分号或制表符分隔',
  en: 'is one column: cells must be separated by commas, semicolons or tabs',
};
const NUL: Bilingual = { zh: '含空字符', en: 'has a NUL character' };
const UNSEEN: Bilingual = {
  zh: '含不可见的方向或零宽字符，请删除',
  en: 'has characters that are not seen (direction marks, zero width): delete them',
};
const TOO_LONG: Bilingual = {
  zh: `最多 ${MAX_LENGTH} 个字符`,
  en: `must have at most ${MAX_LENGTH} characters`,
};
const FAILED: Bilingual = {
  zh: '单元格是公式的错误值，请改为应有的内容',
  en: 'is the error of a formula: fill in what it should be',
};
const ROUNDED: Bilingual = {
  zh: '数字的末尾几位在此文件中已经丢失（被表格软件改成了数字）；请将该列设为文本后重新填写',
  en: 'its digits are already lost in this file (a spreadsheet made a number of it): format the column as text and fill it in again',
};

const ERROR_VALUE = /^#(?:N\/A|REF!|VALUE!|DIV\/0!|NAME\?|NULL!|NUM!|GETTING_DATA|SPILL!|CALC!)$/;
const EXPONENT = /^-?\d(?:\.\d+)?E\+\d{2,3}$/i;

/** What is wrong with a cell whatever it is about. */
export function flawOf(value: string): Bilingual | undefined {
  if (value.includes('\uFFFD')) return BYTES;
  if (value.includes('\u0000')) return NUL;
  if (value.length > MAX_LENGTH) return TOO_LONG;
  if (hasInvisible(value)) return UNSEEN;
  if (ERROR_VALUE.test(value)) return FAILED;
  return EXPONENT.test(value) ? ROUNDED : undefined;
}

function tooMany(rows: number): Bilingual {
  return { zh: `最多 ${rows} 行`, en: `A file has at most ${rows} rows` };
}
