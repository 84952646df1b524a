import type { Bilingual } from '#contracts';
import { addDays, addMonths } from '#time';
import type { Evidence } from './evidence.js';
import type { Gate, GateKind, GateMark, PeriodUnit } from './gate.js';
import { lastSupportedStep, type Step } from './rule-set.js';

/** A date; provisional when it rests on a working-day calendar of a year that is not known yet. */
export interface Moment {
  date: string;
  provisional: boolean;
}

/** The date `n` working days after a date. */
export type WorkingDays = (date: string, n: number) => Promise<Moment>;

/** `open`: cannot be told before the step is recorded with its evidence. */
export type VerdictValue = 'pass' | 'warn' | 'block' | 'open';

/** What a gate says, with the rule's wording. */
export interface Verdict extends Bilingual {
  key: string;
  kind: GateKind;
  verdict: VerdictValue;
  mark: GateMark;
  article: string | null;
  /** The earliest or latest date it comes to, where it has one. */
  date: string | null;
  provisional: boolean;
}

/** A step that was recorded and not reversed. */
export interface Done {
  step: number;
  takenOn: string;
  by: string;
  /** As judged when it was recorded. */
  verdicts: Verdict[];
}

/** What the rules need to know about an admission; `done` in the order of recording. */
export interface Facts {
  /** As stated by the applicant. */
  birthDate: string;
  done: readonly Done[];
}

/** What a step is recorded with. */
export interface Taken {
  on: string;
  evidence: Evidence;
  /** People of the evidence who are full members that day. */
  fullMembers: ReadonlySet<string>;
  /** The branch belongs to a unit of the applicant's. */
  ownOrganization: boolean;
}

export type StepStatus = 'done' | 'open' | 'waiting' | 'not_yet_supported';

export interface StepState {
  step: Step;
  status: StepStatus;
  done: Done | undefined;
  /** First day the rules allow it. */
  earliestOn: string | null;
  /** Last day the rules allow it; for reviews that of the next one. */
  latestOn: string | null;
  /** `latestOn`, when the deadline already runs and the step is still to be done. */
  dueOn: string | null;
  provisional: boolean;
  /** A date rests on a step that is not done yet. */
  projected: boolean;
  gates: Verdict[];
}

const EARLIEST: readonly GateKind[] = ['min_age', 'not_before'];
const LATEST: readonly GateKind[] = ['within', 'periodic_review'];

/** `date` moved by a calendar period: months and years clamp at the end of a shorter month. */
export async function addPeriod(
  date: string,
  value: number,
  unit: PeriodUnit,
  workingDays: WorkingDays,
): Promise<Moment> {
  if (unit === 'working_days') return workingDays(date, value);
  if (unit === 'days') return { date: addDays(date, value), provisional: false };
  return { date: addMonths(date, unit === 'years' ? value * 12 : value), provisional: false };
}

/**
 * The day by which the next review is due: one in every period since `start`, counted from `start` so that month ends
 * do not drift. A review settles the earliest period that has begun and has none; a second one in the same period
 * settles nothing more.
 */
export async function nextReviewDue(
  start: string,
  reviews: readonly string[],
  period: { value: number; unit: PeriodUnit },
  workingDays: WorkingDays,
): Promise<Moment> {
  let settled = 0;
  for (const review of [...reviews].sort()) {
    const begins = await addPeriod(start, period.value * settled, period.unit, workingDays);
    if (review > begins.date) settled += 1;
  }
  return addPeriod(start, period.value * (settled + 1), period.unit, workingDays);
}

/** The highest step that is done; 0 = none. */
export function lastDone(done: readonly Done[]): number {
  return Math.max(0, ...done.map((record) => record.step));
}

/** May the step be recorded now? The next one may, and a repeatable one until a step after it closes it. */
export function isRecordable(steps: readonly Step[], done: readonly Done[], number: number): boolean {
  const last = lastDone(done);
  if (number > lastSupportedStep(steps)) return false;
  return number === last + 1 || (number <= last && steps.slice(number - 1, last).every((step) => step.repeatable));
}

