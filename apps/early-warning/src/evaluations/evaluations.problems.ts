import { defineProblem } from '#http';

export const TooManyIds = defineProblem({
  code: 'early-warning/too-many-ids',
  status: 422,
  zh: '被标记的学生超过 {max} 人，请按单位分别查询',
  en: 'More than {max} students are flagged; ask unit by unit',
});
