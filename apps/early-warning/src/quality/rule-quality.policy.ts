import { Decimal, Int } from '#fields';
import { Policy } from '#policy';

/** When a rule's quality asks for somebody to look at the rule. */
@Policy({ key: 'early-warning.rule-quality', title: { zh: '预警规则质量', en: 'Quality of warning rules' } })
export class RuleQualityPolicy {
  @Int({
    zh: '近 30 天与此前各须至少研判这么多条，才比较准确率；本版此前不足时，连同以前各版',
    en: 'Precision is compared when at least so many were triaged in the last 30 days, and as many before; of fewer, the versions before count too',
    min: 1,
    max: 100_000,
    example: 20,
  })
  minTriaged = 20;

  @Decimal({
    zh: '准确率下降超过此值即提示',
    en: 'A rule is flagged when its precision fell by more',
    min: 0,
    max: 1,
    example: 0.2,
  })
  drop = 0.2;

  @Int({
    zh: '超过这么多天未研判视为被忽略',
    en: 'Days after which an open warning counts as ignored',
    min: 1,
    max: 366,
    example: 14,
  })
  ignoredAfterDays = 14;
}
