import { type Columns, type RowErrors, Table, type TableFormat, type TableRow } from '#exchange';
import { type FieldMapping, mapCell, type Mapping } from './mapping.js';
import { finishing } from './observation-sheet.js';
import type { Brings, Field } from './sheets.js';

/** Values of a column that a lookup does not know are counted, so many of them. */
const MOST_VALUES = 100;

/** Values that a lookup does not know, by the sender's column, with how often they are there. */
export type Unmapped = Map<string, Map<string, number>>;

/** The columns of the sender's that a mapping reads. */
export function columnsOf({ fields }: Mapping): Columns<string> {
  const names = fields.flatMap(({ column }) => (column === undefined ? [] : [column]));
  return Object.fromEntries(names.map((name) => [name, { zh: name }]));
}

/** A row of the school's file as it is brought. */
export interface MappedRow {
  line: number;
  cells: Partial<Record<string, string>>;
}

/** How a file is read: by which mapping, for what, and where on earth. */
export interface Reading {
  mapping: Mapping;
  brings: Brings;
  timeZone: string;
}

/** Rows by the names of their columns: of a file, or of a view of a database. */
export interface RowSource {
  /** As errors name it. */
  readonly file: string;
  readonly format: TableFormat | { type: 'view' };
  readonly headerLine: number;
  rows(): AsyncGenerator<TableRow<string>[]>;
}

/** A school's own rows, read by a mapping. What is wrong with its rows goes to `errors`, by the sender's columns. */
export class MappedFile {
  readonly unmapped: Unmapped = new Map();
  /** Rows read, right or wrong, blank ones left out. */
  rowsRead = 0;

  private readonly mapping: Mapping;
  private readonly brings: Brings;
  private readonly finish: ReturnType<typeof finishing> | undefined;

  constructor(
    { mapping, brings, timeZone }: Reading,
    private readonly table: RowSource,
    private readonly errors: RowErrors,
  ) {
    this.mapping = mapping;
    this.brings = brings;
    if (brings === 'observations') this.finish = finishing(timeZone);
  }

  /** Throws Refused when the file cannot be read, or lacks a column. */
  static async open(path: string, reading: Reading, errors: RowErrors): Promise<MappedFile> {
    const columns = columnsOf(reading.mapping);
    const { sheet, encoding } = reading.mapping;
    const spec = { name: reading.brings, columns, required: Object.keys(columns), maxRows: MOST_ROWS, passOver: true };
    const said = { ...(sheet !== undefined && { sheet }), ...(encoding && { encoding }) };
    return new MappedFile(reading, await Table.open(path, { ...spec, ...said }, errors), errors);
  }

  /** The rows that are right, some hundreds at a time. */
  async *rows(): AsyncGenerator<MappedRow[]> {
    for await (const rows of this.table.rows()) {
      const mapped: MappedRow[] = [];
      for (const row of rows) {
        this.rowsRead++;
        const cells = this.rowOf(row);
        if (cells) mapped.push({ line: row.line, cells });
      }
      yield mapped;
    }
  }

  /** The rows as they are kept and sent: a roster as CSV, observations as lines of JSON. */
  text(): AsyncGenerator<string> {
    return this.brings === 'roster' ? this.csv() : this.lines();
  }

  private async *lines(): AsyncGenerator<string> {
    for await (const rows of this.rows()) yield rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  }

  /**
   * The rows as CSV that directory's import of a roster in one sheet takes. A row stands on the line that it has in the sender's file, so
   * that an error names the same line to both.
   */
  private async *csv(): AsyncGenerator<string> {
    const names = this.mapping.fields.map(({ field }) => field);
    let line = 1;
    const at = (wanted: number, cells: readonly string[]): string => {
      const text = '\n'.repeat(wanted - line) + cells.map(quoted).join(',') + '\n';
      line = wanted + 1;
      return text;
    };
    yield at(this.table.headerLine, names);
    for await (const rows of this.rows())
      yield rows
        .map((row) =>
          at(
            row.line,
            names.map((name) => row.cells[name] ?? ''),
          ),
        )
        .join('');
  }

  private rowOf({ line, cells }: TableRow<string>): MappedRow['cells'] | undefined {
    const mapped: Partial<Record<Field, string>> = {};
    let right = true;
    for (const field of this.mapping.fields) {
      const cell = field.column === undefined ? field.constant! : cells[field.column]!;
      const result = mapCell(field, cell, this.brings);
      if ('value' in result) mapped[field.field] = result.value;
      else {
        right = false;
        this.errors.add(this.table.file, line, field.column ?? field.field, result.problem);
        if (result.unmapped) this.count(field, cell);
      }
    }
    if (!right || !this.finish) return right ? mapped : undefined;
    const finished = this.finish(mapped);
    if ('cells' in finished) return finished.cells;
    const { field, problem } = finished;
    const column = this.mapping.fields.find((one) => one.field === field)?.column;
    this.errors.add(this.table.file, line, column, problem);
    return undefined;
  }

  private count({ column, field }: FieldMapping, value: string): void {
    const name = column ?? field;
    const counts = this.unmapped.get(name) ?? new Map<string, number>();
    this.unmapped.set(name, counts);
    if (counts.size < MOST_VALUES || counts.has(value)) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
}

const MOST_ROWS = 500_000;

function quoted(cell: string): string {
  const line = cell.replace(/[\r\n]+/g, ' ');
  return /[",]/.test(line) ? `"${line.replaceAll('"', '""')}"` : line;
}
