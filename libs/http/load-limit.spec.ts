import { ConcurrencyLimit } from './load-limit.js';

/** A second of a process that answers `n` requests, each after `ms`. */
function second(limit: ConcurrencyLimit, ms: number): void {
  for (let window = 0; window < 4; window++) {
    let taken = 0;
    while (limit.enter()) taken++;
    for (let i = 0; i < taken; i++) limit.leave(ms);
    limit.adjust();
  }
}

describe('requests under way', () => {
  it('become fewer while answers are late, never none, and more again while they are in time', () => {
    const limit = new ConcurrencyLimit(100);
    expect(limit.limit).toBe(64);
    for (let i = 0; i < 10; i++) second(limit, 2_000);
    expect(limit.limit).toBe(8);
    for (let i = 0; i < 10; i++) second(limit, 20);
    expect(limit.limit).toBe(100);
  });

  it('are not judged by the few that take long', () => {
    const limit = new ConcurrencyLimit(100);
    for (let window = 0; window < 20; window++) {
      for (const ms of [10, 10, 10, 30_000]) {
        limit.enter();
        limit.leave(ms);
      }
      limit.adjust();
    }
    expect(limit.limit).toBe(64);
  });

  it('stay as many as the setting says', () => {
    const limit = new ConcurrencyLimit(2);
    expect([limit.enter(), limit.enter(), limit.enter()]).toEqual([true, true, false]);
    limit.leave(5_000);
    limit.adjust();
    expect(limit.limit).toBe(2);
  });
});
