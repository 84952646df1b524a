import { Exact } from './exact.js';
import type { QuotaRowDto, RoundContent } from './round-content.js';
import type { EvaluatedEntry, UnitCount } from './round-evaluation.js';
import { SimulatedLevelDto, SimulationDto } from './simulation.dto.js';

/** What can be told of a list without a name: who would be in by level and unit, and how close the cut is. */
export function simulationOf(
  { levels }: RoundContent,
  units: readonly UnitCount[],
  evaluated: readonly EvaluatedEntry[],
  places: readonly QuotaRowDto[],
): SimulationDto {
  const excluded = new Map<string, number>();
  for (const { code } of evaluated.flatMap(({ exclusions }) => exclusions))
    excluded.set(code, (excluded.get(code) ?? 0) + 1);
  return Object.assign(new SimulationDto(), {
    entries: evaluated.length,
    levels: units.flatMap(({ id, name }) => {
      const there = evaluated.filter(({ unitId, place }) => unitId === id && place !== null);
      there.sort((a, b) => Exact.of(b.total).compare(Exact.of(a.total)));
      return levels.map(({ code }) => {
        const set = places.find(({ level, unitId }) => level === code && unitId === id);
        return levelOf(there, id, name, code, set?.places ?? null);
      });
    }),
    excluded: [...excluded].map(([code, count]) => ({ code, count })),
  });
}

function levelOf(
  ranked: readonly EvaluatedEntry[],
  unitId: string,
  unit: string,
  level: string,
  places: number | null,
): SimulatedLevelDto {
  const within = ranked.filter((entry) => entry.level === level);
  const last = ranked.findLastIndex((entry) => entry.level === level);
  const lowest = last < 0 ? null : ranked[last]!.total;
  const next = last < 0 ? null : (ranked[last + 1]?.total ?? null);
  const margin = lowest !== null && next !== null ? Exact.of(lowest).minus(Exact.of(next)).toString() : null;
  return Object.assign(new SimulatedLevelDto(), {
    ...{ unitId, unit, level, places, awarded: within.length, lowest, next, margin },
    overQuota: places === null ? 0 : Math.max(0, within.length - places),
  });
}
