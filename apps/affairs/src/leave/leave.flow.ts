import { isDeepStrictEqual } from 'node:util';
import { APPOINTMENT_KINDS, type Bilingual, UNIT_KINDS, PLACE_KINDS } from '#contracts';
import {
  type Condition,
  type Deadline,
  type DeadlineLevel,
  type Definition,
  type SignerRule,
  type StepDefinition,
} from '#workflow';
import type { LeaveApprover, LeaveDeadlineLevel, LeaveLevel, LeavePost } from './leave.levels.js';

const LEAVE = { key: 'affairs.leave', name: { zh: '请假', en: 'Leave' } };
const EXTENSION = { key: 'affairs.leave-extension', name: { zh: '续假', en: 'Extension of a leave' } };

/** Who decides: the part of the policy that becomes steps. */
export interface LeaveRules {
  levels: LeaveLevel[];
  standIn: LeavePost;
  /** Set: days are counted in halves. */
  halfDayFrom?: string | null;
}

/** The decisions on a leave, made from the levels of the policy. Its facts: `days`, together with the leaves next to it. */
export function leaveFlow(policy: LeaveRules): Definition {
  return flow(LEAVE, policy, { returnTo: ['initiator', 'earlier'], afterReturn: ['on', 'back'] });
}

/** The same for a later end. It is agreed to or not: there is nothing to correct. */
export function extensionFlow(policy: LeaveRules): Definition {
  return flow(EXTENSION, policy, { returnTo: [], afterReturn: [] });
}

function flow(
  head: Pick<Definition, 'key' | 'name'>,
  { standIn, ...rules }: LeaveRules,
  returns: Pick<StepDefinition, 'returnTo' | 'afterReturn'>,
): Definition {
  const steps = stepsOf(rules).map(({ position, approver, from, to }): StepDefinition => {
    const when: Condition = { fact: 'days', atLeast: from, ...(to !== undefined && { atMost: to }) };
    return {
      ...{
        key: `step-${position}-from-${String(from).replace('.', '-')}`,
        name: nameOf(approver),
        when: from === unitOf(rules) && to === undefined ? [] : [when],
      },
      ...{ signers: [ruleOf(approver)], mode: 'any', standIn: null, deadline: deadlineOf(approver) },
      ...returns,
    };
  });
  return { ...head, steps, standIn: ruleOf(standIn), mayChange: [], urgeEveryHours: 24 };
}

/** Pointers to where in the policy each step comes from, in the order of the steps. */
export function originsOf(rules: Omit<LeaveRules, 'standIn'>): string[] {
  return stepsOf(rules).map(
    ({ position, level }) => `#/levels/${rules.levels.indexOf(level)}/approvers/${position - 1}`,
  );
}

interface Range {
  position: number;
  approver: LeaveApprover;
  /** The first of the levels that ask for it. */
  level: LeaveLevel;
  from: number;
  /** Left out: without end. */
  to: number | undefined;
}

/** Each approver's days: levels next to each other that ask the same one at the same position are one step. */
function stepsOf({ levels, halfDayFrom }: Omit<LeaveRules, 'standIn'>): Range[] {
  const unit = unitOf({ halfDayFrom });
  const sorted = [...levels].sort((a, b) => a.upToDays - b.upToDays);
  const longest = Math.max(...sorted.map(({ approvers }) => approvers.length));
  const ranges: Range[] = [];
  for (let position = 1; position <= longest; position++) {
    let open: Range | undefined;
    for (const [i, level] of sorted.entries()) {
      const approver = level.approvers[position - 1];
      const from = (sorted[i - 1]?.upToDays ?? 0) + unit;
      const same = open && approver && isDeepStrictEqual(open.approver, approver);
      if (!same) {
        if (open) open.to = from - unit;
        open = approver && { position, approver, level, from, to: undefined };
        if (open) ranges.push(open);
      }
    }
  }
  return ranges;
}

/** The least that a leave can count. */
export function unitOf({ halfDayFrom }: Pick<LeaveRules, 'halfDayFrom'>): number {
  return halfDayFrom ? 0.5 : 1;
}

function ruleOf({ kind, unitKind }: LeavePost): SignerRule {
  return { by: 'post', post: kind, ...(unitKind && { unitKind }) };
}

function deadlineOf({ deadline }: LeaveApprover): Deadline | null {
  if (!deadline) return null;
  const { later, ...first } = deadline;
  return { ...levelOf(first), ...(later && { later: later.map(levelOf) }) };
}

function levelOf({ to, ...limit }: LeaveDeadlineLevel): DeadlineLevel {
  return { ...limit, ...(to && { to: ruleOf(to) }) };
}

function nameOf({ kind, unitKind }: LeavePost): Bilingual {
  const post = APPOINTMENT_KINDS[kind];
  const unit: Bilingual | undefined = unitKind && { ...UNIT_KINDS, ...PLACE_KINDS }[unitKind];
  return unit
    ? { zh: `${unit.zh}${post.zh}`, en: `${post.en}, ${unit.en.toLowerCase()}` }
    : { zh: post.zh, en: post.en };
}
