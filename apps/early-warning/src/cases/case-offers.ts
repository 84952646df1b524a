import type { Bilingual } from '#contracts';
import type { Problem } from '#problems';
import type { CareCase } from './care-case.entity.js';
import {
  CaseClosed,
  CaseNotClosed,
  CaseNotYours,
  CaseWithoutLevel,
  DecisionNotWaiting,
  DecisionOfOwn,
  DecisionWaiting,
  TransferNotWaiting,
  TransferWaiting,
} from './cases.problems.js';
import type { DecisionKind } from './care-rows.entity.js';

export const CASE_ACTIONS = {
  record: { zh: '登记谈话、走访、帮扶、复核与记录', en: 'record talks, visits, actions, reviews and notes' },
  plan: { zh: '制定帮扶计划与措施', en: 'plan goals and measures' },
  team: { zh: '组建与调整专班', en: 'make up the team' },
  take_warnings: { zh: '并入预警', en: 'take warnings in' },
  propose_level: { zh: '提议级别', en: 'propose a level' },
  decide_level: { zh: '确认或不同意级别', en: 'confirm or decline the level' },
  propose_closure: { zh: '提议结案', en: 'propose that it is closed' },
  decide_closure: { zh: '确认或不同意结案', en: 'confirm or decline that it is closed' },
  withdraw_proposal: { zh: '撤回本人的提议', en: 'take back what one proposed' },
  offer_transfer: { zh: '转接他人', en: 'transfer it' },
  answer_transfer: { zh: '接收或拒绝转接', en: 'accept or refuse it' },
  withdraw_transfer: { zh: '撤回转接', en: 'take the transfer back' },
  propose_reopening: { zh: '提议重新开启', en: 'propose that it is opened again' },
  decide_reopening: { zh: '确认或不同意重新开启', en: 'confirm or decline that it is opened again' },
} as const satisfies Record<string, Bilingual>;
export type CaseAction = keyof typeof CASE_ACTIONS;

/** Who asks, as far as it matters to a case. */
export interface CaseAsker {
  personId: string;
  owner: boolean;
  member: boolean;
  lead: boolean;
  /** Their posts let them work on cases of this student. */
  writes: boolean;
  /** Their posts let them confirm what others propose for this student. */
  decides: boolean;
}

/** What of a case waits for somebody. */
export interface CaseWaiting {
  /** Who proposed what. */
  proposedBy: Partial<Record<DecisionKind, string>>;
  /** To whom it is offered. */
  offeredTo: string | null;
}

/** Do they read what is meant for the owner and the team? */
export function confides(by: CaseAsker): boolean {
  return by.owner || by.member;
}

/** Why something cannot be done with a case by who asks; undefined: it can. The one place that says so. */
export function caseRefusal(
  action: CaseAction,
  of: Pick<CareCase, 'studentId' | 'closedAt' | 'level'>,
  by: CaseAsker,
  waiting: CaseWaiting,
): Problem | undefined {
  if (of.studentId === by.personId) return new DecisionOfOwn();
  if (action.endsWith('_transfer') && action !== 'offer_transfer' && waiting.offeredTo === null)
    return new TransferNotWaiting();
  if (!mayDo(action, by, waiting)) return new CaseNotYours();
  if (action.endsWith('_reopening')) return reopeningRefusal(action, of, by, waiting);
  if (action === 'withdraw_proposal') return undefined;
  if (of.closedAt) return new CaseClosed();
  switch (action) {
    case 'propose_level':
      return waiting.proposedBy.level ? new DecisionWaiting() : undefined;
    case 'propose_closure':
      if (of.level === null) return new CaseWithoutLevel();
      if (waiting.offeredTo) return new TransferWaiting();
      return waiting.proposedBy.closure ? new DecisionWaiting() : undefined;
    case 'decide_level':
      return decisionRefusal(waiting.proposedBy.level, by);
    case 'decide_closure':
      return decisionRefusal(waiting.proposedBy.closure, by) ?? (waiting.offeredTo ? new TransferWaiting() : undefined);
    case 'offer_transfer':
      return waiting.offeredTo ? new TransferWaiting() : undefined;
    default:
      return undefined;
  }
}

function mayDo(action: CaseAction, by: CaseAsker, waiting: CaseWaiting): boolean {
  switch (action) {
    case 'record':
      return confides(by);
    case 'decide_level':
    case 'decide_closure':
    case 'decide_reopening':
      return by.decides;
    case 'withdraw_proposal':
      return Object.values(waiting.proposedBy).includes(by.personId);
    case 'offer_transfer':
    case 'withdraw_transfer':
      return by.owner || by.decides;
    case 'answer_transfer':
      return waiting.offeredTo === by.personId;
    case 'team':
    case 'propose_reopening':
      return by.owner || by.lead || by.decides;
    default:
      return by.owner || by.lead || (by.writes && by.member);
  }
}

function reopeningRefusal(
  action: CaseAction,
  of: Pick<CareCase, 'closedAt'>,
  by: CaseAsker,
  { proposedBy }: CaseWaiting,
): Problem | undefined {
  if (!of.closedAt) return new CaseNotClosed();
  if (action === 'decide_reopening') return decisionRefusal(proposedBy.reopening, by);
  return proposedBy.reopening ? new DecisionWaiting() : undefined;
}

function decisionRefusal(proposedBy: string | undefined, by: CaseAsker): Problem | undefined {
  if (!proposedBy) return new DecisionNotWaiting();
  return proposedBy === by.personId ? new DecisionOfOwn() : undefined;
}
