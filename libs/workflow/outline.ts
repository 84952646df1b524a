import { awaited } from './available-actions.js';
import { type DeadlineLevel, levelsOf, type StepDefinition, stepOf, stepsFor } from './definition.js';
import type { Decision, Signer, Visit } from './instance.js';
import { outcomeOf } from './tally.js';
import type { Case } from './stored-cases.js';

/** A step of a case as it is shown: passed, under way, or still to come. */
export interface OutlinedStep {
  step: StepDefinition;
  signers: Signer[];
  /** null: not decided yet. */
  decision: Decision | null;
  /** Whose signature decided it. */
  decisive: Signer | undefined;
  /** By when it is, or was, to be decided: its first level. */
  dueAt: string | null;
  overdue: boolean;
}

/** What to tell others of a deadline that has passed: the case before, and after what was done then. */
export function overdueStep(before: Case, after: Case) {
  const { step, dueAt, level } = before.instance.visit as Visit;
  const { then } = levelsOf(stepOf(before.definition, step))[level] as DeadlineLevel;
  const told = then === 'supervise' ? after.instance.visit?.upTheLine?.people : undefined;
  return {
    ...{ caseId: before.id, definition: before.definition.key, subjectId: before.subjectId, step },
    ...{ dueAt: dueAt as string, level: level + 1, then, waitsFor: awaited(after.instance), supervisors: told ?? [] },
  };
}

/** All steps that a case goes through, in order. */
export function outlineOf({ definition, instance }: Case): OutlinedStep[] {
  const { status, visit, passed, facts } = instance;
  return stepsFor(definition, facts).map((step) => {
    const one = visit?.step === step.key ? visit : passed.find(({ step: key }) => key === step.key);
    const signers = one?.seats.flatMap((seat) => seat.signers) ?? [];
    const last = signers
      .filter(({ decision }) => decision !== null)
      .sort((a, b) => (String(a.at) < String(b.at) ? 1 : -1))[0];
    const decided = one && last && (last.decision === 'returned' || outcomeOf(step, one.seats) !== 'open');
    return {
      ...{ step, signers, decision: decided ? last.decision : null, decisive: decided ? last : undefined },
      dueAt: one === visit ? (visit?.overdueSince ?? visit?.dueAt ?? null) : null,
      overdue: one === visit && status === 'running' && visit?.overdueSince != null,
    };
  });
}
