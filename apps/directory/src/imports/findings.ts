import type { Bilingual } from '#contracts';
import type { JobError } from '#service';

/** Errors an import reports at most. */
export const MAX_FINDINGS = 10_000;

/** An import that must not take effect, with everything that is wrong with it. */
export class Refused extends Error {
  constructor(readonly errors: JobError[]) {
    super('the import was refused');
  }
}

/** What is wrong with a set of files: all of it is collected before the import is refused. */
export class Findings {
  readonly errors: JobError[] = [];

  /** Throws `Refused` when there are too many to go on. */
  add(file: string, line: number, column: string | undefined, { zh, en }: Bilingual): void {
    this.errors.push({ file, line, ...(column && { column }), zh, en });
    if (this.errors.length < MAX_FINDINGS) return;
    throw new Refused(this.errors);
  }

  /** Throws `Refused` when anything was found. */
  refuse(): void {
    if (this.errors.length > 0) throw new Refused(this.errors);
  }
}
