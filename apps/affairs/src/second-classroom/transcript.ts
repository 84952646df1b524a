/** Something that a student did, as it was confirmed. */
export interface Entry {
  id: string;
  source: 'activity' | 'claim';
  /** Code of the school's kinds of activities. */
  kind: string;
  /** Entries of the same work count once, at its highest. A work is of one kind: where it is said, that is required. */
  workId: string;
  credits: number;
  /** YYYY-MM-DD. */
  date: string;
}

/** Why an entry does not count in full. */
export type Reason = 'same_work' | 'category_full' | 'no_category';

export type Judged<E> = E & {
  category: string | null;
  /** Of its credits, those that count. */
  counted: number;
  /** Null: all of them do. */
  reason: Reason | null;
};

export interface Transcript<E> {
  entries: Judged<E>[];
  categories: { code: string; credits: number; counted: number; maxCredits: number }[];
  total: number;
}

export interface TranscriptRules {
  categories: readonly { code: string; maxCredits: number }[];
  /** Category by kind; null or missing: none. */
  categoryOf: ReadonlyMap<string, string | null>;
}

/** Credits have two decimals: sums are made of whole hundredths. */
const hundredths = (credits: number): number => Math.round(credits * 100);

/**
 * What counts of a student's entries, and why the rest does not. The order in which they are given makes no difference, and a further one
 * never lowers the total: of a work the highest entry counts, of a category at most its cap, those of earlier days first. (Were the same
 * work of several categories, a higher entry in a category that is full would take the place of a lower one that counts.)
 */
export function transcriptOf<E extends Entry>(
  entries: readonly E[],
  { categories, categoryOf }: TranscriptRules,
): Transcript<E> {
  const highest = new Map<string, E>();
  for (const entry of [...entries].sort(byId)) {
    const before = highest.get(entry.workId);
    if (!before || hundredths(entry.credits) > hundredths(before.credits)) highest.set(entry.workId, entry);
  }
  const left = new Map(categories.map(({ code, maxCredits }) => [code, hundredths(maxCredits)]));
  const judged = [...entries].sort(byDate).map((entry): Judged<E> => {
    const category = categoryOf.get(entry.kind) ?? null;
    const free = category === null ? undefined : left.get(category);
    if (category === null || free === undefined) return { ...entry, category: null, counted: 0, reason: 'no_category' };
    if (highest.get(entry.workId) !== entry) return { ...entry, category, counted: 0, reason: 'same_work' };
    const counted = Math.min(free, hundredths(entry.credits));
    left.set(category, free - counted);
    const reason = counted < hundredths(entry.credits) ? 'category_full' : null;
    return { ...entry, category, counted: counted / 100, reason };
  });
  const sums = categories.map(({ code, maxCredits }) => {
    const own = judged.filter(({ category, reason }) => category === code && reason !== 'same_work');
    return {
      code,
      credits: sum(own.map(({ credits }) => credits)),
      counted: sum(own.map(({ counted }) => counted)),
      maxCredits,
    };
  });
  return { entries: judged, categories: sums, total: sum(sums.map(({ counted }) => counted)) };
}

function sum(credits: readonly number[]): number {
  return credits.reduce((total, one) => total + hundredths(one), 0) / 100;
}

const byId = (a: Entry, b: Entry): number => (a.id < b.id ? -1 : 1);
const byDate = (a: Entry, b: Entry): number => (a.date === b.date ? byId(a, b) : a.date < b.date ? -1 : 1);
