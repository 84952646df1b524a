import type { Bilingual } from '#contracts';

/** Why an operation is not there for somebody now. */
export const REASONS = {
  ended: { zh: '已办结', en: 'The case has ended' },
  returned: { zh: '已退回补正，待重新提交', en: 'The case was returned and awaits its correction' },
  'not-returned': { zh: '未被退回', en: 'The case was not returned' },
  suspended: { zh: '已中止办理', en: 'The case is suspended' },
  'not-suspended': { zh: '未中止办理', en: 'The case is not suspended' },
  'needs-person': { zh: '须由本人登录办理', en: 'This is done by a person, not by an app alone' },
  'own-matter': { zh: '不能办理本人的事项', en: 'Nobody decides on their own matter' },
  'not-yours': { zh: '当前环节不由您办理', en: 'The current step is not yours' },
  'delegated-away': { zh: '已委派他人，待其答复或由您收回', en: 'It is delegated: await the answer, or take it back' },
  'not-delegated': { zh: '没有委派给您的事项', en: 'Nothing is delegated to you' },
  'not-initiator': { zh: '仅申请人可办理', en: 'This is for who asked' },
  'not-manager': { zh: '仅管理人员可办理', en: 'This is for who manages the cases' },
  'system-only': { zh: '由系统自动办理', en: 'The system does this by itself' },
  'no-return': { zh: '该环节不能退回', en: 'This step cannot return the case' },
  'nothing-to-take-back': { zh: '没有可拿回的办理', en: 'There is nothing to take back' },
  'nothing-to-remove': { zh: '没有可减的加签', en: 'There is no added signer to remove' },
  'urged-already': { zh: '已催办，请稍后再催', en: 'It was urged already; wait before you urge again' },
  'not-due': { zh: '未到期', en: 'The deadline has not passed' },
  'not-that-signer': { zh: '不能办理该签批', en: 'This signature is not open to you' },
  'not-that-step': { zh: '不能退回到该环节', en: 'The case cannot be returned to there' },
  'not-that-resume': { zh: '该环节不支持此退回方式', en: 'The step does not offer this way to go on' },
  'not-that-field': { zh: '该内容不能要求补正', en: 'This cannot be asked to be corrected' },
  'not-correctable': { zh: '该内容不在补正范围内', en: 'This is not among what is to be corrected' },
  'not-that-place': { zh: '该环节不支持此加签方式', en: 'The step does not take a signer there' },
  'their-own-matter': { zh: '此人是当事人', en: 'It is this person’s own matter' },
  'signs-already': { zh: '此人已在本环节', en: 'This person is in the step already' },
  'copied-already': { zh: '均已抄送', en: 'All of them have their copy' },
  'choose-signers': { zh: '须选定审批人', en: 'Choose who signs' },
} as const satisfies Record<string, Bilingual>;
export type ReasonCode = keyof typeof REASONS;

/** An operation was tried that `availableActions` does not offer; carries the same reason. */
export class Refused extends Error {
  constructor(readonly reason: ReasonCode) {
    super(REASONS[reason].en);
    this.name = 'Refused';
  }
}
