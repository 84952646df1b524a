import type { StepDefinition } from './definition.js';
import type { Inputs, Instance } from './instance.js';

type Left = NonNullable<NonNullable<Instance['suspended']>['left']>;

const HOUR = 3_600_000;

/** When the deadline of a step that begins at `at` passes. */
export function dueAt({ deadline }: StepDefinition, inputs: Inputs, at: string): string | null {
  if (deadline?.hours !== undefined) return new Date(Date.parse(at) + deadline.hours * HOUR).toISOString();
  return deadline?.workingDays === undefined ? null : endOf(deadline.workingDays, inputs, at);
}

/** What is left at `at` of a deadline: the working days after that day, or the time. */
export function leftOf({ deadline }: StepDefinition, due: string, { workdayEnds }: Inputs, at: string): Left {
  if (deadline?.workingDays !== undefined) return { workingDays: workdayEnds.filter((end) => end <= due).length };
  return { ms: Math.max(0, Date.parse(due) - Date.parse(at)) };
}

/** When a deadline of which so much is left passes, if it goes on at `at`. What was due that very day is due the next working day. */
export function dueAgain(left: Left, inputs: Inputs, at: string): string {
  if ('ms' in left) return new Date(Date.parse(at) + left.ms).toISOString();
  return endOf(Math.max(1, left.workingDays), inputs, at);
}

function endOf(workingDays: number, { workdayEnds }: Inputs, at: string): string {
  const end = workdayEnds[workingDays - 1];
  if (end === undefined) throw new Error(`The inputs lack working day ${workingDays} after ${at}`);
  return end;
}
