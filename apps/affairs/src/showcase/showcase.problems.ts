import { defineProblem } from '#problems';

export const ShowcaseOutsidePhase = defineProblem({
  code: 'affairs/showcase-outside-phase',
  status: 409,
  zh: '须在 {from} 至 {to} 之间办理',
  en: 'That is done from {from} to {to}',
});
export const ShowcasePhasesWrong = defineProblem({
  code: 'affairs/showcase-phases-wrong',
  status: 422,
  zh: '各阶段须首尾有序：自主展示、推荐、遴选',
  en: 'Phases must end after they begin, and follow each other: upload, nominate, select',
});
export const ShowcaseSectionUnknown = defineProblem({
  code: 'affairs/showcase-section-unknown',
  status: 422,
  zh: '活动没有这个单元',
  en: 'The campaign has no such section',
});
export const ShowcaseSectionInUse = defineProblem({
  code: 'affairs/showcase-section-in-use',
  status: 409,
  zh: '该单元已有成果，不能删去',
  en: 'A section that has works cannot be left out',
});
export const ShowcaseWorkWithdrawn = defineProblem({
  code: 'affairs/showcase-work-withdrawn',
  status: 409,
  zh: '成果已撤回',
  en: 'The work was taken back',
});
export const ShowcaseWorkNominated = defineProblem({
  code: 'affairs/showcase-work-nominated',
  status: 409,
  zh: '成果已被推荐；先撤回推荐',
  en: 'The work is nominated; take that back first',
});
export const ShowcaseSchoolFull = defineProblem({
  code: 'affairs/showcase-school-full',
  status: 409,
  zh: '本校推荐已满 {most} 个',
  en: 'The school has nominated {most} already, as many as may be',
});
export const ShowcaseSectionFull = defineProblem({
  code: 'affairs/showcase-section-full',
  status: 409,
  zh: '该单元推荐已满 {most} 个',
  en: 'In this section {most} are nominated already, as many as may be',
});
export const ShowcaseNominationWithdrawn = defineProblem({
  code: 'affairs/showcase-nomination-withdrawn',
  status: 409,
  zh: '推荐已撤回',
  en: 'The nomination was taken back',
});
export const ShowcaseNotReviewer = defineProblem({
  code: 'affairs/showcase-not-reviewer',
  status: 403,
  zh: '只有活动指定的评审可以评分',
  en: 'Only reviewers named by the campaign score',
});
export const ShowcaseOwnWork = defineProblem({
  code: 'affairs/showcase-own-work',
  status: 403,
  zh: '不能评审本人提交、推荐，或本人任职单位的成果',
  en: 'Nobody reviews a work that they, or a unit they hold a post of, handed in or nominated',
});
export const ShowcaseReviewerUnknown = defineProblem({
  code: 'affairs/showcase-reviewer-unknown',
  status: 422,
  zh: '评审须为在职人员',
  en: 'Reviewers must be active staff',
});
export const ShowcaseNothingToPack = defineProblem({
  code: 'affairs/showcase-nothing-to-pack',
  status: 409,
  zh: '没有推荐的成果可以导出',
  en: 'There is no nominated work to pack',
});
export const ShowcaseNotInCharge = defineProblem({
  code: 'affairs/showcase-not-in-charge',
  status: 403,
  zh: '只有负责该单位的人员可以办理',
  en: 'That is for who answers for the unit whose work it is',
});
export const ShowcaseNotManaged = defineProblem({
  code: 'affairs/showcase-not-managed',
  status: 403,
  zh: '由学校风采展示的组织者办理',
  en: 'That is for who sees to the showcase for the whole school',
});
export const ShowcaseWorkNotWithdrawn = defineProblem({
  code: 'affairs/showcase-work-not-withdrawn',
  status: 409,
  zh: '成果未撤回',
  en: 'The work was not taken back',
});
