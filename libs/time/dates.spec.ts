import { addDays, addMonths, dateOf, daysBetween, instantOf, weekdayOf } from './dates.js';

const SHANGHAI = 'Asia/Shanghai';

describe('calendar dates', () => {
  it('move by days across months, years and 29 February', () => {
    expect(addDays('2026-01-31', 1)).toBe('2026-02-01');
    expect(addDays('2024-02-28', 1)).toBe('2024-02-29');
    expect(addDays('2025-03-01', -1)).toBe('2025-02-28');
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
    expect(addDays('2026-11-21', 0)).toBe('2026-11-21');
  });

  it('move by months with the day clamped at the end of a shorter month', () => {
    expect(addMonths('2026-01-31', 1)).toBe('2026-02-28');
    expect(addMonths('2024-02-29', 12)).toBe('2025-02-28');
    expect(addMonths('2026-08-31', 6)).toBe('2027-02-28');
  });

  it('stay within years of four digits, so that they sort as text', () => {
    expect(addDays('9999-12-31', 1)).toBe('9999-12-31');
    expect(addDays('9999-12-30', 1)).toBe('9999-12-31');
    expect(addDays('0001-01-02', -3)).toBe('0001-01-01');
    expect(addMonths('9999-12-01', 1)).toBe('9999-12-31');
    expect(addMonths('0001-01-31', -1)).toBe('0001-01-01');
    expect(dateOf('9999-12-31T20:00:00Z', SHANGHAI)).toBe('9999-12-31');
  });

  it('belong to instants by the campus clock', () => {
    expect(dateOf('2026-08-31T23:30:00Z', SHANGHAI)).toBe('2026-09-01');
    expect(instantOf('2026-11-20', '23:00', SHANGHAI).toISOString()).toBe('2026-11-20T15:00:00.000Z');
    expect(instantOf('2026-11-20', '24:00', SHANGHAI).toISOString()).toBe('2026-11-20T16:00:00.000Z');
  });

  it.each([SHANGHAI, 'America/New_York', 'Australia/Lord_Howe', 'America/Sao_Paulo'])(
    'are those of each instant in %s, whatever was asked before',
    (timeZone) => {
      const byIntl = new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' });
      // Days of 23, 24 and 25 hours, and days without a midnight: in all these zones the clocks were changed then.
      for (const first of ['1986-05-02', '1986-09-12', '2018-11-02', '2026-03-06', '2026-04-03', '2026-10-30']) {
        const start = Date.parse(first);
        for (const minutes of [...Array.from({ length: 5 * 48 }, (_, i) => i * 30), 0, 1, 1439, 1440]) {
          const at = new Date(start + minutes * 60_000);
          expect(`${at.toISOString()} ${dateOf(at, timeZone)}`).toBe(`${at.toISOString()} ${byIntl.format(at)}`);
          expect(dateOf(at.toISOString(), timeZone)).toBe(byIntl.format(at));
        }
        for (const time of ['00:00', '03:30', '24:00'])
          for (const days of [0, 1, 2, 3, 1, 0]) {
            const date = addDays(first, days);
            const wall = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
            const [onDate, atTime] = time === '24:00' ? [addDays(date, 1), '00:00'] : [date, time];
            const noMidnight = timeZone === 'America/Sao_Paulo' && onDate === '2018-11-04' && atTime === '00:00';
            expect(wall.format(instantOf(date, time, timeZone))).toBe(`${onDate} ${noMidnight ? '01:00' : atTime}`);
          }
      }
    },
  );

  it('count days between them, and name the weekday', () => {
    expect(daysBetween('2026-11-01', '2026-11-21')).toBe(20);
    expect(daysBetween('2026-03-01', '2024-02-28')).toBe(-732);
    expect(weekdayOf('2026-11-21')).toBe(6);
    expect(weekdayOf('2026-11-22')).toBe(7);
  });
});
