import { RowErrors } from '#exchange';
import type { MappedFile, MappedRow } from './map-file.js';

/** Rows that a trial shows. */
const SHOWN = 20;

/** What reading all of a file, or a part of a view, came to. */
export class Trial {
  readonly errors = new RowErrors();
  readonly rows: MappedRow[] = [];
  file: MappedFile | undefined;

  async read(file: MappedFile): Promise<void> {
    this.file = file;
    for await (const part of file.rows()) {
      if (this.rows.length < SHOWN) this.rows.push(...part.slice(0, SHOWN - this.rows.length));
    }
  }
}
