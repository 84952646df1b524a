import { type Aggregate, AGGREGATES } from '../language/aggregates.js';
import type { FeatureEvidence } from '../explain/evidence.js';
import { type Figure, type NamedMetric, sayFigure, shownValue } from '../explain/figures.js';
import type { Where } from '../language/rule.js';

const MEALS = { zh: '食堂用餐次数', en: 'canteen meals', unit: 'count' };
const PERIODS = { zh: '到课节数', en: 'class periods attended', unit: 'period' };
const SPENDING = { zh: '食堂消费', en: 'canteen spending', unit: 'fen' };
const ONLINE = { zh: '夜间上网时长（记在前一晚）', en: 'time online at night', unit: 'min' };
const CREDITS = { zh: '累计不及格学分', en: 'failed credits, cumulative', unit: 'credit' };

function figure(
  metric: NamedMetric,
  agg: Aggregate,
  value: number | null,
  unit: string,
  more: Partial<FeatureEvidence> & { where?: Where } = {},
): Figure {
  const { where, ...evidence } = more;
  const feature: FeatureEvidence = {
    metric: 'm',
    agg,
    unit,
    value,
    window: null,
    days: [],
    coverage: '3/7',
    ...evidence,
  };
  return { feature, metric, where, parameters: { minutes: 240 } };
}

const usual = (recent: number | null, mean: number | null) => ({
  baseline: { from: '2026-10-17', to: '2026-11-13', n: 20, mean, recent },
});
const LATE = { ge: { $p: 'minutes', default: 300 }, lt: 600 };

/** What the student reads; and the staff, where it is something else. */
type Row = [figure: Figure, student: [zh: string, en: string], staff?: [zh: string, en: string]];
const ROWS: Record<Aggregate, Row[]> = {
  sum: [
    [figure(MEALS, 'sum', 3, 'count'), ['食堂用餐次数 3 次', 'canteen meals 3']],
    [figure(SPENDING, 'sum', 1250, 'fen'), ['食堂消费 12.50 元', 'canteen spending 12.50 yuan']],
  ],
  avg: [
    [
      figure(SPENDING, 'avg', 1250, 'fen'),
      [
        '食堂消费平均每天 12.50 元（按有记录的日子）',
        'canteen spending 12.50 yuan a day on average (of days with records)',
      ],
    ],
  ],
  count: [
    [figure(MEALS, 'count', 5, 'day'), ['食堂用餐次数有记录的日子 5 天', 'canteen meals on record on 5 days']],
    [figure(MEALS, 'count', 1, 'day'), ['食堂用餐次数有记录的日子 1 天', 'canteen meals on record on 1 day']],
  ],
  max: [
    [
      figure(PERIODS, 'max', 6, 'period'),
      ['到课节数最多的一天 6 节', 'class periods attended 6 periods on the highest day'],
    ],
  ],
  min: [
    [
      figure(PERIODS, 'min', 2, 'period'),
      ['到课节数最少的一天 2 节', 'class periods attended 2 periods on the lowest day'],
    ],
  ],
  last: [
    [
      figure(CREDITS, 'last', 10.5, 'credit'),
      ['累计不及格学分 10.5 学分（最近一次记录）', 'failed credits, cumulative 10.5 credits (latest record)'],
    ],
  ],
  hours_since_last: [
    [
      figure(MEALS, 'hours_since_last', 144, 'h'),
      ['距上次食堂用餐已至少 144 小时', 'at least 144 hours since the last canteen meal'],
    ],
    [
      figure(ONLINE, 'hours_since_last', 144, 'h', { where: LATE }),
      ['距上次计入的夜间上网已至少 144 小时', 'at least 144 hours since the last time online at night that counted'],
      [
        '距上次夜间上网 ≥ 240 分钟 且 < 600 分钟已至少 144 小时',
        'at least 144 hours since the last time online at night ≥ 240 minutes and < 600 minutes',
      ],
    ],
  ],
  days_over: [
    [
      figure(ONLINE, 'days_over', 4, 'day', { where: LATE }),
      ['计入的夜间上网时长（记在前一晚）的日子 4 天', 'time online at night that counted on 4 days'],
      [
        '夜间上网时长（记在前一晚） ≥ 240 分钟 且 < 600 分钟的日子 4 天',
        'time online at night ≥ 240 minutes and < 600 minutes on 4 days',
      ],
    ],
  ],
  streak: [
    [
      figure(MEALS, 'streak', 3, 'day', { where: { lt: 1 } }),
      ['计入的食堂用餐次数的日子连续 3 天', 'canteen meals that counted on 3 days in a row'],
      ['食堂用餐次数 < 1 次的日子连续 3 天', 'canteen meals < 1 on 3 days in a row'],
    ],
  ],
  distinct: [
    [figure(MEALS, 'distinct', 2, '1'), ['食堂用餐次数有 2 种不同的数值', 'canteen meals with 2 different values']],
    [figure(MEALS, 'distinct', 1, '1'), ['食堂用餐次数有 1 种不同的数值', 'canteen meals with 1 different value']],
  ],
  ratio: [
    [
      figure(SPENDING, 'ratio', 0.4, '1', usual(800, 2000)),
      [
        '食堂消费明显少于你自己平时（最近平均每天 8.00 元，平时 20.00 元）',
        'canteen spending clearly below what is usual for you (8.00 yuan a day on average lately, 20.00 yuan usually)',
      ],
      [
        '食堂消费为其平时的 0.4 倍（最近平均每天 8.00 元，平时 20.00 元）',
        "canteen spending 0.4 times the student's usual (8.00 yuan a day on average lately, 20.00 yuan usually)",
      ],
    ],
  ],
  zscore: [
    [
      figure(PERIODS, 'zscore', 1.584, '1', usual(6, 4.25)),
      [
        '到课节数明显多于你自己平时（最近平均每天 6 节，平时 4.25 节）',
        'class periods attended clearly above what is usual for you (6 periods a day on average lately, 4.25 periods usually)',
      ],
      [
        '到课节数比其平时高 1.58 个标准差（最近平均每天 6 节，平时 4.25 节）',
        "class periods attended 1.58 standard deviations above the student's usual (6 periods a day on average lately, 4.25 periods usually)",
      ],
    ],
    [
      figure(PERIODS, 'zscore', -2, '1', usual(2, 4)),
      [
        '到课节数明显少于你自己平时（最近平均每天 2 节，平时 4 节）',
        'class periods attended clearly below what is usual for you (2 periods a day on average lately, 4 periods usually)',
      ],
      [
        '到课节数比其平时低 2 个标准差（最近平均每天 2 节，平时 4 节）',
        "class periods attended 2 standard deviations below the student's usual (2 periods a day on average lately, 4 periods usually)",
      ],
    ],
  ],
};

