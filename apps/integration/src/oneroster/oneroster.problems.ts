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
