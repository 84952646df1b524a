import { defineProblem } from '#problems';

export const TermCodeTaken = defineProblem({
  code: 'directory/term-code-taken',
  status: 409,
  zh: '该学期代码已被使用',
  en: 'The code is taken by another term',
});

export const TermInUse = defineProblem({
  code: 'directory/term-in-use',
  status: 409,
  zh: '仍有学期或班级属于它，不能删除',
  en: 'Terms or classes still belong to it, so it cannot be deleted',
});
