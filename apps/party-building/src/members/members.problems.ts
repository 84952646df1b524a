import { defineProblem } from '#problems';

export const PersonUnknown = defineProblem({
  code: 'party-building/person-unknown',
  status: 400,
  zh: '该人员不存在、已离校或不在您的管理范围内',
  en: 'The person does not exist, has left, or is outside your scope',
});

export const MemberElsewhere = defineProblem({
  code: 'party-building/member-elsewhere',
  status: 409,
  zh: '该人员在此期间已在某一党支部',
  en: 'The person is in a branch already in that period',
});

export const EndBeforeBegin = defineProblem({
  code: 'party-building/end-before-begin',
  status: 400,
  zh: '结束日期不能早于开始日期',
  en: 'The end must not be before the beginning',
});
