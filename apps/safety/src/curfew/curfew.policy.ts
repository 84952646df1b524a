import { Decimal, Int, ListOf, OneOf, Text } from '#fields';
import { Policy } from '#policy';

/** Days of the week in the order of ISO 8601. */
export const WEEKDAYS = {
  mon: { zh: '周一', en: 'Monday' },
  tue: { zh: '周二', en: 'Tuesday' },
  wed: { zh: '周三', en: 'Wednesday' },
  thu: { zh: '周四', en: 'Thursday' },
  fri: { zh: '周五', en: 'Friday' },
  sat: { zh: '周六', en: 'Saturday' },
  sun: { zh: '周日', en: 'Sunday' },
} as const;
export type Weekday = keyof typeof WEEKDAYS;

export const EVENINGS_BY = {
  weekday: { zh: '当日星期', en: 'the day of the week' },
  next_day: {
    zh: '次日是否上班：次日为工作日的周五、周六晚按周日晚，次日休息的周日至周四晚按周五晚',
    en: 'whether the next day is a working day: Friday and Saturday before one count as Sunday, Sunday to Thursday before a day off as Friday',
  },
} as const;

export const EXEMPT_EVENINGS = {
  none: { zh: '都不豁免', en: 'none' },
  holidays: { zh: '次日为法定节假日或学校假日', en: 'the next day is a public or school holiday' },
  non_workdays: { zh: '次日为非工作日', en: 'the next day is no workday' },
} as const;

/** The latest `notReturnedAfter`; from then on a night is over and may be checked. */
export const LATEST_END = '05:30';

const CURFEW_TIME = /^(1[89]|2[0-3]):[0-5]\d$|^0[0-2]:[0-5]\d$/;
const END_TIME = /^0[0-4]:[0-5]\d$|^05:([0-2]\d|30)$/;
const EVENING_TIME = /^(1[2-9]|2[0-3]):[0-5]\d$/;

/** When the doors close, on which evenings, in which buildings. */
export class CurfewRule {
  @ListOf(WEEKDAYS, {
    zh: '适用的晚上',
    en: 'Evenings it is for',
    minItems: 1,
    maxItems: 7,
    unique: true,
    example: ['fri', 'sat'],
  })
  weekdays: Weekday[];

  @Text({
    zh: '宿舍关门时间；00:00–02:59 指次日',
    en: 'Curfew; 00:00–02:59 = the next day',
    pattern: CURFEW_TIME,
    example: '23:30',
  })
  curfew: string;

  @ListOf('text', {
    zh: '楼栋编码；不填为全部楼栋。写明楼栋的规则优先',
    en: 'Codes of buildings; left out: all. A rule that names a building outranks one that does not',
    maxItems: 500,
    unique: true,
    optional: true,
    example: ['B1'],
  })
  buildings?: string[];
}

/**
 * Curfew, what excuses, and when a gate is not to be trusted. The default is one school's (广西财院: Sun–Thu 23:00,
 * Fri–Sat 23:30), there being no national rule; a building and weekday without a rule has no curfew and is not checked.
 */
@Policy({ key: 'safety.curfew', title: { zh: '宿舍晚归', en: 'Curfew and the night check' } })
export class CurfewPolicy {
  @ListOf(() => CurfewRule, {
    zh: '关门时间，按楼栋与星期；先匹配的优先',
    en: 'Curfews by building and weekday; the first that fits',
    maxItems: 100,
  })
  rules: CurfewRule[] = [
    Object.assign(new CurfewRule(), { weekdays: ['sun', 'mon', 'tue', 'wed', 'thu'], curfew: '23:00' }),
    Object.assign(new CurfewRule(), { weekdays: ['fri', 'sat'], curfew: '23:30' }),
  ];

  @OneOf(EVENINGS_BY, {
    zh: '某晚适用哪一天的规则，按什么确定（含调休）',
    en: 'What decides whose rule an evening has; moved working days are known',
    example: 'next_day',
  })
  eveningsBy: keyof typeof EVENINGS_BY = 'weekday';

  @Text({
    zh: '次日此时仍未回即为未归；最晚 05:30',
    en: 'Not in by this time of the next day = not returned; 05:30 at the latest',
    pattern: END_TIME,
    example: '05:00',
  })
  notReturnedAfter = '05:00';

  @Int({
    zh: '关门后仍算按时的分钟数',
    en: 'Minutes after curfew that still count as in time',
    min: 0,
    max: 120,
    example: 5,
  })
  graceMinutes = 0;

  @Int({
    zh: '最近一次通行最多往前看多少小时',
    en: 'Hours before curfew within which a pass still tells where somebody is',
    min: 12,
    max: 240,
    example: 72,
  })
  lookbackHours = 72;

  @Int({
    zh: '多少分钟内再次进入算重复刷卡',
    en: 'A second "in" within so many minutes is the same one read twice',
    min: 0,
    max: 60,
    example: 10,
  })
  rereadMinutes = 10;

  @OneOf(EXEMPT_EVENINGS, { zh: '豁免的晚上', en: 'Evenings without curfew', example: 'holidays' })
  exemptEvenings: keyof typeof EXEMPT_EVENINGS = 'holidays';

  @Int({
    zh: '名单或住宿变更后重新核查最近几个晚上',
    en: 'Newest nights that are checked again after the roster changed: somebody may have moved in or out before',
    min: 0,
    max: 60,
    example: 7,
  })
  rosterRecheckNights = 7;

  @Int({ zh: '晚归报备最长天数', en: 'Longest late pass, in nights', min: 1, max: 366, example: 150 })
  latePassMaxNights = 150;

  @Text({
    zh: '从此时起到未归时刻，门禁故障会使结果不可信',
    en: 'From this time until notReturnedAfter an outage makes findings doubtful',
    pattern: EVENING_TIME,
    example: '18:00',
  })
  outageFrom = '18:00';

  @Int({ zh: '与之前多少个晚上比较', en: "Nights before that make a gate's norm", min: 3, max: 60, example: 14 })
  outageNormNights = 14;

  @Int({
    zh: '晚间平均通行少于此数的门禁不判断故障',
    en: 'Gates with fewer passes an evening are not judged',
    min: 1,
    max: 100_000,
    example: 20,
  })
  outageMinimumNorm = 20;

  @Decimal({
    zh: '通行量不高于平均值的这一比例即疑似故障',
    en: 'Suspected when an evening has no more than this share of the norm',
    min: 0,
    max: 0.9,
    example: 0.05,
  })
  outageShareOfNorm = 0.05;
}
