import { APPOINTMENT_KINDS, type Bilingual, UNIT_KINDS, PLACE_KINDS } from '#contracts';
import { type Condition, type Definition, type SignerRule, type StepDefinition } from '#workflow';
import type { LeaveApprover, LeavePolicy } from './leave.policy.js';

const LEAVE = { key: 'affairs.leave', name: { zh: '请假', en: 'Leave' } };
const EXTENSION = { key: 'affairs.leave-extension', name: { zh: '续假', en: 'Extension of a leave' } };

/** The decisions on a leave, made from the levels of the policy. Its facts: `days`, together with the leaves next to it. */
export function leaveFlow(policy: LeavePolicy): Definition {
  return flow(LEAVE, policy, { returnTo: ['initiator', 'earlier'], afterReturn: ['on', 'back'] });
}

/** The same for a later end. It is agreed to or not: there is nothing to correct. */
export function extensionFlow(policy: LeavePolicy): Definition {
  return flow(EXTENSION, policy, { returnTo: [], afterReturn: [] });
}

function flow(
  head: Pick<Definition, 'key' | 'name'>,
  { levels, standIn }: LeavePolicy,
  returns: Pick<StepDefinition, 'returnTo' | 'afterReturn'>,
): Definition {
  const steps = stepsOf(levels).map(({ position, approver, from, to }): StepDefinition => {
    const when: Condition = { fact: 'days', atLeast: from, ...(to !== undefined && { atMost: to }) };
    return {
      ...{
        key: `step-${position}-from-${from}`,
        name: nameOf(approver),
        when: from === 1 && to === undefined ? [] : [when],
      },
      ...{ signers: [ruleOf(approver)], mode: 'any', standIn: null, deadline: null },
      ...returns,
    };
  });
  return { ...head, steps, standIn: ruleOf(standIn), mayChange: [], urgeEveryHours: 24 };
}

interface Range {
  position: number;
  approver: LeaveApprover;
  from: number;
  /** Left out: without end. */
  to: number | undefined;
}

/** Each approver's days: levels next to each other that ask the same one at the same position are one step. */
function stepsOf(levels: LeavePolicy['levels']): Range[] {
  const sorted = [...levels].sort((a, b) => a.upToDays - b.upToDays);
  const longest = Math.max(...sorted.map(({ approvers }) => approvers.length));
  const ranges: Range[] = [];
  for (let position = 1; position <= longest; position++) {
    let open: Range | undefined;
    for (const [i, { approvers }] of sorted.entries()) {
      const approver = approvers[position - 1];
      const from = i === 0 ? 1 : (sorted[i - 1]?.upToDays ?? 0) + 1;
      const same =
        open && approver && open.approver.kind === approver.kind && open.approver.unitKind === approver.unitKind;
      if (!same) {
        if (open) open.to = from - 1;
        open = approver && { position, approver, from, to: undefined };
        if (open) ranges.push(open);
      }
    }
  }
  return ranges;
}

function ruleOf({ kind, unitKind }: LeaveApprover): SignerRule {
  return { by: 'post', post: kind, ...(unitKind && { unitKind }) };
}

function nameOf({ kind, unitKind }: LeaveApprover): Bilingual {
  const post = APPOINTMENT_KINDS[kind];
  const unit: Bilingual | undefined = unitKind && { ...UNIT_KINDS, ...PLACE_KINDS }[unitKind];
  return unit
    ? { zh: `${unit.zh}${post.zh}`, en: `${post.en}, ${unit.en.toLowerCase()}` }
    : { zh: post.zh, en: post.en };
}
