import { addDays } from '#time';
import type { CareCase } from './care-case.entity.js';
import type { CareSupervision, CaseCause } from './care-rows.entity.js';

/** The last day of each thing that is due of a case. */
export type Due = Record<CaseCause, string | null>;

type Dates = Pick<CareCase, 'closedAt' | 'levelDueOn' | 'reviewOn' | 'quietOn' | 'quietToldOn'>;

/** `nextMeasure`: the earliest day of the measures that are to be done. */
export function dueAt(of: Dates, nextMeasure: string | null): Due {
  if (of.closedAt) return { level: null, review: null, measure: null };
  return { level: of.levelDueOn, review: of.reviewOn, measure: nextMeasure };
}

/** What is overdue on a day: its last day is over. */
export function causesOf(due: Due, today: string): CaseCause[] {
  return (Object.keys(due) as CaseCause[]).filter((cause) => due[cause] !== null && due[cause] < today);
}

/**
 * The next day on which a case is to be looked at: it gets quiet, something gets overdue, or supervision goes up a step. Today: at once.
 * Undefined: nothing is due.
 */
export function nextLook(
  due: Due,
  { closedAt, quietOn, quietToldOn }: Dates,
  running: Pick<CareSupervision, 'risesOn'> | undefined,
  today: string,
): string | undefined {
  if (closedAt) return undefined;
  const untold = quietOn !== null && quietOn !== quietToldOn ? [quietOn] : [];
  const overdue = causesOf(due, today).length > 0;
  const ends = Object.values(due)
    .filter((day) => day !== null)
    .map((day) => addDays(day, 1));
  // What is overdue was told of; it is the next step that counts, and what gets overdue later changes nothing about that.
  const days = running ? [running.risesOn ?? []].flat() : overdue ? [today] : ends;
  return [...untold, ...days].sort()[0];
}
