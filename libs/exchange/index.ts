export { dateIn, hasInvisible, instantIn } from './cells.js';
export { BLANK, type CellCheck, filled, number, text } from './checks.js';
export { csvLines, readCsv } from './csv.js';
export { ByteCheck, decode, decoded, type Encoding, guessEncoding } from './encoding.js';
export { errorSheet, type ErrorSheetOptions } from './error-sheet.js';
export { type Column, type Columns, type HeaderError, readHeader } from './headers.js';
export type { TableLine } from './lines.js';
export {
  identityIn,
  isActive,
  type RosterCells,
  type RosterColumn,
  ROSTER_SHEET,
  sexIn,
  yearIn,
} from './roster-sheet.js';
export { fullName } from './names.js';
export { MAX_ERRORS, Refused, type RowError, RowErrors } from './row-errors.js';
export { flawOf, openTable, Table, type TableRow, type TableSpec } from './table.js';
export { checkTableFile, openTableFile, type TableFile, type TableFormat } from './table-file.js';
export { type Cell, CSV_TYPE, PLAIN_CSV, writeTable, XLSX_TYPE } from './write.js';
export { BadZip, orBadZip, Zip, type ZipLimits } from './zip.js';
export { withTemporaryFile } from './temporary-file.js';
