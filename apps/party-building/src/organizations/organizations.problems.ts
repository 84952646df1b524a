import { defineProblem } from '#problems';

export const OrganizationUnknown = defineProblem({
  code: 'party-building/organization-unknown',
  status: 400,
  zh: '该党组织不存在、已撤销或不在您的管理范围内',
  en: 'The party organization does not exist, is dissolved, or is outside your scope',
});

export const ParentDoesNotFit = defineProblem({
  code: 'party-building/parent-does-not-fit',
  status: 400,
  zh: '此类党组织的上级只能是：{allowed}',
  en: 'The parent of such an organization must be: {allowed}',
});

export const OrganizationCycle = defineProblem({
  code: 'party-building/organization-cycle',
  status: 409,
  zh: '党组织不能成为自己的下级',
  en: 'An organization cannot hang below itself',
});

export const UnitUnknown = defineProblem({
  code: 'party-building/unit-unknown',
  status: 400,
  zh: '有单位不存在或已停用，或没有一个在您的管理范围内',
  en: 'A unit does not exist or is no longer active, or none of them is within your scope',
});

export const JointBranchSpansUnits = defineProblem({
  code: 'party-building/joint-branch-spans-units',
  status: 400,
  zh: '联合党支部应跨两个以上单位',
  en: 'A joint branch spans at least two units',
});

export const CodeTaken = defineProblem({
  code: 'party-building/code-taken',
  status: 409,
  zh: '该代码已被使用',
  en: 'The code is already in use',
});

export const OrganizationInUse = defineProblem({
  code: 'party-building/organization-in-use',
  status: 409,
  zh: '该党组织仍有下级组织、党员、网格或在办的发展党员，不能撤销',
  en: 'The organization still has organizations below it, members, grids or open admissions',
});

export const AlreadyDissolved = defineProblem({
  code: 'party-building/already-dissolved',
  status: 409,
  zh: '该党组织已撤销',
  en: 'The organization is dissolved',
});

export const DissolvedBeforeFounded = defineProblem({
  code: 'party-building/dissolved-before-founded',
  status: 400,
  zh: '撤销日期不能早于成立日期',
  en: 'An organization cannot be dissolved before it was founded',
});
