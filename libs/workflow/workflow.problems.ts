import { defineProblem, type Problem, type ProblemClass } from '#problems';
import { CASE_STATUSES, type Instance } from './instance.js';
import { type ReasonCode, REASONS } from './reasons.js';

/** Reasons that lie in who asks; the others lie in the state of the case. */
const OF_PERSON: ReasonCode[] = [
  ...(['needs-person', 'own-matter', 'not-yours', 'not-initiator', 'not-manager', 'system-only'] as const),
];
const OF_REQUEST: ReasonCode[] = [
  ...(['not-that-signer', 'not-that-step', 'not-that-resume', 'not-that-field', 'not-correctable'] as const),
  ...(['not-that-place', 'their-own-matter', 'signs-already', 'choose-signers'] as const),
];

function statusOf(reason: ReasonCode): number {
  if (OF_PERSON.includes(reason)) return 403;
  return OF_REQUEST.includes(reason) ? 422 : 409;
}

const problems = new Map<ReasonCode, ProblemClass>(
  (Object.keys(REASONS) as ReasonCode[]).map((reason) => [
    reason,
    defineProblem({ code: `workflow/${reason}`, status: statusOf(reason), ...REASONS[reason] }),
  ]),
);

/** Made once each: every answer with `actions[]` says some of them. */
const alone = new Map<ReasonCode, Problem>();

/** The problem for a reason by itself, whatever the case. */
export function problemOfReason(reason: ReasonCode): Problem {
  let problem = alone.get(reason);
  if (!problem) alone.set(reason, (problem = new (problems.get(reason) as ProblemClass)()));
  return problem;
}

/** The problem for a refusal. Where the state of the case is the reason, it says the state, and the ETag is of the present version. */
export function problemOf(reason: ReasonCode, instance?: Instance, version?: number): Problem {
  const problem = problems.get(reason) as ProblemClass;
  if (problem.kind.status !== 409 || !instance) return new problem();
  const { zh, en } = CASE_STATUSES[instance.status];
  const errors = [{ pointer: '#', code: instance.status, zh: `当前状态：${zh}`, en: `It is now: ${en}` }];
  return new problem({ errors, ...(version !== undefined && { headers: { ETag: `"${version}"` } }) });
}

export const PersonUnknown = defineProblem({
  code: 'workflow/person-unknown',
  status: 422,
  zh: '指定的人员不存在或已离校',
  en: 'The person named is unknown or has left',
});
