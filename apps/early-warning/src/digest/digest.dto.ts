import { DateOnly, Instant, Int, ListOf, Nested, OneOf, Text, Uuid } from '#fields';
import { PersonRefDto } from '#http';

/** Items that a section names; it counts them all. */
export const MOST = 20;

export const ITEM_KINDS = {
  warning: { zh: '预警', en: 'a warning' },
  case: { zh: '个案', en: 'a care case' },
  referral: { zh: '反映', en: 'a referral' },
  transfer: { zh: '转接', en: 'a transfer' },
  supervision: { zh: '督办', en: 'a supervision' },
} as const;

class DigestItemDto {
  @OneOf(ITEM_KINDS, { zh: '种类', en: 'Kind', example: 'warning' })
  kind: keyof typeof ITEM_KINDS;

  @Uuid({ zh: '所指的事项', en: 'What it is' })
  id: string;

  @Nested(() => PersonRefDto, { zh: '学生', en: 'Student' })
  student: PersonRefDto;

  @Text({ zh: '级别或紧急程度', en: 'Level or urgency', max: 40, nullable: true, example: 'orange' })
  grade: string | null;

  @Instant({ zh: '时间或时限', en: 'Since, or due' })
  at: string;
}

export class DigestSectionDto {
  @Int({ zh: '总数', en: 'How many', min: 0, max: 10_000_000, example: 3 })
  count: number;

  @ListOf(() => DigestItemDto, { zh: '最要紧的', en: 'The gravest of them', maxItems: MOST })
  items: DigestItemDto[];
}

/** What the day has for somebody who answers for students. */
export class DigestDto {
  @DateOnly({ zh: '日期', en: 'Day', example: '2026-11-20' })
  day: string;

  @Nested(() => DigestSectionDto, { zh: '今日新发出的预警与告知', en: 'Warnings and notices raised today' })
  newWarnings: DigestSectionDto;

  @Nested(() => DigestSectionDto, { zh: '已逾期', en: 'Overdue' })
  overdue: DigestSectionDto;

  @Nested(() => DigestSectionDto, { zh: '今日到期', en: 'Due today' })
  dueToday: DigestSectionDto;

  @Nested(() => DigestSectionDto, { zh: '本人负责、长期没有记录的个案', en: 'Quiet cases that one owns' })
  quietCases: DigestSectionDto;

  @Nested(() => DigestSectionDto, { zh: '等待本人答复的转接', en: 'Transfers that await one’s answer' })
  transfers: DigestSectionDto;

  @Nested(() => DigestSectionDto, { zh: '由本人督办的', en: 'What is up to oneself to supervise' })
  supervisions: DigestSectionDto;

  @Nested(() => DigestSectionDto, {
    zh: '已确认、但所依据的数据已更正的预警，可改为排除',
    en: 'Confirmed warnings whose data was corrected: they can be dismissed after all',
  })
  corrected: DigestSectionDto;
}
export type Section = Exclude<keyof DigestDto, 'day'>;
