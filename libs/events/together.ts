/**
 * Does together what comes while others are being done: `most` pieces of work are under way at a time, and what waits meanwhile becomes
 * one, of up to `size` items. Whoever has nobody before them does not wait. What is answered belongs to all that were done together.
 */
export class Together<T, R = void> {
  private underWay = 0;
  private readonly waiting: { items: readonly T[]; end: (done: Promise<R>) => void }[] = [];

  constructor(
    private readonly work: (items: T[]) => Promise<R>,
    private readonly most: number,
    private readonly size = Infinity,
  ) {}

  /** Resolves when `items` are done, with whatever they were done together with; fails with them too. */
  do(items: readonly T[]): Promise<R> {
    return new Promise((resolve) => {
      this.waiting.push({ items, end: resolve });
      // What is asked for in this turn of the event loop goes together too.
      queueMicrotask(() => this.next());
    });
  }

  private next(): void {
    if (this.underWay >= this.most || this.waiting.length === 0) return;
    let [count, items] = [1, this.waiting[0]!.items.length];
    while (count < this.waiting.length && (items += this.waiting[count]!.items.length) <= this.size) count++;
    const taken = this.waiting.splice(0, count);
    this.underWay++;
    const done = this.work(taken.flatMap((one) => one.items)).finally(() => {
      this.underWay--;
      this.next();
    });
    for (const { end } of taken) end(done);
  }
}
