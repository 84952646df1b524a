import { defineProblem } from '#http';

export const RuleNotDraft = defineProblem({
  code: 'early-warning/rule-not-draft',
  status: 409,
  zh: '只有草稿可以发布',
  en: 'Only a draft can be published',
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
