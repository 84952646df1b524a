import { DateOnly, Int, ListOf, Text } from '#fields';
import { Policy } from '#policy';

/** What a place's government has set as the least wage, from a day on. */
export class MinimumWage {
  @Text({ zh: '地区，与岗位所写一致', en: 'Region, as posts name it', max: 50, example: '西安市' })
  region: string;

  @DateOnly({ zh: '自该日起', en: 'From this day on', example: '2027-01-01' })
  from: string;

  @Int({
    zh: '月最低工资或居民最低生活保障标准（分）',
    en: 'Of a month, or the subsistence allowance, in fen',
    min: 1,
    max: 100_000_000,
    example: 216_000,
  })
  monthlyFen: number;

  @Int({ zh: '小时最低工资（分）', en: 'Of an hour, in fen', min: 1, max: 1_000_000, example: 2_100 })
  hourlyFen: number;
}

/**
 * Work-study (勤工助学): 《高等学校勤工助学管理办法（2018年修订）》, 教财〔2018〕12号: at most 8 hours a week and 40 a month, more in vacations as
 * the school says; a fixed post pays for 40 hours a month's least wage of the place at least, a temporary one 12 yuan an hour; off campus the
 * least wage of the place. The least wages are the place's own: without them such posts cannot be opened.
 */
@Policy({ key: 'affairs.work-study', title: { zh: '勤工助学', en: 'Work-study' } })
export class WorkStudyPolicy {
  @Int({ zh: '每周最多小时', en: 'Hours a week at most', min: 1, max: 40, example: 8 })
  weeklyHours = 8;

  @Int({ zh: '每月最多小时', en: 'Hours a month at most', min: 1, max: 176, example: 40 })
  monthlyHours = 40;

  @Int({
    zh: '寒暑假每周最多小时（不计入上两项）',
    en: 'Hours a week in vacations, which count for neither',
    min: 1,
    max: 40,
    example: 40,
  })
  vacationWeeklyHours = 40;

  @Int({
    zh: '固定岗位按每月多少小时核算',
    en: 'Hours of a month a fixed post is measured by',
    min: 1,
    max: 176,
    example: 40,
  })
  fixedMonthHours = 40;

  @Int({
    zh: '临时岗位每小时最低报酬（分）',
    en: 'Least pay of an hour of a temporary post, in fen',
    min: 1,
    max: 1_000_000,
    example: 1_200,
  })
  temporaryHourlyFen = 1_200;

  @ListOf(() => MinimumWage, { zh: '各地最低工资', en: 'Least wages of places', optional: true, maxItems: 200 })
  minimumWages: MinimumWage[] = [];
}
