import { defineProblem } from '#problems';

export const SourceCodeTaken = defineProblem({
  code: 'early-warning/source-code-taken',
  status: 409,
  zh: '数据源代码已存在',
  en: 'There is a source with this code already',
});
