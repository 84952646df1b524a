import { areInOrder, fits, inWeeks, isClosed, type Opening, slotsOf } from './opening-hours.js';

const ZONE = 'Asia/Shanghai';
const opening: Opening = {
  openingHours: [
    { weekday: 1, from: '19:00', to: '24:00' },
    { weekday: 1, from: '08:30', to: '11:00' },
  ],
  closedOnHolidays: true,
  closedOn: ['2027-03-08'],
  slotMinutes: 60,
  maxSlots: 2,
};
const day = (date: string, more: object = {}) => ({ date, workday: true, provisional: false, ...more });
const span = (from: string, to: string) => ({ startsAt: new Date(`${from}+08:00`), endsAt: new Date(`${to}+08:00`) });

describe('opening hours', () => {
  it('are cut into whole slots, in order', () => {
    const slots = slotsOf(opening, day('2027-03-01'), ZONE);
    expect(slots.map(({ startsAt }) => startsAt.toISOString().slice(11, 16))).toEqual([
      '00:30',
      '01:30',
      '11:00',
      '12:00',
      '13:00',
      '14:00',
      '15:00',
    ]);
    expect(slotsOf(opening, day('2027-03-02'), ZONE)).toEqual([]);
  });

  it('are no hours on holidays and closed days; a day off without a name is one of the week', () => {
    expect(isClosed(opening, day('2027-03-08'))).toBe(true);
    expect(isClosed(opening, day('2027-04-05', { workday: false, name: '清明节' }))).toBe(true);
    expect(
      isClosed({ ...opening, closedOnHolidays: false }, day('2027-04-05', { workday: false, name: '清明节' })),
    ).toBe(false);
    expect(isClosed(opening, day('2027-03-06', { workday: false }))).toBe(false);
    expect(isClosed(opening, day('2027-03-06', { workday: true, name: '调休' }))).toBe(false);
  });

  it('take whole slots of one opening only', () => {
    const fit = (from: string, to: string) =>
      fits(opening, '2027-03-01', span(`2027-03-01T${from}`, `2027-03-01T${to}`), ZONE);
    expect(fit('08:30', '10:30')).toBe(true);
    expect(fit('09:00', '10:00')).toBe(false);
    expect(fit('09:30', '11:30')).toBe(false);
    expect(fit('19:00', '22:00')).toBe(false);
    expect(fit('10:30', '10:30')).toBe(false);
    expect(fits(opening, '2027-03-01', span('2027-03-01T23:00', '2027-03-02T00:00'), ZONE)).toBe(true);
  });

  it('must not overlap', () => {
    const hours = (from: string, to: string, weekday = 1) => ({ weekday, from, to });
    expect(areInOrder([hours('10:00', '12:00'), hours('08:00', '10:00'), hours('09:00', '11:00', 2)])).toBe(true);
    expect(areInOrder([hours('10:00', '12:00'), hours('08:00', '10:01')])).toBe(false);
    expect(areInOrder([hours('10:00', '10:00')])).toBe(false);
  });

  it('are at the same time of day in each week, also where clocks change', () => {
    const start = { startsAt: new Date('2027-03-22T19:00+01:00'), endsAt: new Date('2027-03-22T20:00+01:00') };
    expect(inWeeks(start, 1, 'Europe/Berlin').startsAt).toEqual(new Date('2027-03-29T19:00+02:00'));
    expect(inWeeks(start, 1, ZONE).startsAt).toEqual(new Date('2027-03-29T19:00+01:00'));
  });
});
