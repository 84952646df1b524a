import type { Bilingual } from '#contracts';

/** What is wrong with a file, a row or a cell of it. */
export interface RowError extends Bilingual {
  /** File and line (from 1) the error is about, and the column where one is to blame. */
  file?: string;
  line?: number;
  column?: string;
}

/** Errors that are kept of a file. */
export const MAX_ERRORS = 10_000;

/** A file that must not take effect, with everything that is wrong with it. */
export class Refused extends Error {
  constructor(readonly errors: RowError[]) {
    super('the file was refused');
  }
}

/** What is wrong with a file or a set of files, row by row: all of it is collected before the file is refused. */
export class RowErrors {
  readonly list: RowError[] = [];

  /** Throws `Refused` when there are too many to go on. */
  add(file: string, line: number, column: string | undefined, { zh, en }: Bilingual): void {
    this.list.push({ file, line, ...(column && { column }), zh, en });
    if (this.list.length >= MAX_ERRORS) throw new Refused(this.list);
  }

  /** Throws `Refused` when anything was found. */
  refuse(): void {
    if (this.list.length > 0) throw new Refused(this.list);
  }
}
