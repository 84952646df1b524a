import { defineProblem } from '#problems';

export const PassNotCounted = defineProblem({
  code: 'safety/pass-not-counted',
  status: 409,
  zh: '只有有效的通行记录可以作废',
  en: 'Only a pass that counts can be taken back',
});
