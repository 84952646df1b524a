import { WARNING_LEVELS, type WarningLevel } from '#contracts';
import { Flag, Int, OneOf } from '#fields';
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

  @OneOf(
    { none: { zh: '无', en: 'none' }, ...WARNING_LEVELS },
    {
      zh: '至哪一级（含）只告知、无须研判',
      en: 'Warnings up to this level inform, and wait for nobody',
      example: 'none',
    },
  )
  noticesUpTo: WarningLevel | 'none' = 'none';

  @Flag({
    zh: '告知类预警也告知学生（规则须有给学生的说明，且未限定岗位）',
    en: 'Students are told of notices, where the rule has words for them and is for all posts',
    example: true,
  })
  tellStudents = true;
}

/** Is a warning of the level for information alone? */
export function isNotice({ noticesUpTo }: TriagePolicy, level: WarningLevel): boolean {
  const levels = Object.keys(WARNING_LEVELS);
  return levels.indexOf(level) <= levels.indexOf(noticesUpTo);
}

/** By when a warning raised at `at` is to be triaged; null: no limit. */
export function triageDueAt(policy: TriagePolicy, level: WarningLevel, at: Date): Date | null {
  const hours = policy[`${level}Hours`];
  return hours === 0 ? null : new Date(at.getTime() + hours * HOUR_MS);
}
