import { nationalDay } from './calendar.js';
import { statutoryDaysOff } from './statutory-holidays.js';

describe('the national workday calendar', () => {
  it.each<[string, boolean, string | undefined]>([
    ['2026-09-05', false, undefined],
    ['2026-09-07', true, undefined],
    ['2026-10-01', false, '国庆节'],
    ['2026-02-16', false, '春节'],
  ])('knows %s by the plan of its year', (date, workday, name) => {
    expect(nationalDay(date)).toEqual({ date, workday, ...(name && { name }), provisional: false });
  });

  it.each<[string, boolean, string | undefined]>([
    ['2035-01-01', false, '元旦'],
    ['2035-02-07', false, '春节'],
    ['2035-02-08', false, '春节'],
    ['2035-02-06', true, undefined],
    ['2035-05-01', false, '劳动节'],
    ['2035-10-03', false, '国庆节'],
    ['2035-10-08', true, undefined],
  ])('counts %s by the law where there is no plan yet', (date, workday, name) => {
    expect(nationalDay(date)).toEqual({ date, workday, ...(name && { name }), provisional: true });
  });

  it('is provisional from the last week of the last year whose plan is known', () => {
    let last = 2026;
    while (!nationalDay(`${last + 1}-10-01`).provisional) last++;
    expect([`${last}-12-25`, `${last}-12-26`, `${last}-12-31`].map((date) => nationalDay(date).provisional)).toEqual([
      false,
      true,
      true,
    ]);
  });
});

describe('days off by the regulation', () => {
  it('are those of 2027: a day on a weekend is made up on the workday after', () => {
    expect([...statutoryDaysOff(2027)].sort()).toEqual([
      ['2027-01-01', '元旦'],
      ['2027-02-05', '春节'],
      ['2027-02-06', '春节'],
      ['2027-02-07', '春节'],
      ['2027-02-08', '春节'],
      ['2027-02-09', '春节'],
      ['2027-02-10', '春节'],
      ['2027-04-05', '清明'],
      ['2027-05-01', '劳动节'],
      ['2027-05-02', '劳动节'],
      ['2027-05-03', '劳动节'],
      ['2027-05-04', '劳动节'],
      ['2027-06-09', '端午'],
      ['2027-09-15', '中秋'],
      ['2027-10-01', '国庆节'],
      ['2027-10-02', '国庆节'],
      ['2027-10-03', '国庆节'],
      ['2027-10-04', '国庆节'],
      ['2027-10-05', '国庆节'],
    ]);
  });

  it('contain, for each year with a plan since 2025, nothing that its plan makes a workday but a moved one', () => {
    for (const year of [2025, 2026]) {
      const wrong = [...statutoryDaysOff(year).keys()].filter((date) => nationalDay(date).workday);
      expect(wrong.length).toBeLessThanOrEqual(1);
    }
  });

  it('are none before the first regulation that is known', () => {
    expect(statutoryDaysOff(2024).size).toBe(0);
  });
});
