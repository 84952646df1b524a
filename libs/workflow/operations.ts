import type { Bilingual } from '#contracts';
import type { DeadlineAction } from './definition.js';
import type { Operation, Visit } from './instance.js';

/** What can be done with a case, in words. */
export const OPERATIONS = {
  approve: { zh: '同意', en: 'approved' },
  reject: { zh: '不同意', en: 'rejected' },
  return: { zh: '退回', en: 'returned' },
  resubmit: { zh: '补正后重新提交', en: 'submitted again' },
  withdraw: { zh: '撤回', en: 'withdrawn' },
  'take-back': { zh: '拿回', en: 'taken back before the next had acted' },
  delegate: { zh: '委派（答复后回到本人）', en: 'delegated: the answer comes back' },
  answer: { zh: '答复委派', en: 'answered what was delegated' },
  transfer: { zh: '转办', en: 'transferred' },
  'add-signer': { zh: '加签', en: 'signer added' },
  'remove-signer': { zh: '减签', en: 'added signer removed' },
  urge: { zh: '催办', en: 'urged' },
  copy: { zh: '抄送', en: 'copied to others' },
  suspend: { zh: '中止', en: 'suspended' },
  resume: { zh: '恢复', en: 'resumed' },
  refresh: { zh: '签批人随任职变动', en: 'signers changed with their offices' },
  expire: { zh: '到期处理', en: 'deadline passed' },
} as const satisfies Record<Operation, Bilingual>;

/** What the history calls a deadline that has passed, by what it says is done then. */
export const AT_DEADLINE = {
  remind: { zh: '逾期提醒', en: 'overdue: reminded' },
  supervise: { zh: '逾期督办', en: 'overdue: told up the line' },
  'supervise-above': {
    zh: '逾期督办：该级无人任职，由上级督办',
    en: 'overdue: told further up, as nobody held the post',
  },
  escalate: { zh: '逾期上报', en: 'overdue: somebody else may decide as well' },
  'escalate-above': {
    zh: '逾期上报：该级无人任职，由上级办理',
    en: 'overdue: somebody further up may decide as well, as nobody held the post',
  },
  'nobody-above': { zh: '逾期：各级均无人任职', en: 'overdue: nobody is up the line' },
  'deem-approved': { zh: '逾期视为同意', en: 'overdue: silence counted as consent' },
} as const satisfies Record<string, Bilingual>;

/** `found`: who was found up the line. */
export function entryAtDeadline(
  action: DeadlineAction,
  found: Visit['upTheLine'] | undefined,
): keyof typeof AT_DEADLINE {
  if (action === 'approve') return 'deem-approved';
  if (action === 'remind' || !found) return action;
  if (found.people.length === 0) return 'nobody-above';
  return found.above ? `${action}-above` : action;
}
