import { pauseAfter, retryAfter } from './retries.js';

describe('pauses between attempts', () => {
  it('are those of the standard, ten attempts in all, with a tenth more or less', () => {
    const all = Array.from({ length: 12 }, (_, i) => pauseAfter(i + 1, 0, 0.5));
    expect(all.slice(0, 3)).toEqual([5_000, 300_000, 1_800_000]);
    expect(all.filter((pause) => pause !== undefined)).toHaveLength(9);
    expect(pauseAfter(1, 0, 0)).toBe(4_500);
    expect(pauseAfter(1, 0, 1)).toBe(5_500);
  });

  it('are as long as the receiver asks, a day at most', () => {
    const now = new Date('2026-12-01T00:00:00Z');
    expect(pauseAfter(1, retryAfter('60', now))).toBe(60_000);
    expect(retryAfter('Tue, 01 Dec 2026 00:10:00 GMT', now)).toBe(600_000);
    expect(pauseAfter(1, retryAfter('999999', now))).toBe(86_400_000);
    for (const text of [undefined, '', 'soon', '-1']) expect(retryAfter(text, now)).toBe(0);
  });
});
