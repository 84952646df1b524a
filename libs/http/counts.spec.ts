import { Counts, type Untold } from './counts.js';

/** Redis, as far as counting goes. */
class Totals {
  private readonly totals = new Map<string, number>();

  hear(untold: Untold | undefined): void {
    untold?.heard(
      untold.counts.map(([key, more]) => {
        const name = `${untold.minute} ${key}`;
        this.totals.set(name, (this.totals.get(name) ?? 0) + more);
        return this.totals.get(name)!;
      }),
    );
  }
}

describe('counts', () => {
  let now: number;
  const at = () => now;
  beforeEach(() => {
    now = 1_000_000_020_000;
  });

  it('counts each key by itself, until the minute of the clock ends', () => {
    const counts = new Counts(at);
    expect(counts.add('a')).toEqual({ count: 1, seconds: 60 - ((now / 1000) % 60) });
    expect(counts.add('a').count).toBe(2);
    expect(counts.add('b').count).toBe(1);
    now += 60_000 - (now % 60_000) - 1;
    expect(counts.add('a')).toEqual({ count: 3, seconds: 1 });
    now += 1;
    expect(counts.add('a')).toEqual({ count: 1, seconds: 60 });
  });

  it('agrees with the other processes once all have told each other', () => {
    const totals = new Totals();
    const [one, two] = [new Counts(at), new Counts(at)];
    for (let i = 0; i < 5; i++) one.add('a');
    for (let i = 0; i < 3; i++) two.add('a');
    totals.hear(one.untold());
    totals.hear(two.untold());
    expect(two.add('a').count).toBe(9);
    expect(one.add('a').count).toBe(6);
    totals.hear(one.untold());
    expect(one.add('a').count).toBe(10);
    totals.hear(two.untold());
    totals.hear(one.untold());
    expect([one.add('a').count, two.untold()]).toEqual([12, undefined]);
  });

  it('loses nothing of what came while the others were being told, and tells again what did not arrive', () => {
    const totals = new Totals();
    const [one, two] = [new Counts(at), new Counts(at)];
    one.add('a');
    const first = one.untold()!;
    one.add('a');
    first.again();
    const second = one.untold()!;
    expect(second.counts).toEqual([['a', 2]]);
    one.add('a');
    totals.hear(second);
    expect(one.untold()!.counts).toEqual([['a', 1]]);
    two.add('a');
    totals.hear(two.untold());
    expect(two.add('a').count).toBe(4);
  });

  it('forgets the oldest of too many keys', () => {
    const counts = new Counts(at);
    counts.add('first');
    for (let i = 0; i < 20_000; i++) counts.add(`key ${i}`);
    expect(counts.add('key 19999').count).toBe(2);
    expect(counts.add('first').count).toBe(1);
  });
});
