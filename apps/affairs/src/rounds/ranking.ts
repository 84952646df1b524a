import { createHash } from 'node:crypto';
import type { Exact } from './exact.js';

/** How those who are equal by all else are told apart: both are in, or the lot decides. */
export type Tie = 'share' | 'lot';

/** Somebody who is ranked: nothing speaks against them. */
export interface Candidate {
  id: string;
  total: Exact;
  /** Scores that decide between equal totals, the first first. */
  ties: readonly Exact[];
}

export interface Ranked extends Candidate {
  /** From 1; whoever shares it has the same, and the next one's counts them all. */
  place: number;
}

/** A level of a round in one unit: so many places (null: without limit), for totals of at least so much. */
export interface LevelPlaces {
  code: string;
  places: number | null;
  atLeast: Exact | null;
}

export interface Awarded {
  level: string;
  /** In because it shares the last place: there are more than the quota says. */
  overQuota: boolean;
}

/** The candidates of one unit in order: a total one, whatever order they are given in. `seed` decides lots, the same way each time. */
export function rank(candidates: readonly Candidate[], tie: Tie, seed: string): Ranked[] {
  const lots = new Map(candidates.map(({ id }) => [id, lotOf(seed, id)]));
  const ordered = [...candidates].sort((a, b) => byScores(a, b) || byText(lots.get(a.id)!, lots.get(b.id)!));
  const ranked: Ranked[] = [];
  for (const [i, one] of ordered.entries()) {
    const before = ranked.at(-1);
    const shares = tie === 'share' && before !== undefined && byScores(before, one) === 0;
    ranked.push({ ...one, place: shares ? before.place : i + 1 });
  }
  return ranked;
}

/** Gives the levels out in their order, down the ranking; whoever shares the last place of a level has it too. */
export function award(ranked: readonly Ranked[], levels: readonly LevelPlaces[]): Map<string, Awarded> {
  const awarded = new Map<string, Awarded>();
  let next = 0;
  for (const { code, places, atLeast } of levels) {
    for (let taken = 0; next < ranked.length && (places === null || taken < places);) {
      const first = ranked[next]!;
      if (atLeast && first.total.compare(atLeast) < 0) break;
      const sharing = ranked.slice(next).filter(({ place }) => place === first.place);
      const overQuota = places !== null && taken + sharing.length > places;
      for (const { id } of sharing) awarded.set(id, { level: code, overQuota });
      taken += sharing.length;
      next += sharing.length;
    }
  }
  return awarded;
}

/**
 * Shares out so many per mille of some counts in whole numbers by the largest remainder: their sum is that of the exact shares, rounded
 * down. Between equal remainders the earlier one comes first.
 */
export function largestRemainder(counts: readonly number[], perMille: number): number[] {
  const exact = counts.map((count) => count * perMille);
  const shares = exact.map((one) => Math.floor(one / 1000));
  const total = Math.floor(exact.reduce((sum, one) => sum + one, 0) / 1000);
  const left = total - shares.reduce((sum, one) => sum + one, 0);
  const byRemainder = [...exact.keys()].sort((a, b) => (exact[b]! % 1000) - (exact[a]! % 1000) || a - b);
  for (const i of byRemainder.slice(0, left)) shares[i]!++;
  return shares;
}

/** By total, then by the deciding scores; the better first, 0: equal in all of them. */
function byScores(a: Candidate, b: Candidate): number {
  const totals = b.total.compare(a.total);
  if (totals !== 0) return totals;
  for (const [i, score] of a.ties.entries()) {
    const order = b.ties[i]!.compare(score);
    if (order !== 0) return order;
  }
  return 0;
}

function lotOf(seed: string, id: string): string {
  return createHash('sha256').update(`${seed} ${id}`).digest('hex') + id;
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
