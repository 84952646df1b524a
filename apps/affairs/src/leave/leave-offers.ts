import type { Problem } from '#problems';
import {
  type Available,
  DECISIONS,
  type Offer,
  offerOf,
  offersOfCase,
  type Operation,
  problemOf,
  type Role,
} from '#workflow';
import { type Leave, LEAVE_OPERATIONS, type LeaveOperation } from './leave.entity.js';

/** Who asks what may be done with a leave. */
export interface Asker {
  roles: Role[];
  /** Is it the student? */
  self: boolean;
  /** Has the permission to decide on leaves at all. */
  decides: boolean;
  now: Date;
}

export type LeaveOffer = Offer<Operation | LeaveOperation>;

/**
 * Everything that can be done with a leave. `available`: what can be done with its case, from `availableActions`; undefined: it has none.
 * `actions` of the answers and the guards of the endpoints come from it. Pure.
 */
export function offersOf(leave: Leave, available: readonly Available[] | undefined, asker: Asker): LeaveOffer[] {
  return [
    ...offersOfCase(available, problemOf('ended'), (op) => refusalOnTop(leave, op, asker)),
    ...(Object.keys(LEAVE_OPERATIONS) as LeaveOperation[]).map((what) =>
      offerOf(what, refusalOfOwn(leave, what, asker)),
    ),
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
