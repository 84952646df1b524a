import { defineProblem } from '#problems';

export const StudentStillActive = defineProblem({
  code: 'directory/student-still-active',
  status: 409,
  zh: '该学生仍在籍，学校依法须处理其信息，不能删除',
  en: 'The student is active: the school has to process the data by law, so it cannot be erased',
});

export const StillToBeKept = defineProblem({
  code: 'directory/still-to-be-kept',
  status: 409,
  zh: '按本校政策，离校后的保存期限尚未届满，不能删除',
  en: "The time for which the school's policy keeps data after a student has left is not over, so it cannot be erased",
});

export const ErasureUnderWay = defineProblem({
  code: 'directory/erasure-under-way',
  status: 409,
  zh: '该学生的删除已在等待期内，或已完成',
  en: "An erasure of the student's data is waiting already, or was done",
});

export const ErasureNotWaiting = defineProblem({
  code: 'directory/erasure-not-waiting',
  status: 409,
  zh: '该删除已完成或已撤销，不能再撤销',
  en: 'The erasure was done or cancelled already, so it cannot be cancelled',
});
