import { defineProblem } from '#problems';

export const StaffNumberTaken = defineProblem({
  code: 'directory/staff-number-taken',
  status: 409,
  zh: '该工号已有人使用',
  en: 'Somebody has this staff number',
});

export const StaffExternalIdTaken = defineProblem({
  code: 'directory/staff-external-id-taken',
  status: 409,
  zh: '来源系统已用该标识称呼另一人',
  en: 'The source calls somebody else by this id',
});

export const KeptByAnotherSource = defineProblem({
  code: 'directory/kept-by-another-source',
  status: 409,
  zh: '该人员或其所属单位由另一来源系统维护，请在那里修改',
  en: 'Another source keeps this person, or where they belong: change it there',
});

export const TooManyLeave = defineProblem({
  code: 'directory/too-many-leave',
  status: 409,
  zh: '今日离开名册的教职工已达上限（政策 directory.import）；确认无误请以名册导入完成',
  en: 'Too many members of staff have left the roster today (policy directory.import); if that is right, import a roster',
});
