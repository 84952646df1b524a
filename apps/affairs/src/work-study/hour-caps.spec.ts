import { overCaps, vacationsOf } from './hour-caps.js';

const CAPS = { weeklyHours: 8, monthlyHours: 40, vacationWeeklyHours: 40 };
const caps = () => CAPS;
const never = () => false;

describe('hours of work-study', () => {
  it('are capped by the week, Monday to Sunday, and by the month', () => {
    // 2027-03-01 is a Monday.
    expect(
      overCaps(
        [
          { date: '2027-03-01', minutes: 240 },
          { date: '2027-03-07', minutes: 240 },
        ],
        never,
        caps,
      ),
    ).toEqual([]);
    expect(
      overCaps(
        [
          { date: '2027-03-01', minutes: 240 },
          { date: '2027-03-07', minutes: 241 },
        ],
        never,
        caps,
      ),
    ).toEqual([{ period: 'week', from: '2027-03-01', minutes: 481, most: 480 }]);
    expect(
      overCaps(
        [
          { date: '2027-03-07', minutes: 480 },
          { date: '2027-03-08', minutes: 480 },
        ],
        never,
        caps,
      ),
    ).toEqual([]);
    const five = ['03-01', '03-08', '03-15', '03-22', '03-29'].map((day) => ({ date: `2027-${day}`, minutes: 480 }));
    expect(overCaps(five, never, caps)).toEqual([]);
    const caped = overCaps(
      [...five.slice(0, 4), { date: '2027-03-29', minutes: 479 }, { date: '2027-03-30', minutes: 2 }],
      never,
      () => ({ ...CAPS, weeklyHours: 9 }),
    );
    expect(caped).toEqual([{ period: 'month', from: '2027-03-01', minutes: 2401, most: 2400 }]);
    // A week that lies in two months is one week.
    expect(
      overCaps(
        [
          { date: '2027-03-31', minutes: 300 },
          { date: '2027-04-01', minutes: 300 },
        ],
        never,
        caps,
      ),
    ).toEqual([{ period: 'week', from: '2027-03-29', minutes: 600, most: 480 }]);
  });

  it('are measured by the greatest of the caps that hold on the days worked', () => {
    const lowered = (date: string) => ({ ...CAPS, weeklyHours: date < '2027-03-03' ? 8 : 6 });
    const [monday, friday] = ['2027-03-01', '2027-03-05'];
    const both = [
      { date: monday, minutes: 240 },
      { date: friday, minutes: 240 },
    ];
    expect(overCaps(both, never, lowered)).toEqual([]);
    expect(overCaps([{ date: friday, minutes: 361 }], never, lowered)).toEqual([
      { period: 'week', from: monday, minutes: 361, most: 360 },
    ]);
  });

  it('have another cap in vacations, which counts for nothing else', () => {
    const isVacation = vacationsOf([
      { from: '2026-09-01', to: '2027-01-20' },
      { from: '2027-02-22', to: '2027-07-10' },
    ]);
    expect(['2027-01-19', '2027-01-20', '2027-02-21', '2027-02-22'].map(isVacation)).toEqual([
      false,
      true,
      true,
      false,
    ]);
    // Before the first and after the last that is known there is no vacation.
    expect(['2026-08-20', '2027-07-20'].map(isVacation)).toEqual([false, false]);
    const days = ['18', '19', '20', '21', '22'].map((day) => ({ date: `2027-01-${day}`, minutes: 480 }));
    expect(overCaps(days.slice(2), isVacation, caps)).toEqual([]);
    expect(overCaps(days, isVacation, caps)).toEqual([{ period: 'week', from: '2027-01-18', minutes: 960, most: 480 }]);
  });
});
