import { defineProblem } from '#problems';

/** Nothing of the student is kept any more, and nothing new is taken. */
export const StudentErased = defineProblem({
  code: 'vault/student-erased',
  status: 409,
  zh: '该学生的个人信息已依法删除，无法读取，也不再接收',
  en: "The student's personal data was erased: it cannot be read, and no more of it is taken",
});
