/** What became of a write, as its client knows: `unknown` when it never got an answer that says. */
export type Outcome = 'acknowledged' | 'refused' | 'unknown';

/** A write of the history. */
export interface Write {
  /** Unique among the writes of its kind; what it left behind is found by it. */
  key: string;
  kind: string;
  outcome: Outcome;
}

/** A kind of write, and what one of them leaves behind. */
export interface Kind {
  /** Places where it must be found, the write itself first, its effects in other services behind. */
  places: readonly string[];
  /** Rows in each place. */
  rows: number;
}

/** Rows found, by place and key. */
export type Found = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** A write that is not where it must be, or more than once. */
export interface Finding {
  key: string;
  kind: string;
  outcome: Outcome;
  place: string;
  expected: number;
  rows: number;
}

export interface Verdict {
  lost: Finding[];
  doubled: Finding[];
}

/**
 * Holds a history against what was found: an acknowledged write is in each of its places exactly once, a refused one in none, and one whose
 * outcome is unknown in all of them once or in none.
 */
export function judge(history: readonly Write[], kinds: Readonly<Record<string, Kind>>, found: Found): Verdict {
  const verdict: Verdict = { lost: [], doubled: [] };
  for (const { key, kind, outcome } of history) {
    const { places, rows: each } = kinds[kind] as Kind;
    const rowsIn = (place: string): number => found.get(place)?.get(key) ?? 0;
    const happened = outcome === 'acknowledged' || (outcome === 'unknown' && rowsIn(places[0] as string) > 0);
    const expected = happened ? each : 0;
    for (const place of places) {
      const rows = rowsIn(place);
      if (rows !== expected)
        verdict[rows < expected ? 'lost' : 'doubled'].push({ key, kind, outcome, place, expected, rows });
    }
  }
  return verdict;
}
