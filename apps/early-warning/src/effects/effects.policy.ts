import { Int } from '#fields';
import { Policy } from '#policy';

/** When a difference between students with an intervention and similar students without it is told. */
@Policy({ key: 'early-warning.effects', title: { zh: '帮扶成效', en: 'Effects of interventions' } })
export class EffectsPolicy {
  @Int({
    zh: '少于这么多对学生，不给出差别',
    en: 'With fewer pairs of students no difference is told',
    min: 30,
    max: 100_000,
    example: 30,
  })
  minPairs = 30;

  @Int({
    zh: '敏感等级高于此值的指标不使用（4 类从不使用）',
    en: 'Metrics of a higher sensitivity class are not used (class 4 never is)',
    min: 1,
    max: 3,
    example: 3,
  })
  maxSensitivity = 3;
}
