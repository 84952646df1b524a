import { Together } from './together.js';

/** Work that ends when it is told to. */
function held() {
  const begun: { items: number[]; end: () => void; fail: (error: Error) => void }[] = [];
  const work = (items: number[]): Promise<void> =>
    new Promise((end, fail) => {
      begun.push({ items, end, fail });
    });
  return { begun, work };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('Together', () => {
  it('begins at once, and does what comes meanwhile as one', async () => {
    const { begun, work } = held();
    const together = new Together(work, 1);
    const first = together.do([1]);
    await turn();
    const others = [together.do([2]), together.do([3, 4])];
    await turn();
    expect(begun.map(({ items }) => items)).toEqual([[1]]);
    begun[0]!.end();
    await first;
    await turn();
    expect(begun.map(({ items }) => items)).toEqual([[1], [2, 3, 4]]);
    begun[1]!.end();
    await Promise.all(others);
  });

  it('keeps to its numbers, and never parts what came together', async () => {
    const { begun, work } = held();
    const together = new Together(work, 2, 3);
    const all = [[1], [2]].map((items) => together.do(items).then(() => items));
    await turn();
    // Both came in one turn of the event loop.
    expect(begun.map(({ items }) => items)).toEqual([[1, 2]]);
    all.push(...[[3, 4], [5, 6, 7, 8], [9]].map((items) => together.do(items).then(() => items)));
    await turn();
    expect(begun.map(({ items }) => items)).toEqual([
      [1, 2],
      [3, 4],
    ]);
    for (let i = 0; i < 4; i++) {
      begun[i]!.end();
      await turn();
    }
    await Promise.all(all);
    expect(begun.slice(2).map(({ items }) => items)).toEqual([[5, 6, 7, 8], [9]]);
  });

  it('fails with what it was done together with, and goes on', async () => {
    const { begun, work } = held();
    const together = new Together(work, 1);
    const failed = Promise.allSettled([together.do([1]), together.do([2])]);
    await turn();
    const next = together.do([3]);
    begun[0]!.fail(new Error('not today'));
    expect((await failed).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await turn();
    begun[1]!.end();
    await next;
  });
});
