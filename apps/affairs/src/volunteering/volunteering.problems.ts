import { defineProblem } from '#problems';

export const HoursTooFew = defineProblem({
  code: 'affairs/volunteering-hours-too-few',
  status: 409,
  zh: '志愿时长不足：还没有达到下一星级所需的 {needed} 小时',
  en: 'Too few hours of volunteering: the next star needs {needed}',
});
export const StarAlready = defineProblem({
  code: 'affairs/star-already',
  status: 409,
  zh: '该星级已认定或正在公示',
  en: 'The stars are recognised already, or under public notice',
});
export const StarNotInState = defineProblem({
  code: 'affairs/star-not-in-state',
  status: 409,
  zh: '星级的当前状态不能这样办理',
  en: 'The stars are not in a state for that',
});
export const StarNotOwn = defineProblem({
  code: 'affairs/star-not-own',
  status: 409,
  zh: '只有学生本人可以办理',
  en: 'That is for the student whose stars they are',
});
export const StarNotYoursToDecide = defineProblem({
  code: 'affairs/star-not-yours-to-decide',
  status: 409,
  zh: '只有学院学工干部或负责部门可以答复异议',
  en: 'Objections are answered by officers of the college or the department in charge',
});
export const NoObjection = defineProblem({
  code: 'affairs/star-no-objection',
  status: 409,
  zh: '没有待答复的异议',
  en: 'There is no objection to answer',
});
export const ObjectedAlready = defineProblem({
  code: 'affairs/star-objected-already',
  status: 409,
  zh: '已对此提出过异议',
  en: 'The caller has objected already',
});
