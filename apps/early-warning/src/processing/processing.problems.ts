import { defineProblem } from '#problems';

export const NothingToChoose = defineProblem({
  code: 'early-warning/nothing-to-choose',
  status: 409,
  zh: '该类处理依学校规则不以此方式选择',
  en: 'The school’s rules do not offer this choice for the kind of processing',
});
export const ChosenAlready = defineProblem({
  code: 'early-warning/chosen-already',
  status: 409,
  zh: '已是这样选择的',
  en: 'That is what was chosen already',
});
export const ObjectionNotOpen = defineProblem({
  code: 'early-warning/objection-not-open',
  status: 409,
  zh: '该反对已有结果或已撤回',
  en: 'The objection was answered or withdrawn',
});
export const ObjectionNotYours = defineProblem({
  code: 'early-warning/objection-not-yours',
  status: 409,
  zh: '须由本人以外的人员处理',
  en: 'A person other than the student weighs it',
});
export const ProcessingOff = defineProblem({
  code: 'early-warning/processing-off',
  status: 409,
  zh: '依学生本人的选择，不作这类处理',
  en: 'By the student’s own choice there is no such processing',
});
