import type { Problem } from '#problems';
import { type Available, type Choices, OPERATIONS, type Operation, problemOf, type Role } from '#workflow';
import { type Application, APPLICATION_OPERATIONS, type ApplicationOperation } from './application.entity.js';

/** What the system does by itself is not offered to anybody. */
const BY_ITSELF: Operation[] = ['refresh', 'expire'];
const DECISIONS: Operation[] = ['approve', 'reject', 'return'];

/** Who asks what may be done with an application. */
export interface Asker {
  roles: Role[];
  /** May submit it: the student, or who filled it in for them. */
  owns: boolean;
  /** Has the permission to decide on applications at all. */
  decides: boolean;
}

/** Something that may be done with an application, or the problem that its endpoint answers with. */
export type Offer = { action: Operation | ApplicationOperation } & (
  { choices: Choices; refusal: undefined } | { choices: undefined; refusal: Problem }
);

/**
 * Everything that can be done with an application. `available`: what can be done with its case, from `availableActions`; undefined: it has
 * none. `actions` of the answers and the guards of the endpoints come from it. Pure.
 */
export function offersOf(application: Application, available: readonly Available[] | undefined, asker: Asker): Offer[] {
  const ofCase = (Object.keys(OPERATIONS) as Operation[]).filter((op) => !BY_ITSELF.includes(op));
  return [
    ...(Object.keys(APPLICATION_OPERATIONS) as ApplicationOperation[]).map((action): Offer => {
      const refusal = refusalOfOwn(application, action, asker);
      return refusal ? { action, choices: undefined, refusal } : { action, choices: {}, refusal };
    }),
    ...ofCase.map((action): Offer => {
      const one = available?.find(({ op }) => op === action);
      if (!one) return { action, choices: undefined, refusal: withoutCase(application) };
      const refusal = one.allowed ? refusalOnTop(action, asker) : problemOf(one.reason);
      return refusal || !one.allowed
        ? { action, choices: undefined, refusal: refusal as Problem }
        : { action, choices: one.choices, refusal };
    }),
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
