import { defineProblem } from '#problems';

export const RiskModelNotTrained = defineProblem({
  code: 'early-warning/risk-model-not-trained',
  status: 409,
  zh: '只有已训练而未在用的模型可以启用',
  en: 'Only a model that is trained and not in use can be put in use',
});
export const RiskModelNotActive = defineProblem({
  code: 'early-warning/risk-model-not-active',
  status: 409,
  zh: '该模型不在用',
  en: 'This model is not in use',
});
export const RiskSecondPersonNeeded = defineProblem({
  code: 'early-warning/risk-second-person-needed',
  status: 409,
  zh: '须由发起训练的人以外的人启用',
  en: 'Somebody other than who had it trained must put it in use',
});
export const RiskPersonNeeded = defineProblem({
  code: 'early-warning/risk-person-needed',
  status: 403,
  zh: '模型须由人启用，应用不能自行启用',
  en: 'A person must put a model in use; an app by itself cannot',
});
export const RiskMetricSensitive = defineProblem({
  code: 'early-warning/risk-metric-sensitive',
  status: 422,
  zh: '指标 {metric} 的敏感等级为 {sensitivity}，高于学校允许用于训练的 {max}',
  en: 'The metric {metric} is of sensitivity class {sensitivity}; the school trains on classes up to {max}',
});
