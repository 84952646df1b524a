import type { Problem } from '#problems';
import { type Available, type Choices, OPERATIONS, type Operation, problemOf, type Role } from '#workflow';
import { type Leave, LEAVE_OPERATIONS, type LeaveOperation } from './leave.entity.js';

/** What the system does by itself is not offered to anybody. */
const BY_ITSELF: Operation[] = ['refresh', 'expire'];
const DECISIONS: Operation[] = ['approve', 'reject', 'return'];

/** Who asks what may be done with a leave. */
export interface Asker {
  roles: Role[];
  /** Is it the student? */
  self: boolean;
  /** Has the permission to decide on leaves at all. */
  decides: boolean;
  now: Date;
}

/** Something that may be done with a leave, or the problem that its endpoint answers with. */
export type Offer = { action: Operation | LeaveOperation } & (
  { choices: Choices; refusal: undefined } | { choices: undefined; refusal: Problem }
);

/**
 * Everything that can be done with a leave. `available`: what can be done with its case, from `availableActions`; undefined: it has none.
 * `actions` of the answers and the guards of the endpoints come from it. Pure.
 */
export function offersOf(leave: Leave, available: readonly Available[] | undefined, asker: Asker): Offer[] {
  const ofCase = (Object.keys(OPERATIONS) as Operation[]).filter((op) => !BY_ITSELF.includes(op));
  return [
    ...ofCase.map((action): Offer => {
      const one = available?.find(({ op }) => op === action);
      if (!one) return { action, choices: undefined, refusal: problemOf('ended') };
      const refusal = one.allowed ? refusalOnTop(leave, action, asker) : problemOf(one.reason);
      return refusal || !one.allowed
        ? { action, choices: undefined, refusal: refusal as Problem }
        : { action, choices: one.choices, refusal };
    }),
    ...(Object.keys(LEAVE_OPERATIONS) as LeaveOperation[]).map((action): Offer => {
      const refusal = refusalOfOwn(leave, action, asker);
      return refusal ? { action, choices: undefined, refusal } : { action, choices: {}, refusal };
    }),
  ];
}

/** What the leave has against an operation that its case offers. */
export function refusalOnTop(leave: Leave, op: Operation, { decides }: Asker): Problem | undefined {
  if (DECISIONS.includes(op) && !decides) return problemOf('not-yours');
  // The extension of a closed leave rests until it is known that the student is not back.
  return op === 'resume' && leave.status === 'closed' ? leave.notInState() : undefined;
}

/** Why somebody cannot do what is not about the approval: the student does it, or staff who answer for them. */
export function refusalOfOwn(leave: Leave, what: LeaveOperation, { roles, self, now }: Asker): Problem | undefined {
  if (!roles.includes('initiator')) return problemOf('not-initiator');
  return leave.refusal(what, self ? 'self' : 'staff', now);
}
