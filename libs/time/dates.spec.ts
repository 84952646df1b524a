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

  it('are those of each instant and zone, whatever was asked before', () => {
    const [day, hour] = [Date.parse('2026-12-31T00:00:00+08:00'), 3_600_000];
    for (const at of [day, day + 24 * hour - 1, day + 24 * hour, day - 1, day, day + 12 * hour]) {
      const [zone, other] = [SHANGHAI, 'America/New_York'].map((timeZone) => dateOf(new Date(at), timeZone));
      expect([zone, other]).toEqual(
        [SHANGHAI, 'America/New_York'].map((timeZone) => dateOf(new Date(at).toISOString(), timeZone)),
      );
    }
    // A day of 23 hours and one of 25.
    for (const at of [
      '2026-03-08T05:00:00Z',
      '2026-03-09T03:59:59Z',
      '2026-03-09T04:00:00Z',
      '2026-11-02T04:59:59Z',
      '2026-11-02T05:00:00Z',
    ])
      expect(dateOf(new Date(at), 'America/New_York')).toBe(dateOf(at, 'America/New_York'));
  });

  it('count days between them, and name the weekday', () => {
    expect(daysBetween('2026-11-01', '2026-11-21')).toBe(20);
    expect(weekdayOf('2026-11-21')).toBe(6);
  });
});
