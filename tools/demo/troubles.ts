import { BIG_COLLEGE, type DemoCampus } from './campus.js';
import { Random } from './random.js';

/** What is planted, and in how many students. */
const PLANTED = {
  /** Late on three to five of the last seven evenings. */
  late: 8,
  /** Just as late, with leave each time. */
  lateExcused: 6,
  /** Out for the whole of the last night. */
  notReturned: 1,
  /** The same, on leave. */
  notReturnedExcused: 1,
  /** Left three evenings ago; no gate has seen them since. */
  absent: 1,
  /** Online past midnight for the last nine nights. */
  nightOwl: 8,
  /** Ate for little and now eats for far less, three meals a day. */
  hardship: 8,
  /** Goes in and out, and has not been in a canteen for six days. */
  notEating: 3,
  /** Misses classes on every class day of the last two weeks. */
  truant: 8,
  failedYellow: 8,
  failedOrange: 4,
  failedRed: 2,
} as const;

export type Trouble = keyof typeof PLANTED;

export interface Troubles {
  /** Indexes of the students; the first of each kind is in the big college. */
  of: Record<Trouble, number[]>;
  /** Trouble of a student; nobody has two. */
  byStudent: Map<number, Trouble>;
  /** The gate that recorded nothing one evening and night. */
  outage: { building: string; daysBack: number };
}

/** Chooses who has which trouble. */
export function plantTroubles(campus: DemoCampus): Troubles {
  const random = Random.of(campus.plan.seed, 'troubles');
  // Nobody whose trouble would hide behind the broken gate.
  const outage = { building: 'D7', daysBack: 9 };
  const candidates = random.shuffle(
    campus.students.filter(({ class: { academy } }) => academy.building !== outage.building),
  );
  const big = candidates.filter((student) => student.class.college.code === BIG_COLLEGE);
  const rest = candidates.filter((student) => student.class.college.code !== BIG_COLLEGE);
  const byStudent = new Map<number, Trouble>();
  const of = {} as Record<Trouble, number[]>;
  for (const [trouble, count] of Object.entries(PLANTED) as [Trouble, number][]) {
    of[trouble] = [...big.splice(0, 1), ...rest.splice(0, count - 1)].map(({ index }) => index);
    for (const index of of[trouble]) byStudent.set(index, trouble);
  }
  return { of, byStudent, outage };
}
