import type { AppointmentKind, Bilingual, UnitKind } from '#contracts';

/** How the seats of a step make its decision. */
export const MODES = {
  serial: { zh: '依次审批', en: 'one after the other' },
  countersign: { zh: '会签（全部同意）', en: 'all of them' },
  any: { zh: '或签（一人决定）', en: 'whoever decides first' },
  'k-of-n': { zh: '达到人数即通过', en: 'so many of them' },
  weighted: { zh: '达到权重即通过', en: 'so much weight of them' },
} as const satisfies Record<string, Bilingual>;
export type Mode = keyof typeof MODES;

/** Who signs: holders of a post over the subject, a named person, whom the initiator chose, or the system itself. */
export interface SignerRule {
  by: 'post' | 'person' | 'chosen' | 'system';
  /** With `post`. */
  post?: AppointmentKind;
  /** With `post`: kind of the unit the post must be over; any when left out. */
  unitKind?: UnitKind;
  /** With `person`. */
  personId?: string;
  /** Everybody found gets a seat of their own; otherwise they share one, and any of them signs it. */
  each?: boolean;
  /** With mode `weighted`: what a seat counts; 1 when left out. */
  weight?: number;
}

/** A fact of the case that must hold for a step to be asked for; see `Facts`. */
export interface Condition {
  fact: string;
  atLeast?: number;
  atMost?: number;
  oneOf?: string[];
}

export type DeadlineAction = 'remind' | 'escalate' | 'approve';

/** By when a step is to be decided, counted from its beginning, and what happens then. One of the two lengths is given. */
export interface Deadline {
  hours?: number;
  /** To the end of the n-th working day after the beginning. */
  workingDays?: number;
  then: DeadlineAction;
  /** With `escalate`: who may decide as well from then on. */
  to?: SignerRule;
  /** With `approve`: the rule of the school that says silence is consent. Without one nothing is ever approved by itself. */
  source?: string;
}

export const RESUMES = {
  on: { zh: '从该环节起依次重新办理', en: 'go on from there' },
  back: { zh: '办理后直接回到退回人', en: 'come back to who returned it' },
} as const satisfies Record<string, Bilingual>;
export type Resume = keyof typeof RESUMES;

export interface StepDefinition {
  key: string;
  name: Bilingual;
  /** All must hold; none: the step is always asked for. */
  when: Condition[];
  signers: SignerRule[];
  mode: Mode;
  /** With `k-of-n`: seats that must agree; with `weighted`: the weight. */
  needed?: number;
  /** Takes over where the step has nobody. */
  standIn: SignerRule | null;
  deadline: Deadline | null;
  /** Where it may return the case to, and what may come after; empty: it cannot. */
  returnTo: ('initiator' | 'earlier')[];
  afterReturn: Resume[];
}

/** The approval flow of a kind of case, as data. Published versions never change. */
export interface Definition {
  /** `<service>.<what>`. */
  key: string;
  name: Bilingual;
  /** In the order they are asked for. */
  steps: StepDefinition[];
  /** Takes over where a step has nobody, and its own stand-in is nobody either. */
  standIn: SignerRule | null;
  /** What the initiator may be asked to correct; a return may name fewer. */
  mayChange: string[];
  /** The initiator may urge once in so many hours. */
  urgeEveryHours: number;
}

/** What the conditions look at, frozen when the case is submitted. */
export type Facts = Record<string, string | number>;

export function holds({ fact, atLeast, atMost, oneOf }: Condition, facts: Facts): boolean {
  const value = facts[fact];
  if (value === undefined) return false;
  if (atLeast !== undefined && !(typeof value === 'number' && value >= atLeast)) return false;
  if (atMost !== undefined && !(typeof value === 'number' && value <= atMost)) return false;
  return oneOf === undefined || oneOf.includes(String(value));
}

/** The steps that a case with these facts goes through, in order. */
export function stepsFor(definition: Definition, facts: Facts): StepDefinition[] {
  return definition.steps.filter(({ when }) => when.every((condition) => holds(condition, facts)));
}

export function stepOf(definition: Definition, key: string): StepDefinition {
  const step = definition.steps.find((one) => one.key === key);
  if (!step) throw new Error(`Definition ${definition.key} has no step ${key}`);
  return step;
}
