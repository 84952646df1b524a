import { defineProblem } from '#problems';

export const MetricCodeTaken = defineProblem({
  code: 'early-warning/metric-code-taken',
  status: 409,
  zh: '指标代码已存在',
  en: 'There is a metric with this code already',
});
export const MetricDecimalsUnfit = defineProblem({
  code: 'early-warning/metric-decimals-unfit',
  status: 409,
  zh: '已存的数值改为 {decimals} 位小数会被舍入或存不下',
  en: 'A stored value would be rounded, or would be too large, with {decimals} decimals',
});
export const MetricDecimalsInUse = defineProblem({
  code: 'early-warning/metric-decimals-in-use',
  status: 409,
  zh: '已发布的规则 {rule} 所比较的数值，改为 {decimals} 位小数后存不下',
  en: 'The published rule {rule} compares with a number that is too large with {decimals} decimals',
});
export const MetricInUse = defineProblem({
  code: 'early-warning/metric-in-use',
  status: 409,
  zh: '已发布的规则 {rule} 需要更长的保存期',
  en: 'The published rule {rule} needs a longer retention',
});
