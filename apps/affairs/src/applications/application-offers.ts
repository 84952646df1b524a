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
import { type Application, APPLICATION_OPERATIONS, type ApplicationOperation } from './application.entity.js';

/** Who asks what may be done with an application. */
export interface Asker {
  roles: Role[];
  /** May submit it: the student, or who filled it in for them. */
  owns: boolean;
  /** Has the permission to decide on applications at all. */
  decides: boolean;
}

export type ApplicationOffer = Offer<Operation | ApplicationOperation>;

/**
 * Everything that can be done with an application. `available`: what can be done with its case, from `availableActions`; undefined: it has
 * none. `actions` of the answers and the guards of the endpoints come from it. Pure.
 */
export function offersOf(
  application: Application,
  available: readonly Available[] | undefined,
  asker: Asker,
): ApplicationOffer[] {
  return [
    ...(Object.keys(APPLICATION_OPERATIONS) as ApplicationOperation[]).map((what) =>
      offerOf(what, refusalOfOwn(application, what, asker)),
    ),
    ...offersOfCase(available, withoutCase(application), (op) => refusalOnTop(op, asker)),
  ];
}

/** Why nothing can be decided on an application that has no case: it is a draft, or was done at once. */
export function withoutCase(application: Application): Problem {
  return application.status === 'draft' ? application.notInState() : problemOf('ended');
}

/** What the application has against an operation that its case offers. */
export function refusalOnTop(op: Operation, { decides }: Asker): Problem | undefined {
  return DECISIONS.includes(op) && !decides ? problemOf('not-yours') : undefined;
}

/** Why somebody cannot do what is not about the decisions. */
export function refusalOfOwn(
  application: Application,
  what: ApplicationOperation,
  { owns }: Asker,
): Problem | undefined {
  return owns ? application.refusal(what) : problemOf('not-initiator');
}
