import { defineProblem } from '#problems';

export const SampleRowClosed = defineProblem({
  code: 'home-service/sample-row-closed',
  status: 409,
  zh: '该样本已关闭',
  en: 'The sample row is closed',
});
