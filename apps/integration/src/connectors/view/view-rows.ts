import { flawOf, type RowErrors, type TableRow } from '#exchange';
import type { RowSource } from '../map-file.js';
import { ViewRefused, type ViewCells, type ViewConnection } from './view-connection.js';

const PAGE = 1_000;
/** As much as a file that is handed in may have. */
const MOST_ROWS = 500_000;
const MOST_CHARACTERS = 67_108_864;

const TOO_MUCH = {
  zh: '视图过大：最多 50 万行、64 MB',
  en: 'the view is too large: 500,000 rows and 64 MB are the most',
};
const NOT_UNIQUE = {
  zh: '键列有重复或空值，不能逐页读取：请改用唯一的列',
  en: 'the key is there twice or null, so that pages would miss rows: choose a column that is unique',
};

/** The rows of a view, as those of a table: the first is on line 2, as if there were a header. */
export class ViewRows implements RowSource {
  readonly file = 'view';
  readonly format = { type: 'view' } as const;
  readonly headerLine = 1;
  private readonly columns: readonly string[];

  /** `most`: so many rows are enough; without it all are read, and an incomplete listing is refused. */
  constructor(
    private readonly connection: ViewConnection,
    columns: readonly string[],
    private readonly errors: RowErrors,
    private readonly most?: number,
  ) {
    this.columns = [...new Set(columns)];
  }

  /** Throws ViewRefused when it is too large, or its key does not tell rows apart. */
  async *rows(): AsyncGenerator<TableRow<string>[]> {
    const total = await this.connection.count();
    const wanted = Math.min(total, this.most ?? MOST_ROWS);
    if (this.most === undefined && total > MOST_ROWS) throw new ViewRefused(TOO_MUCH);
    let [read, characters, after] = [0, 0, undefined as string | undefined];
    while (read < wanted) {
      const page = await this.connection.page(this.columns, after, Math.min(PAGE, wanted - read));
      if (page.length === 0) break;
      for (const cells of page) {
        for (const cell of cells) characters += cell?.length ?? 0;
        const key = cells.at(-1);
        if (key === null || key === after) throw new ViewRefused(NOT_UNIQUE);
        after = key;
      }
      if (characters > MOST_CHARACTERS) throw new ViewRefused(TOO_MUCH);
      const first = read + this.headerLine + 1;
      read += page.length;
      yield page.flatMap((cells, i) => this.rowOf(cells, first + i) ?? []);
    }
    // Of keys that only the database takes for equal, those after the end of a page would be passed over.
    if (read < wanted) throw new ViewRefused(NOT_UNIQUE);
  }

  private rowOf(cells: ViewCells, line: number): TableRow<string> | undefined {
    const row: Record<string, string> = {};
    let right = true;
    for (const [i, column] of this.columns.entries()) {
      const value = (cells[i] ?? '').trim();
      const flaw = value === '' ? undefined : flawOf(value);
      if (flaw) this.errors.add(this.file, line, column, flaw);
      right &&= !flaw;
      row[column] = value;
    }
    return right ? { line, cells: row } : undefined;
  }
}
