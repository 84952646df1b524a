/** What a kind of import is given to work with. */
export interface ImportRun {
  source: string;
  dryRun: boolean;
  /** On campus. */
  today: string;
  /** Counts rows that were read. */
  onRows: (rows: number) => Promise<void>;
}