/** Where an admission stands on a day and what may come next: every step with its dates and gates. */
export async function timelineOf(
  steps: readonly Step[],
  facts: Facts,
  asOf: string,
  workingDays: WorkingDays,
): Promise<StepState[]> {
  // Dates that later steps count from: those recorded, else the earliest still possible.
  const base = new Map<number, { date: string; projected: boolean }>([[0, { date: '', projected: false }]]);
  const states: StepState[] = [];
  for (const step of steps) {
    const records = facts.done.filter((record) => record.step === step.number);
    const done = records.at(-1);
    let earliest = base.get(step.number - 1) ?? { date: '', projected: false };
    let latest: { date: string; projected: boolean } | undefined;
    const gates: Verdict[] = [];
    for (const gate of step.gates) {
      const from = gate.after === undefined ? earliest : (base.get(gate.after) ?? earliest);
      const moment = await momentOf(gate, facts.birthDate, from.date, records, workingDays);
      gates.push(verdictOn(gate, moment, asOf));
      if (!moment || gate.mark === 'unconfirmed') continue;
      const reached = { date: moment.date, projected: gate.kind !== 'min_age' && from.projected };
      if (EARLIEST.includes(gate.kind) && reached.date > earliest.date) earliest = reached;
      if (LATEST.includes(gate.kind) && (!latest || reached.date < latest.date)) latest = reached;
    }
    const status = statusOf(step, steps, facts.done);
    const runs = latest !== undefined && !latest.projected && (status === 'open' || status === 'waiting');
    const shown = status === 'done' && done ? done.verdicts : gates;
    states.push({
      step,
      status,
      done,
      earliestOn: earliest.date || null,
      latestOn: latest?.date ?? null,
      dueOn: runs ? (latest?.date ?? null) : null,
      provisional: shown.some((verdict) => verdict.provisional),
      projected: !done && (earliest.projected || (latest?.projected ?? false)),
      gates: shown,
    });
    const soonest = earliest.date > asOf ? earliest.date : asOf;
    base.set(step.number, done ? { date: done.takenOn, projected: false } : { date: soonest, projected: true });
  }
  return states;
}

/** The nearest deadline of what is still to be done. */
export function nextDeadline(states: readonly StepState[]): { step: number; dueOn: string } | undefined {
  const due = states.flatMap(({ step, dueOn }) => (dueOn === null ? [] : [{ step: step.number, dueOn }]));
  return due.sort((a, b) => (a.dueOn < b.dueOn ? -1 : 1))[0];
}

/** What a step meets when it is recorded. */
export async function judge(step: Step, facts: Facts, taken: Taken, workingDays: WorkingDays): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const gate of step.gates) {
    const from = facts.done.filter((record) => record.step === gate.after).at(-1)?.takenOn ?? taken.on;
    const earlier = facts.done.filter((record) => record.step === step.number);
    const moment = await momentOf(gate, facts.birthDate, from, earlier, workingDays);
    const met = isMet(gate, taken);
    const dated = verdictOn(gate, moment, taken.on);
    verdicts.push(met === undefined ? dated : { ...dated, verdict: met ? 'pass' : gate.severity });
  }
  return verdicts;
}

/** Whether the evidence meets a gate; undefined for a gate that asks for none. */
function isMet(gate: Gate, { evidence, fullMembers, ownOrganization }: Taken): boolean | undefined {
  switch (gate.kind) {
    case 'document':
    case 'collective_decision':
    case 'filing':
      return evidence.documents.some((document) => document.kind === gate.of);
    case 'choice': {
      const chosen = evidence.choices.find((choice) => choice.name === gate.of)?.value;
      return chosen !== undefined && (gate.options ?? []).includes(chosen);
    }
    case 'count_range': {
      const people = evidence.people.filter((person) => person.role === gate.of).map((person) => person.personId);
      const ids = [...new Set(people)];
      const members = gate.membership === undefined || ids.every((id) => fullMembers.has(id));
      return members && ids.length >= (gate.min ?? 0) && ids.length <= (gate.max ?? Infinity);
    }
    case 'own_organization':
      return ownOrganization;
    default:
      return undefined;
  }
}

/** The date a gate comes to, counting from `from`. */
async function momentOf(
  gate: Gate,
  birthDate: string,
  from: string,
  records: readonly Done[],
  workingDays: WorkingDays,
): Promise<Moment | undefined> {
  const { kind, value = 0, unit = 'days' } = gate;
  switch (kind) {
    case 'min_age':
      return addPeriod(birthDate, value, unit, workingDays);
    case 'not_before':
    case 'within':
    case 'public_notice':
      return addPeriod(from, value, unit, workingDays);
    case 'periodic_review':
      return nextReviewDue(
        from,
        records.map((record) => record.takenOn),
        { value, unit },
        workingDays,
      );
    default:
      return undefined;
  }
}

function verdictOn(gate: Gate, moment: Moment | undefined, on: string): Verdict {
  const { key, kind, mark, article, zh, en, severity } = gate;
  const { date = null, provisional = false } = moment ?? {};
  let verdict: VerdictValue = 'open';
  if (date !== null && EARLIEST.includes(kind)) verdict = on >= date ? 'pass' : severity;
  if (date !== null && LATEST.includes(kind)) verdict = on <= date ? 'pass' : severity;
  return { key, kind, verdict, mark, article, zh, en, date, provisional };
}

/** Reviews stay open until the next step closes them. */
function statusOf(step: Step, steps: readonly Step[], done: readonly Done[]): StepStatus {
  if (step.number > lastSupportedStep(steps)) return 'not_yet_supported';
  const recordable = isRecordable(steps, done, step.number);
  const recorded = done.some((record) => record.step === step.number);
  if (recorded) return recordable && step.gates.some((gate) => gate.kind === 'periodic_review') ? 'open' : 'done';
  return recordable ? 'open' : 'waiting';
}
