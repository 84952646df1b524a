import { defineProblem } from '#problems';

export const FilterFieldRefused = defineProblem({
  code: 'integration/oneroster-filter-refused',
  status: 400,
  zh: 'filter 不正确：{why}',
  en: 'filter is not valid: {why}',
});

export const SelectionFieldRefused = defineProblem({
  code: 'integration/oneroster-fields-refused',
  status: 400,
  zh: 'fields 含有该对象没有的字段',
  en: 'fields names what the objects do not have',
});

export const SortFieldRefused = defineProblem({
  code: 'integration/oneroster-sort-refused',
  status: 400,
  zh: '不能按该字段排序；可用：{fields}',
  en: 'cannot be sorted by that field; by these: {fields}',
});

/** What an object of the gradebook refers to, or says, does not go with the roster or the rest of the gradebook; its errors say what. */
export const GradebookRefused = defineProblem({
  code: 'integration/oneroster-gradebook-refused',
  status: 422,
  zh: '与名册或成绩册不符，详见 errors',
  en: 'Does not go with the roster or the gradebook; see errors',
});

export const GradebookInUse = defineProblem({
  code: 'integration/oneroster-in-use',
  status: 409,
  zh: '仍被评分项或成绩引用，不能删除',
  en: 'Line items or results still refer to it: it cannot be deleted',
});
