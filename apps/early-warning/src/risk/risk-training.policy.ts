import { Decimal, Int } from '#fields';
import { Policy } from '#policy';

/** From what a risk model may be trained, and what is looked at before it is used. */
@Policy({ key: 'early-warning.risk-training', title: { zh: '风险模型训练', en: 'Training of risk models' } })
export class RiskTrainingPolicy {
  @Int({
    zh: '至少要有这么多名学生，才训练',
    en: 'A model is trained on so many students at least',
    min: 8,
    max: 1_000_000,
    example: 1000,
  })
  minStudents = 1000;

  @Int({
    zh: '出现与未出现结果的学生都至少要有这么多名',
    en: 'Students with the outcome, and students without it, of whom there must be so many at least',
    min: 2,
    max: 1_000_000,
    example: 100,
  })
  minOutcomes = 100;

  @Int({
    zh: '指标的敏感等级高于此值的不用于训练',
    en: 'Metrics of a higher sensitivity class are not trained on',
    min: 1,
    max: 3,
    example: 2,
  })
  maxSensitivity = 2;

  @Decimal({
    zh: '公平性：看名单中居前的这一比例',
    en: 'Fairness is looked at over this share of the list, from its top',
    min: 0.01,
    max: 0.99,
    example: 0.25,
  })
  lookedAt = 0.25;
}
