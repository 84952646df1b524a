import { defineProblem } from '#problems';

export const RuleNotDraft = defineProblem({
  code: 'early-warning/rule-not-draft',
  status: 409,
  zh: '只有草稿可以修改、删除或发布',
  en: 'Only a draft can be changed, deleted or published',
});
export const RuleNotPublished = defineProblem({
  code: 'early-warning/rule-not-published',
  status: 409,
  zh: '该规则版本未在发布状态',
  en: 'This version of the rule is not published',
});
export const RuleOutdated = defineProblem({
  code: 'early-warning/rule-outdated',
  status: 409,
  zh: '已发布更新的版本（第 {number} 版）',
  en: 'A newer version (number {number}) is published already',
});
export const DryRunNeeded = defineProblem({
  code: 'early-warning/dry-run-needed',
  status: 409,
  zh: '发布前须以现有定义对全体学生试运行',
  en: 'Before it is published, the draft as it now is must be dry-run over all students',
});
export const PublishReasonNeeded = defineProblem({
  code: 'early-warning/publish-reason-needed',
  status: 409,
  zh: '该规则现在会标记所判断 {evaluated} 名学生中的 {flagged} 名（{share}%），超过 {limit}%：发布须说明理由',
  en: 'The rule would now flag {flagged} of the {evaluated} students it evaluates ({share} %), more than {limit} %: publishing it takes a stated reason',
});
export const PersonNeeded = defineProblem({
  code: 'early-warning/person-needed',
  status: 403,
  zh: '规则须由人发布，应用不能自行发布',
  en: 'A person must publish a rule; an app by itself cannot',
});
export const SecondPersonNeeded = defineProblem({
  code: 'early-warning/second-person-needed',
  status: 409,
  zh: '须由起草人与修改人以外的人发布',
  en: 'Somebody who neither drafted nor edited it must publish it',
});
