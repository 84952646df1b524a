/** How many of something an import makes, changes and ends. */
export interface Changes {
  create: number;
  change: number;
  close: number;
}

/** One row an import would make, change or end: where it stands and its id, never its contents. */
export interface Sample {
  what: string;
  /** Where it stands in the set (a membership: where its person does); absent for what would end. */
  file?: string;
  line?: number;
  /** Our id, where there is one already. */
  id?: string;
  unitId?: string;
  /** What would change. */
  columns?: string[];
}

/** At most 100 of each. */
export interface Samples {
  create: Sample[];
  change: Sample[];
  close: Sample[];
}

/** Rows of a query as samples. */
export function withoutNulls(rows: Record<keyof Samples, object[]>): Samples {
  const clean = (list: object[]): Sample[] =>
    list.map(
      (row) =>
        Object.fromEntries(
          Object.entries(row).filter(([, value]) => value !== null && !isEmpty(value)),
        ) as unknown as Sample,
    );
  return { create: clean(rows.create), change: clean(rows.change), close: clean(rows.close) };
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
