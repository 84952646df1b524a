import { defineProblem } from '#problems';

export const CannotDecideLeaves = defineProblem({
  code: 'affairs/cannot-decide-leaves',
  status: 422,
  zh: '此人没有审批请假的任职',
  en: 'This person holds no post that decides on leaves',
});
export const CannotDecideApplications = defineProblem({
  code: 'affairs/cannot-decide-applications',
  status: 422,
  zh: '此人没有办理办件的任职',
  en: 'This person holds no post that decides on applications',
});
