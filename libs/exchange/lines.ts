/** A line of a table, as text: of a CSV file or of a sheet. */
export interface TableLine {
  /** Where it begins, from 1: the line of a CSV file, the row of a sheet. */
  line: number;
  cells: string[];
  /** `quotes`: quotation marks that do not pair up, the cells are a guess; `bytes`: bytes that are no text in the file's encoding. */
  broken?: 'quotes' | 'bytes';
}
