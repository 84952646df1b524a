import { defineProblem } from '#problems';

export const TooManyIds = defineProblem({
  code: 'early-warning/too-many-ids',
  status: 422,
  zh: '被标记的学生超过 {max} 人，请按单位分别查询',
  en: 'More than {max} students are flagged; ask unit by unit',
});

export const EngineBusy = defineProblem({
  code: 'early-warning/engine-busy',
  status: 503,
  zh: '等候运算的请求过多，请稍后再试',
  en: 'Too many questions wait for the engine; ask again later',
});
