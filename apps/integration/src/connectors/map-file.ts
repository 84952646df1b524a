import { type Columns, type RosterCells, type RowErrors, Table, type TableFormat, type TableRow } from '#exchange';
import { type FieldMapping, mapCell, type Mapping } from './mapping.js';

/** Values of a column that a lookup does not know are counted, so many of them. */
const MOST_VALUES = 100;

/** Values that a lookup does not know, by the sender's column, with how often they are there. */
export type Unmapped = Map<string, Map<string, number>>;

/** The columns of the sender's that a mapping reads. */
export function columnsOf({ fields }: Mapping): Columns<string> {
  const names = fields.flatMap(({ column }) => (column === undefined ? [] : [column]));
  return Object.fromEntries(names.map((name) => [name, { zh: name }]));
}

/** A row of the school's file as a roster row. */
export interface RosterRow {
  line: number;
  cells: Partial<RosterCells>;
}

/** A school's own file, read by a mapping. What is wrong with its rows goes to `errors`, by the sender's columns. */
export class MappedFile {
  readonly unmapped: Unmapped = new Map();
  /** Rows read, right or wrong, blank ones left out. */
  rowsRead = 0;

  private constructor(
    private readonly mapping: Mapping,
    private readonly table: Table<string>,
    private readonly errors: RowErrors,
  ) {}

  /** Throws Refused when the file cannot be read, or lacks a column. */
  static async open(path: string, mapping: Mapping, errors: RowErrors): Promise<MappedFile> {
    const columns = columnsOf(mapping);
    const { sheet, encoding } = mapping;
    const spec = { name: 'roster', columns, required: Object.keys(columns), maxRows: MOST_ROWS, passOver: true };
    const said = { ...(sheet !== undefined && { sheet }), ...(encoding && { encoding }) };
    return new MappedFile(mapping, await Table.open(path, { ...spec, ...said }, errors), errors);
  }

  get format(): TableFormat {
    return this.table.format;
  }

  /** The rows that are right, some hundreds at a time. */
  async *rows(): AsyncGenerator<RosterRow[]> {
    for await (const rows of this.table.rows()) {
      const mapped: RosterRow[] = [];
      for (const row of rows) {
        this.rowsRead++;
        const cells = this.rowOf(row);
        if (cells) mapped.push({ line: row.line, cells });
      }
      yield mapped;
    }
  }

  /**
   * The rows as CSV that directory's import of a roster in one sheet takes. A row stands on the line that it has in the sender's file, so
   * that an error names the same line to both.
   */
  async *csv(): AsyncGenerator<string> {
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

  private rowOf({ line, cells }: TableRow<string>): Partial<RosterCells> | undefined {
    const mapped: Partial<RosterCells> = {};
    let right = true;
    for (const field of this.mapping.fields) {
      const cell = field.column === undefined ? field.constant! : cells[field.column]!;
      const result = mapCell(field, cell);
      if ('value' in result) mapped[field.field] = result.value;
      else {
        right = false;
        this.errors.add(this.table.file, line, field.column ?? field.field, result.problem);
        if (result.unmapped) this.count(field, cell);
      }
    }
    return right ? mapped : undefined;
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
