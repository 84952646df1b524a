import { LeavePolicy } from '../leave/leave.policy.js';
import { holidayReturn } from './holiday-return.js';

const rule = new LeavePolicy().gateReturn;
const at = (time: string): Date => new Date(`2026-10-${time}:00+08:00`);
/** `> 01 09:00`: out on the first; `<`: in. */
const passes = (...texts: string[]) =>
  texts.map((text) => ({
    direction: text.startsWith('>') ? ('out' as const) : ('in' as const),
    at: at(text.slice(2).replace(' ', 'T')),
    text,
  }));
/** From the first, to be back on the seventh. */
const back = (...texts: string[]) =>
  holidayReturn(at('01T08:00'), at('07T00:00'), passes(...texts).reverse(), rule)?.text;

describe('the return from a holiday by the gate', () => {
  it('is the first pass home of who did not leave again before the day of return', () => {
    expect(back('> 01 09:00')).toBeUndefined();
    expect(back('> 01 09:00', '< 07 18:00')).toBe('< 07 18:00');
    expect(back('> 01 09:00', '< 05 18:00')).toBe('< 05 18:00');
    // Fetched something, and was away again.
    expect(back('> 01 09:00', '< 03 18:00', '> 03 20:00')).toBeUndefined();
    expect(back('> 01 09:00', '< 03 18:00', '> 03 20:00', '< 07 19:00')).toBe('< 07 19:00');
    // Out again once the day has come: they were back.
    expect(back('> 01 09:00', '< 07 08:00', '> 07 10:00')).toBe('< 07 08:00');
    expect(back('> 01 09:00', '< 06 20:00', '> 07 10:00', '< 07 22:00')).toBe('< 06 20:00');
  });

  it('is none of who was not away, and late is late', () => {
    expect(back('< 01 08:00')).toBeUndefined();
    expect(back('> 01 08:10', '< 01 08:30')).toBeUndefined();
    // The gate did not see them leave.
    expect(back('< 06 18:00')).toBe('< 06 18:00');
    expect(back('> 01 09:00', '< 12 18:00')).toBe('< 12 18:00');
    expect(back()).toBeUndefined();
  });
});
