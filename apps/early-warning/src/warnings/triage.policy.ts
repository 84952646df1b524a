import type { WarningLevel } from '#contracts';
import { Int } from '#fields';
import { Policy } from '#policy';

const HOUR_MS = 3_600_000;
const LONGEST = { min: 0, max: 8_784 };

/**
 * How long an open warning may wait for a person, counted from when it was raised, escalated or reopened. The default acts on the gravest
 * within a day, as universities that publish such a limit do (CSU: 24 h). After it the warning goes up the line of the care policy; how long
 * a step of the line has is not confirmed: a school sets its own.
 */
@Policy({ key: 'early-warning.triage', title: { zh: '预警研判时限', en: 'Time limits of triage' } })
export class TriagePolicy {
  @Int({ zh: '红色：小时（0 为不限）', en: 'Red: hours (0: no limit)', ...LONGEST, example: 24 })
  redHours = 24;

  @Int({ zh: '橙色：小时（0 为不限）', en: 'Orange: hours (0: no limit)', ...LONGEST, example: 48 })
  orangeHours = 48;

  @Int({ zh: '黄色：小时（0 为不限）', en: 'Yellow: hours (0: no limit)', ...LONGEST, example: 72 })
  yellowHours = 72;

  @Int({ zh: '蓝色：小时（0 为不限）', en: 'Blue: hours (0: no limit)', ...LONGEST, example: 168 })
  blueHours = 168;

  @Int({
    zh: '红色：逐级上报每级小时数（0 为不再上报）',
    en: 'Red: hours a step up the line has (0: no further)',
    ...LONGEST,
    example: 12,
  })
  redStepHours = 12;

  @Int({ zh: '橙色：逐级上报每级小时数', en: 'Orange: hours a step up the line has', ...LONGEST, example: 24 })
  orangeStepHours = 24;

  @Int({ zh: '黄色：逐级上报每级小时数', en: 'Yellow: hours a step up the line has', ...LONGEST, example: 48 })
  yellowStepHours = 48;

  @Int({ zh: '蓝色：逐级上报每级小时数', en: 'Blue: hours a step up the line has', ...LONGEST, example: 72 })
  blueStepHours = 72;
}

/** By when a warning raised at `at` is to be triaged; null: no limit. */
export function triageDueAt(policy: TriagePolicy, level: WarningLevel, at: Date): Date | null {
  const hours = policy[`${level}Hours`];
  return hours === 0 ? null : new Date(at.getTime() + hours * HOUR_MS);
}