describe('figures in words', () => {
  it.each(Object.keys(AGGREGATES) as Aggregate[])('say %s to students and staff in both languages', (agg) => {
    for (const [one, student, staff = student] of ROWS[agg]) {
      expect([sayFigure(one, 'zh', 'student'), sayFigure(one, 'en', 'student')]).toEqual(student);
      expect([sayFigure(one, 'zh', 'staff'), sayFigure(one, 'en', 'staff')]).toEqual(staff);
    }
    expect(sayFigure(figure(MEALS, agg, null, 'count'), 'zh', 'student')).toBeUndefined();
  });

  it('call what is near the usual the usual', () => {
    const near: [Aggregate, number, string][] = [
      ['ratio', 0.81, '差不多'],
      ['ratio', 1.24, '差不多'],
      ['ratio', 1.26, '明显多于'],
      ['ratio', 0.79, '明显少于'],
      ['ratio', 0, '明显少于'],
      ['zscore', -0.99, '差不多'],
      ['zscore', 0.99, '差不多'],
      ['zscore', 1, '明显多于'],
    ];
    for (const [agg, value, words] of near)
      expect(sayFigure(figure(PERIODS, agg, value, '1', usual(3, 3)), 'zh', 'student')).toContain(words);
    expect(sayFigure(figure(PERIODS, 'zscore', 0.5, '1', usual(3, 3)), 'en', 'student')).toContain(
      'about as usual for you',
    );
  });

  it("say of a rule's default that there is nothing to compare with", () => {
    const one = figure(PERIODS, 'zscore', 0, '1', usual(3, null));
    for (const audience of ['student', 'staff'] as const) {
      expect(sayFigure(one, 'zh', audience)).toBe('到课节数没有可比的平时数据');
      expect(sayFigure(one, 'en', audience)).toBe('class periods attended with nothing usual to compare with');
    }
  });

  it('say the value behind a place among others', () => {
    const cohort = { name: 'class', id: null, n: 30, place: 4, value: 1250, unit: 'fen' };
    const one = figure(SPENDING, 'sum', 4, '%', { cohort });
    expect(sayFigure(one, 'zh', 'student')).toBe('食堂消费 12.50 元');
    expect(shownValue(one)).toEqual({ value: 1250, unit: 'fen' });
  });

  it('show the average of late beside the name of what is compared with the usual', () => {
    expect(shownValue(figure(PERIODS, 'zscore', -2, '1', usual(2, 4)))).toEqual({ value: 2, unit: 'period' });
    expect(shownValue(figure(PERIODS, 'zscore', null, '1', usual(2, 4)))).toEqual({ value: null, unit: 'period' });
    expect(shownValue(figure(MEALS, 'hours_since_last', 144, 'h'))).toEqual({ value: 144, unit: 'h' });
  });

  it.each([
    ['entries into the dormitory', 'entry into the dormitory'],
    ['gate passes', 'gate pass'],
    ['campus card uses', 'campus card use'],
    ['class periods missed', 'class period missed'],
    ['time of sport', 'time of sport'],
  ])('speak of the last of %s', (en, last) => {
    const one = figure({ ...MEALS, en }, 'hours_since_last', 72, 'h');
    expect(sayFigure(one, 'en', 'student')).toBe(`at least 72 hours since the last ${last}`);
  });
});
