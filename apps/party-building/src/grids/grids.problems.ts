import { defineProblem } from '#problems';

export const GridUnknown = defineProblem({
  code: 'party-building/grid-unknown',
  status: 400,
  zh: '该网格不存在、已停用或不在您的管理范围内',
  en: 'The grid does not exist, is no longer active, or is outside your scope',
});

export const GridCovered = defineProblem({
  code: 'party-building/grid-covered',
  status: 409,
  zh: '该网格在此日期起已由其他党支部覆盖',
  en: 'From that date the grid is covered by another branch',
});
