import { Decimal } from '#fields';
import { Policy } from '#policy';

/** When a rule may be published without a word. */
@Policy({ key: 'early-warning.rule-publishing', title: { zh: '预警规则发布', en: 'Publishing warning rules' } })
export class RulePublishingPolicy {
  @Decimal({
    zh: '规则当前会标记的学生占所判断学生的比例超过此值时，发布须说明理由',
    en: 'A rule that would now flag a larger share of the students it judges is published with a stated reason only',
    min: 0,
    max: 1,
    example: 0.05,
  })
  maxShare = 0.05;
}
