import { type StepDefinition, stepsFor } from './definition.js';
import type { Decision, Signer } from './instance.js';
import { outcomeOf } from './tally.js';
import type { Case } from './workflows.js';

/** A step of a case as it is shown: passed, under way, or still to come. */
export interface OutlinedStep {
  step: StepDefinition;
  signers: Signer[];
  /** null: not decided yet. */
  decision: Decision | null;
  /** Whose signature decided it. */
  decisive: Signer | undefined;
  dueAt: string | null;
}

/** All steps that a case goes through, in order. */
export function outlineOf({ definition, instance }: Case): OutlinedStep[] {
  const { visit, passed, facts } = instance;
  return stepsFor(definition, facts).map((step) => {
    const one = visit?.step === step.key ? visit : passed.find(({ step: key }) => key === step.key);
    const signers = one?.seats.flatMap((seat) => seat.signers) ?? [];
    const last = signers
      .filter(({ decision }) => decision !== null)
      .sort((a, b) => (String(a.at) < String(b.at) ? 1 : -1))[0];
    const decided = one && last && (last.decision === 'returned' || outcomeOf(step, one.seats) !== 'open');
    return {
      ...{ step, signers, decision: decided ? last.decision : null, decisive: decided ? last : undefined },
      dueAt: one === visit ? (visit?.dueAt ?? null) : null,
    };
  });
}
