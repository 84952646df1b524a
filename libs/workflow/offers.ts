import type { Problem } from '#problems';
import type { Available, Choices } from './available-actions.js';
import type { Operation } from './instance.js';
import { OPERATIONS } from './operations.js';
import { problemOfReason } from './workflow.problems.js';

/** What the system does by itself is not offered to anybody. */
const BY_ITSELF: readonly Operation[] = ['refresh', 'expire'];
/** Operations that decide a step. */
export const DECISIONS: readonly Operation[] = ['approve', 'reject', 'return'];

/** Something that may be done with what a case is about, or the problem that its endpoint answers with. */
export type Offer<A> = { action: A } & (
  { choices: Choices; refusal: undefined } | { choices: undefined; refusal: Problem }
);

/**
 * What of a case is offered to somebody. `available`: what `availableActions` says; undefined: there is no case, and `without` is why.
 * `onTop`: what speaks against an operation that the case itself allows. Pure.
 */
export function offersOfCase(
  available: readonly Available[] | undefined,
  without: Problem,
  onTop: (op: Operation) => Problem | undefined,
): Offer<Operation>[] {
  return (Object.keys(OPERATIONS) as Operation[])
    .filter((op) => !BY_ITSELF.includes(op))
    .map((action) => {
      const one = available?.find(({ op }) => op === action);
      if (!one) return offerOf(action, without);
      return one.allowed ? offerOf(action, onTop(action), one.choices) : offerOf(action, problemOfReason(one.reason));
    });
}

export function offerOf<A>(action: A, refusal: Problem | undefined, choices: Choices = {}): Offer<A> {
  return refusal ? { action, choices: undefined, refusal } : { action, choices, refusal };
}
