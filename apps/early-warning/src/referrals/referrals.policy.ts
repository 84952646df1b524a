import { Flag, Int, ListOf, Nested, Text } from '#fields';
import { Policy } from '#policy';
import { NameDto } from '#workflow';
import type { Urgency } from './referral.entity.js';

const HOURS = { min: 0, max: 8_784 };

/** What somebody may tell of a student. */
export class ReferralKind {
  @Text({ zh: '代码', en: 'Key', max: 40, pattern: /^[a-z][a-z0-9-]*$/, example: 'mood' })
  key: string;

  @Nested(() => NameDto, { zh: '名称', en: 'Name', example: { zh: '情绪低落', en: 'Low spirits' } })
  name: NameDto;

  @Flag({ zh: '是表扬', en: 'It is praise', example: false })
  praise: boolean;
}

/** Referrals of students. The numbers are no rule of the state: a school sets its own. */
@Policy({ key: 'early-warning.referrals', title: { zh: '他人反映', en: 'Referrals' } })
export class ReferralPolicy {
  @ListOf(() => ReferralKind, { zh: '种类', en: 'Kinds', minItems: 1, maxItems: 50 })
  kinds: ReferralKind[] = [
    kind('mood', '情绪低落', 'Low spirits'),
    kind('study', '学习困难', 'Trouble with studies'),
    kind('conflict', '人际冲突', 'Conflict with others'),
    kind('hardship', '生活困难', 'Hardship'),
    kind('safety', '人身安全', 'Safety'),
    kind('other', '其他', 'Other'),
    kind('praise', '值得表扬', 'Praise', true),
  ];

  @Int({ zh: '每人每日最多几条', en: 'At most so many a person and day', min: 1, max: 200, example: 10 })
  perPersonPerDay = 10;

  @Flag({ zh: '允许匿名（由应用代为提交）', en: 'Anonymous ones are taken, through an app', example: false })
  anonymous = false;

  @Int({ zh: '全校每日最多几条匿名', en: 'At most so many anonymous ones a day', min: 1, max: 10_000, example: 50 })
  anonymousPerDay = 50;

  @Int({
    zh: '“立即”：多少小时内受理（0 为不限）',
    en: '“At once”: hours to take it up (0: no limit)',
    ...HOURS,
    example: 2,
  })
  nowHours = 2;

  @Int({ zh: '“尽快”：多少小时内受理', en: '“Soon”: hours to take it up', ...HOURS, example: 24 })
  soonHours = 24;

  @Int({ zh: '“不急”：多少小时内受理', en: '“Not urgent”: hours to take it up', ...HOURS, example: 72 })
  noneHours = 72;

  @Int({
    zh: '“立即”：逐级上报每级小时数（0 为不再上报）',
    en: '“At once”: hours a step up the line has (0: no further)',
    ...HOURS,
    example: 1,
  })
  nowStepHours = 1;

  @Int({ zh: '“尽快”：逐级上报每级小时数', en: '“Soon”: hours a step up the line has', ...HOURS, example: 12 })
  soonStepHours = 12;

  @Int({ zh: '“不急”：逐级上报每级小时数', en: '“Not urgent”: hours a step up the line has', ...HOURS, example: 48 })
  noneStepHours = 48;
}

/** Hours in which somebody is to take a referral up, and that a step of the line has after that; 0: no limit. */
export function hoursOf(policy: ReferralPolicy, urgency: Urgency): { first: number; step: number } {
  return { first: policy[`${urgency}Hours`], step: policy[`${urgency}StepHours`] };
}

function kind(key: string, zh: string, en: string, praise = false): ReferralKind {
  return Object.assign(new ReferralKind(), { key, name: Object.assign(new NameDto(), { zh, en }), praise });
}
