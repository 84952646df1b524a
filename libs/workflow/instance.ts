import type { AppointmentKind, Bilingual, UnitKind } from '#contracts';
import type { Facts, Resume } from './definition.js';

export const CASE_STATUSES = {
  running: { zh: '审批中', en: 'awaits decisions' },
  returned: { zh: '退回补正', en: 'returned for correction' },
  approved: { zh: '已批准', en: 'approved' },
  rejected: { zh: '未批准', en: 'rejected' },
  withdrawn: { zh: '已撤回', en: 'withdrawn' },
} as const satisfies Record<string, Bilingual>;
export type CaseStatus = keyof typeof CASE_STATUSES;

export type Decision = 'approved' | 'rejected' | 'returned';

/** One signature that is asked for. */
export interface Signer {
  /** Counts through the case, from 1. */
  no: number;
  /** Index of the rule it comes from; null for one that was added, or handed to a named person. */
  rule: number | null;
  /** Any of them signs. Sorted. Empty: nobody is there, which is listed. */
  candidates: string[];
  /** Candidates without those by escalation, who may be the same. */
  own: string[];
  /** Candidates by escalation; they stay when the others are found anew. */
  also: string[];
  /** The application itself signs. */
  system: boolean;
  /** Nobody was found: the stand-in signs. */
  standIn: boolean;
  /** Whom it was delegated to, and by whom it comes back. */
  delegated: { to: string; by: string } | null;
  addedBy: string | null;
  decision: Decision | null;
  /** Who decided; null for the system. */
  by: string | null;
  /** The absent person in whose place. */
  insteadOf: string | null;
  at: string | null;
}

/** A place in the decision of a step: its signers sign one after the other, and the seat agrees when all have. */
export interface Seat {
  weight: number;
  signers: Signer[];
}

/** A step that is, or was, under way. */
export interface Visit {
  step: string;
  /** Counts through the case, from 1. */
  no: number;
  enteredAt: string;
  /** When the next level of the deadline passes; null: there is none, or all have passed. */
  dueAt: string | null;
  /** When those after it pass, each later than the one before. */
  laterAt: string[];
  /** How many levels have passed; what they say was done then. */
  level: number;
  /** When the first of them passed. */
  overdueSince: string | null;
  /** Who was found by the last level that looked up the line; `above`: not by its own post, which nobody held. */
  upTheLine: { people: string[]; above: boolean } | null;
  seats: Seat[];
}

/** Where a case stands. A fold over its actions, so it is JSON alone. */
export interface Instance {
  status: CaseStatus;
  definitionVersion: number;
  facts: Facts;
  /** Persons whom the initiator chose, by step. */
  chosen: Record<string, string[]>;
  /** Who may correct, withdraw and urge. */
  initiators: string[];
  /** They decide nothing here: it is their own matter. */
  ownMatterOf: string[];
  /** The step under way; of an ended or returned case the last one. */
  visit: Visit | null;
  /** Steps passed since the last beginning, in order. */
  passed: Visit[];
  /** Steps to come back to, the nearest last. */
  behind: Visit[];
  /** What may be corrected while the case is returned. */
  correctable: string[];
  /** Since when it rests, and what is left to each level to come: working days where they are counted in these, milliseconds otherwise. */
  suspended: { at: string; left: { workingDays: number[] } | { ms: number[] } | null } | null;
  copies: string[];
  urgedAt: string | null;
  /** The last move, as long as whoever made it may take it back. */
  undo: { by: string; before: Instance } | null;
  lastVisit: number;
  lastSigner: number;
}

export type Role = 'initiator' | 'manager' | 'system';

/** Who acts. */
export interface Who {
  person: string | null;
  app: string;
  /** `initiator`: speaks for those who asked; `manager`: looks after cases that got stuck; `system`: the application itself. */
  roles: Role[];
  /** Absent persons for whom this one stands in now. */
  insteadOf: string[];
}

export interface PostHolder {
  personId: string;
  post: AppointmentKind;
  unitKind: UnitKind;
  /** Over the unit or place of the case, or over one that a rule names; left out: over the case's person. */
  over?: 'unit' | 'named';
  /** With `named`: its code. */
  unit?: string;
}

/** What an action looked up outside the case, kept with it: the same inputs give the same step, signers and due date again. */
export interface Inputs {
  /** Who holds a post over the person, the unit or the place of the case, or over a named unit, that day. */
  posts: PostHolder[];
  /** Of the persons the case names: those who have left. */
  gone: string[];
  /** Instants at which the next working days end, the first one after the action's day first. */
  workdayEnds: string[];
}

export const NO_INPUTS: Inputs = { posts: [], gone: [], workdayEnds: [] };

export interface Start {
  op: 'submit';
  definitionVersion: number;
  facts: Facts;
  chosen: Record<string, string[]>;
  initiators: string[];
  ownMatterOf: string[];
}

export type Command =
  | { op: 'approve' | 'reject' | 'answer'; signer?: number }
  | { op: 'return'; to: string; then: Resume; fields?: string[]; signer?: number }
  | {
      op: 'resubmit';
      definitionVersion: number;
      facts: Facts;
      chosen: Record<string, string[]>;
      changed: string[];
    }
  | { op: 'withdraw' | 'take-back' | 'urge' | 'suspend' | 'resume' | 'refresh' | 'expire' }
  | { op: 'delegate' | 'transfer'; to: string; signer?: number }
  | { op: 'add-signer'; to: string; where: 'before' | 'after' | 'parallel'; signer?: number }
  | { op: 'remove-signer'; signer: number }
  | { op: 'copy'; to: string[] };

export type Operation = Command['op'];

/** One entry of the history, enough to fold the case again. `at`: ISO 8601. */
export interface Action {
  command: Start | Command;
  by: Who;
  at: string;
  inputs: Inputs;
}

export function currentOf(seat: Seat): Signer | undefined {
  return seat.signers.find(({ decision }) => decision === null);
}

export function isRejected({ signers }: Seat): boolean {
  return signers.some(({ decision }) => decision === 'rejected');
}

export function isApproved({ signers }: Seat): boolean {
  return signers.every(({ decision }) => decision === 'approved');
}

/** Signers of a visit who may sign now: the next of each seat that is still open. */
export function openSigners(visit: Visit): Signer[] {
  return visit.seats.flatMap((seat) => (isRejected(seat) ? [] : (currentOf(seat) ?? [])));
}

/** The tasks a case waits for, and of whom: open signers, or the initiators while it is returned. A resting case waits for nobody. */
export function tasksOf(instance: Instance): { signer: Signer | null; people: string[] }[] {
  if (instance.suspended) return [];
  if (instance.status === 'returned') return [{ signer: null, people: instance.initiators }];
  if (instance.status !== 'running' || !instance.visit) return [];
  return openSigners(instance.visit).map((signer) => ({
    signer,
    people: signer.delegated ? [signer.delegated.to] : signer.candidates,
  }));
}
