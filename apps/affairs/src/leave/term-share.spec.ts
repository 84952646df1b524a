import { daysBetween, nationalDay } from '#time';
import { daysMissed, hoursMissed } from './term-share.js';

const half = (date: string, second = false): number => daysBetween('1970-01-01', date) * 2 + Number(second);
const whole = (first: string, last = first) => ({ first: half(first), last: half(last, true) });
const day = (date: string, workday = true) => ({ date, workday, name: '', provisional: false });

describe('what of a term leaves miss', () => {
  it('in calendar days, those within the term alone', () => {
    const term = { startsOn: '2026-03-02', endsOn: '2026-03-12' };
    expect(daysMissed(term, [whole('2026-03-02', '2026-03-03'), whole('2026-03-10')])).toEqual({
      missed: 3,
      whole: 10,
    });
    expect(daysMissed(term, [whole('2026-02-20', '2026-03-02'), whole('2026-03-11', '2026-04-01')]).missed).toBe(2);
    expect(daysMissed(term, [whole('2026-01-01'), whole('2026-03-12')]).missed).toBe(0);
  });

  // 2026-03-02 is a Monday.
  const week = [
    ...['02', '03', '04', '05', '06'].map((d) => day(`2026-03-${d}`)),
    ...['07', '08'].map((d) => day(`2026-03-${d}`, false)),
  ];
  const hours = [
    ...[1, 2, 3, 4].map((weekday) => ({ weekday, hours: 6 })),
    { weekday: 5, hours: 2 },
    { weekday: 5, hours: 2 },
  ];

  it('in class hours, by weekday; days off have none, half a day half of them', () => {
    expect(hoursMissed(week, hours, [])).toEqual({ missed: 0, whole: 28 });
    expect(hoursMissed(week, hours, [whole('2026-03-02')]).missed).toBe(6);
    expect(hoursMissed(week, hours, [whole('2026-03-06', '2026-03-08')]).missed).toBe(4);
    expect(hoursMissed(week, hours, [{ first: half('2026-03-02', true), last: half('2026-03-03') }]).missed).toBe(6);
    // Two leaves of one day: once.
    expect(hoursMissed(week, hours, [whole('2026-03-02'), whole('2026-03-02')]).missed).toBe(6);
  });

  it('takes the mean for a Saturday that is worked', () => {
    expect(hoursMissed([day('2026-03-07')], hours, [whole('2026-03-07')])).toEqual({ missed: 5.6, whole: 5.6 });
    // 2026-02-14, a Saturday, is worked for the Spring Festival.
    expect(hoursMissed([nationalDay('2026-02-14')], hours, []).whole).toBeCloseTo(5.6);
    expect(hoursMissed([nationalDay('2026-02-21')], hours, []).whole).toBe(0);
  });
});
