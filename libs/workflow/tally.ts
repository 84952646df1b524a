import type { StepDefinition } from './definition.js';
import { isApproved, isRejected, type Seat } from './instance.js';

/** What the seats of a step have decided by now. */
export function outcomeOf(
  { mode, needed = 1 }: StepDefinition,
  seats: readonly Seat[],
): 'open' | 'passed' | 'rejected' {
  const weightOf = (which: readonly Seat[]): number =>
    which.reduce((sum, seat) => sum + (mode === 'weighted' ? seat.weight : 1), 0);
  const approved = seats.filter(isApproved);
  const rejected = seats.filter(isRejected);
  switch (mode) {
    case 'serial':
    case 'countersign':
      if (rejected.length > 0) return 'rejected';
      return approved.length === seats.length ? 'passed' : 'open';
    case 'any':
      if (approved.length > 0) return 'passed';
      return rejected.length > 0 ? 'rejected' : 'open';
    case 'k-of-n':
    case 'weighted':
      if (weightOf(approved) >= needed) return 'passed';
      return weightOf(seats) - weightOf(rejected) < needed ? 'rejected' : 'open';
  }
}
