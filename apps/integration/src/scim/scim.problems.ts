import { defineProblem } from '#problems';

export const FilterRefused = defineProblem({
  code: 'integration/scim-filter-refused',
  status: 400,
  zh: 'filter 不正确：{why}',
  en: 'filter is not valid: {why}',
});

export const PathRefused = defineProblem({
  code: 'integration/scim-path-refused',
  status: 400,
  zh: '没有属性 {path}',
  en: 'There is no attribute {path}',
});

export const ValueRefused = defineProblem({
  code: 'integration/scim-value-refused',
  status: 400,
  zh: '{attribute} 的值不正确：{why}',
  en: 'The value of {attribute} is not valid: {why}',
});

export const NoTarget = defineProblem({
  code: 'integration/scim-no-target',
  status: 400,
  zh: '删除操作须指明 path',
  en: 'An operation that removes names a path',
});

export const ReadOnly = defineProblem({
  code: 'integration/scim-read-only',
  status: 400,
  zh: '{attribute} 不能通过 SCIM 修改',
  en: '{attribute} cannot be changed by SCIM',
});

export const NotOurs = defineProblem({
  code: 'integration/scim-kept-by-another-source',
  status: 400,
  zh: '该人员或其所属单位由另一来源系统维护，请在那里修改',
  en: 'Another source keeps this person, or where they belong: change it there',
});

export const SyntaxRefused = defineProblem({
  code: 'integration/scim-syntax-refused',
  status: 400,
  zh: '请求体不符合 SCIM：{why}',
  en: 'The body is not one of SCIM: {why}',
});

export const NotUnique = defineProblem({
  code: 'integration/scim-not-unique',
  status: 409,
  zh: '已有账号使用该 userName 或 externalId',
  en: 'Another account has this userName or externalId',
});

export const TooManyDeactivated = defineProblem({
  code: 'integration/scim-too-many-deactivated',
  status: 409,
  zh: '今日停用的教职工已达上限（政策 directory.import）',
  en: 'Too many members of staff have been deactivated today (policy directory.import)',
});
