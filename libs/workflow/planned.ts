import { type Definition, type Facts, type StepDefinition, stepsFor } from './definition.js';
import { begin } from './fold.js';
import type { Inputs, Signer } from './instance.js';

const SOMEBODY = '00000000-0000-7000-8000-000000000000';
const AT = '2000-01-01T00:00:00.000Z';
const WORKDAY_ENDS = Array.from({ length: 60 }, () => AT);

/** A step that a case would go through, and who would be asked to sign it; a signature that nobody can give has no candidates. */
export interface PlannedStep {
  step: StepDefinition;
  signers: Signer[];
}

/** The steps of a case with these facts, each as if it were asked for now. Whom the initiator is to choose is taken as chosen. */
export function plannedSteps(
  definition: Definition,
  { facts, inputs, ownMatterOf }: { facts: Facts; inputs: Inputs; ownMatterOf: string[] },
): PlannedStep[] {
  const by = { person: null, app: 'check', roles: [], insteadOf: [] };
  return stepsFor(definition, facts).map((step) => {
    const alone = { ...definition, steps: [{ ...step, when: [] }] };
    const chosen = { [step.key]: [SOMEBODY] };
    const command = { op: 'submit' as const, definitionVersion: 1, facts, chosen, initiators: [], ownMatterOf };
    const action = { command, by, at: AT, inputs: { ...inputs, workdayEnds: WORKDAY_ENDS } };
    const { visit } = begin(new Map([[1, alone]]), action);
    return { step, signers: visit?.seats.flatMap((seat) => seat.signers) ?? [] };
  });
}
