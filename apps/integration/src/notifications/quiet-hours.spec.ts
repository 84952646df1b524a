import fc from 'fast-check';
import { afterQuiet, offTheHour } from './quiet-hours.js';

const ZONE = 'Asia/Shanghai';
const NIGHT = { from: '22:00', to: '07:00' };
const after = (at: string, hours = NIGHT) => afterQuiet(new Date(at), hours, ZONE).toISOString();

describe('quiet hours', () => {
  it.each([
    ['2026-12-01T21:59:59+08:00', '2026-12-01T21:59:59+08:00'],
    ['2026-12-01T22:00:00+08:00', '2026-12-02T07:00:00+08:00'],
    ['2026-12-02T00:30:00+08:00', '2026-12-02T07:00:00+08:00'],
    ['2026-12-02T06:59:59+08:00', '2026-12-02T07:00:00+08:00'],
    ['2026-12-02T07:00:00+08:00', '2026-12-02T07:00:00+08:00'],
    ['2026-12-31T23:10:00+08:00', '2027-01-01T07:00:00+08:00'],
  ])('over midnight: %s waits until %s', (at, until) => expect(after(at)).toBe(new Date(until).toISOString()));

  it.each([
    ['2026-12-01T12:29:00+08:00', '2026-12-01T12:29:00+08:00'],
    ['2026-12-01T12:30:00+08:00', '2026-12-01T14:00:00+08:00'],
    ['2026-12-01T14:00:00+08:00', '2026-12-01T14:00:00+08:00'],
  ])('within a day: %s waits until %s', (at, until) =>
    expect(after(at, { from: '12:30', to: '14:00' })).toBe(new Date(until).toISOString()),
  );

  it('there are none where they begin when they end', () =>
    expect(after('2026-12-01T22:00:00+08:00', { from: '22:00', to: '22:00' })).toBe('2026-12-01T14:00:00.000Z'));

  it('what was put off is put off no further, and by less than a day', () =>
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2026-01-01'), max: new Date('2027-12-31'), noInvalidDate: true }),
        ...([fc.integer({ min: 0, max: 1_439 }), fc.integer({ min: 0, max: 1_439 })] as const),
        (at, from, to) => {
          const hours = { from: time(from), to: time(to) };
          const until = afterQuiet(at, hours, ZONE);
          expect(afterQuiet(until, hours, ZONE)).toEqual(until);
          expect(until.getTime() - at.getTime()).toBeLessThan(86_400_000);
          expect(until >= at).toBe(true);
        },
      ),
    ));

  it('nothing goes out on the full or the half hour', () => {
    for (const random of [0, 0.5, 0.999])
      for (const at of ['2026-12-01T07:00:00Z', '2026-12-01T07:30:59Z'])
        expect([0, 30]).not.toContain(offTheHour(new Date(at), random).getUTCMinutes());
    expect(offTheHour(new Date('2026-12-01T07:12:00Z'))).toEqual(new Date('2026-12-01T07:12:00Z'));
  });
});

function time(minutes: number): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
