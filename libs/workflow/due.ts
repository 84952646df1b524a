import { type DeadlineLevel, levelsOf, type StepDefinition } from './definition.js';
import type { Inputs, Instance, Visit } from './instance.js';

type Left = NonNullable<NonNullable<Instance['suspended']>['left']>;
type Times = Pick<Visit, 'dueAt' | 'laterAt'>;

const HOUR = 3_600_000;

/** The deadline of a step that begins at `at`. */
export function deadlineFrom(
  step: StepDefinition,
  inputs: Inputs,
  at: string,
): Times & Pick<Visit, 'level' | 'overdueSince' | 'upTheLine'> {
  const times = timesOf(levelsOf(step).map((level) => passesAt(level, inputs, at)));
  return { ...times, level: 0, overdueSince: null, upTheLine: null };
}

/** The levels to come, by when they pass. */
export function timesOf([dueAt, ...laterAt]: readonly string[]): Times {
  return { dueAt: dueAt ?? null, laterAt };
}

/** What is left at `at` to each level to come: the working days after that day, or the time. */
export function leftOf(
  { deadline }: StepDefinition,
  { dueAt, laterAt }: Visit,
  { workdayEnds }: Inputs,
  at: string,
): Left | null {
  if (dueAt === null) return null;
  const times = [dueAt, ...laterAt];
  if (deadline?.workingDays !== undefined)
    return { workingDays: times.map((due) => workdayEnds.filter((end) => end <= due).length) };
  const late = Math.max(0, Date.parse(at) - Date.parse(dueAt));
  return { ms: times.map((due) => Date.parse(due) + late - Date.parse(at)) };
}

/**
 * When the levels to which so much is left pass, if it goes on at `at`. What was due that very day is due the next working day; the levels
 * stay apart, as each of them has its own time.
 */
export function dueAgain(left: Left, inputs: Inputs, at: string): Times {
  if ('ms' in left) return timesOf(left.ms.map((ms) => new Date(Date.parse(at) + ms).toISOString()));
  let day = 0;
  return timesOf(left.workingDays.map((days) => endOf((day = Math.max(day + 1, days)), inputs, at)));
}

function passesAt({ hours, workingDays }: DeadlineLevel, inputs: Inputs, at: string): string {
  if (hours !== undefined) return new Date(Date.parse(at) + hours * HOUR).toISOString();
  return endOf(workingDays as number, inputs, at);
}

function endOf(workingDays: number, { workdayEnds }: Inputs, at: string): string {
  const end = workdayEnds[workingDays - 1];
  if (end === undefined) throw new Error(`The inputs lack working day ${workingDays} after ${at}`);
  return end;
}
