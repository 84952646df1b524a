import { Exact } from './exact.js';
import { award, rank } from './ranking.js';
import type { QuotaRowDto, RoundContent } from './round-content.js';
import type { EntryOutcome } from './round-entry.entity.js';
import type { Scored } from './scoring.js';

/** An entry with its scores, and the unit in which it is ranked. */
export interface ScoredEntry extends Scored {
  id: string;
  unitId: string;
  /** By a list of groups that are in without applying. */
  automatic: boolean;
}

/** What comes of an entry. */
export interface Standing {
  /** Within its unit; null: not ranked. */
  place: number | null;
  outcome: EntryOutcome;
  level: string | null;
  overQuota: boolean;
}

/**
 * Unit by unit: ranks whoever nothing speaks against, and gives the places out. `places`: of a level and unit without a row there are none
 * where the level has so many per mille of the unit's students, else there is no limit.
 */
export function standingsOf(
  { levels, ties, components, automaticLevel }: Pick<RoundContent, 'levels' | 'ties' | 'components' | 'automaticLevel'>,
  seed: string,
  entries: readonly ScoredEntry[],
  places: readonly QuotaRowDto[],
): Map<string, Standing> {
  const standings = new Map<string, Standing>();
  const beside = (automatic: boolean): boolean => automatic && automaticLevel !== null;
  for (const { id, automatic } of entries) {
    const got: Standing = beside(automatic)
      ? { place: null, outcome: 'awarded', level: automaticLevel, overQuota: false }
      : { place: null, outcome: 'excluded', level: null, overQuota: false };
    standings.set(id, got);
  }
  const deciding = ties.by.filter((code) => components.some((one) => one.code === code));
  const running = entries.filter(({ exclusions, automatic }) => exclusions.length === 0 && !beside(automatic));
  for (const unitId of new Set(running.map((entry) => entry.unitId))) {
    const there = running.filter((entry) => entry.unitId === unitId);
    const candidates = there.map(({ id, total, scores }) => ({
      ...{ id, total: Exact.of(total) },
      ties: deciding.map((code) => Exact.of(scores[code]!)),
    }));
    const ranked = rank(candidates, ties.then, seed);
    const awarded = award(
      ranked,
      levels.map(({ code, atLeast, perMille }) => ({
        ...{ code, atLeast: atLeast === null ? null : Exact.of(atLeast) },
        places:
          places.find((row) => row.level === code && row.unitId === unitId)?.places ?? (perMille === null ? null : 0),
      })),
    );
    for (const { id, place } of ranked) {
      const got = awarded.get(id);
      const outcome = got ? 'awarded' : 'not_awarded';
      standings.set(id, { place, outcome, level: got?.level ?? null, overQuota: got?.overQuota ?? false });
    }
  }
  return standings;
}
