import { Throttle } from './throttle.js';

describe('Throttle', () => {
  let now = 0;
  let throttle: Throttle;
  beforeEach(() => {
    now = 0;
    throttle = new Throttle(() => now);
  });
  const fail = (key: string, times: number) => Array.from({ length: times }, () => throttle.fail(key));

  it('refuses the eleventh failure of a minute, of that key only', () => {
    fail('a', 9);
    expect(throttle.waitFor('a')).toBe(0);
    fail('a', 1);
    expect(throttle.waitFor('a')).toBe(60);
    expect(throttle.waitFor('b')).toBe(0);
  });

  it('forgets after a minute, however often it was tried', () => {
    fail('a', 50);
    now = 59_001;
    expect(throttle.waitFor('a')).toBe(1);
    now = 60_001;
    expect(throttle.waitFor('a')).toBe(0);
    fail('a', 1);
    expect(throttle.waitFor('a')).toBe(0);
  });

  it('stays small when somebody makes up keys', () => {
    fail('first', 10);
    for (let i = 0; i < 10_000; i++) throttle.fail(`made-up-${i}`);
    expect(throttle.waitFor('first')).toBe(0);
    expect(throttle.waitFor('made-up-9999')).toBe(0);
  });
});
