import { LookUps } from './look-ups.js';

const LIMITS = { perMinute: 300, numbersPerDay: 5_000 };
const TODAY = '2026-11-21';

describe('LookUps', () => {
  let now = 0;
  let lookUps: LookUps;
  beforeEach(() => {
    now = 0;
    lookUps = new LookUps(() => now);
  });
  const numbers = (from: number, n: number) => Array.from({ length: n }, (_, i) => String(from + i));
  const count = (list: string[], app = 'library', day = TODAY) => lookUps.count(app, list, LIMITS, day);

  it('counts every number of a request, and of one app only', () => {
    for (let i = 0; i < 6; i++) expect(count(numbers(0, 50))).toBeUndefined();
    expect(count(['0'])).toEqual({ limit: 'perMinute', seconds: 60, first: true });
    now = 59_000;
    expect(count(['0'])).toEqual({ limit: 'perMinute', seconds: 1, first: false });
    expect(count(['0'], 'canteen')).toBeUndefined();
    now = 60_000;
    expect(count(numbers(0, 50))).toBeUndefined();
  });

  it('counts different numbers of the day, and begins anew on the next', () => {
    for (let i = 0; i < 100; i++, now += 60_000) expect(count(numbers(50 * i, 50))).toBeUndefined();
    expect(count(['5000'])).toMatchObject({ limit: 'numbersPerDay', first: true });
    expect(count(['5000'])).toMatchObject({ limit: 'numbersPerDay', first: false });
    // Known ones are no further ones.
    expect(count(['4999', '4999'])).toBeUndefined();
    expect(count(['5000'], 'library', '2026-11-22')).toBeUndefined();
  });
});
