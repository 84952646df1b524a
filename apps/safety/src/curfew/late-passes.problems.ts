import { defineProblem } from '#problems';

export const LatePassRevoked = defineProblem({
  code: 'safety/late-pass-revoked',
  status: 409,
  zh: '该晚归报备已撤销',
  en: 'The late pass was revoked',
});
export const LatePassEndsBeforeItBegins = defineProblem({
  code: 'safety/late-pass-ends-before-it-begins',
  status: 400,
  zh: '结束日期不能早于开始日期',
  en: 'The last evening must not be before the first',
});
export const LatePassTooLong = defineProblem({
  code: 'safety/late-pass-too-long',
  status: 400,
  zh: '晚归报备最长 {nights} 天',
  en: 'A late pass has at most {nights} nights',
});
