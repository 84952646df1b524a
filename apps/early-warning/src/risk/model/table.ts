/** One feature of all rows. NaN = not known. */
export interface Column {
  key: string;
  /** `level`: a number that only tells kinds apart, 0 … 254, e.g. of a course; `number`: more or less of something. */
  kind: 'number' | 'level';
  values: Float64Array;
}

/** What a model learns from: rows are students as they were known on a day. */
export interface Table {
  columns: Column[];
  /** 1 = the outcome came to pass. */
  outcomes: Uint8Array;
  /** Rows of the same student share a number: they are learned from together or not at all. */
  students: Int32Array;
}

/** The rows of a table at these places, in this order. */
export function rowsOf(table: Table, places: Int32Array): Table {
  return {
    columns: table.columns.map((column) => ({ ...column, values: pick(column.values, places) })),
    outcomes: Uint8Array.from(places, (place) => table.outcomes[place]!),
    students: Int32Array.from(places, (place) => table.students[place]!),
  };
}

function pick(values: Float64Array, places: Int32Array): Float64Array {
  return Float64Array.from(places, (place) => values[place]!);
}
