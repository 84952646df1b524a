import { defineProblem } from '#problems';

export const OrganisationDissolved = defineProblem({
  code: 'affairs/organisation-dissolved',
  status: 409,
  zh: '该组织已解散',
  en: 'The organisation is dissolved',
});
export const OrganisationExists = defineProblem({
  code: 'affairs/organisation-exists',
  status: 409,
  zh: '该单位下已有同名的组织',
  en: 'The unit has an organisation of that name already',
});
export const PostHeld = defineProblem({
  code: 'affairs/organisation-post-held',
  status: 409,
  zh: '该任期内已有主要负责人',
  en: 'Somebody else is president within that time',
});
export const MemberAlready = defineProblem({
  code: 'affairs/organisation-member-already',
  status: 409,
  zh: '该学生在此期间已在该组织任职',
  en: 'The student is in the organisation within that time already',
});
export const MemberPeriodWrong = defineProblem({
  code: 'affairs/organisation-period-wrong',
  status: 422,
  zh: '止期（不含）不能早于起期',
  en: 'The end, exclusive, is before the beginning',
});
export const OrganisationNotYours = defineProblem({
  code: 'affairs/organisation-not-yours',
  status: 409,
  zh: '只有指导单位的负责人员可以办理',
  en: 'That is for whoever answers for the unit that guides it',
});
