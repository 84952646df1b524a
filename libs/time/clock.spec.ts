import type { Config } from '#config';
import { CampusClock } from './index.js';

describe('the campus clock', () => {
  const config = { timeZone: 'Asia/Shanghai' } as Config;

  it('tells the date of the campus, wherever the machine is', () => {
    const clock = new CampusClock(config);
    clock.now = () => new Date('2026-09-01T16:00:00Z');
    expect(clock.today()).toBe('2026-09-02');
    expect(clock.instantOf(clock.today(), '00:00')).toEqual(clock.now());
  });

  it('runs with the machine', () => {
    const before = Date.now();
    expect(new CampusClock(config).now().getTime()).toBeGreaterThanOrEqual(before);
  });
});
