import { defineProblem } from '#http';

export const MetricCodeTaken = defineProblem({
  code: 'early-warning/metric-code-taken',
  status: 409,
  zh: '指标代码已存在',
  en: 'There is a metric with this code already',
});
export const MetricInUse = defineProblem({
  code: 'early-warning/metric-in-use',
  status: 409,
  zh: '已发布的规则 {rule} 需要更长的保存期',
  en: 'The published rule {rule} needs a longer retention',
});
