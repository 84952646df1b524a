import type { Progress } from './api.js';

const EVERY_MS = 3_000;

/** Works through named steps and tells of each: title, every three seconds how far it is, outcome and seconds. */
export class Steps {
  private n = 0;
  private readonly begun = Date.now();

  constructor(
    private readonly say: (line: string) => void,
    private readonly total: number,
  ) {}

  /** `work` answers what came of it, in a few words. */
  async run(title: string, work: (progress: Progress) => Promise<string>): Promise<void> {
    this.n++;
    this.say(`[${String(this.n).padStart(2)}/${this.total}] ${title}`);
    const begun = Date.now();
    let far = '';
    const timer = setInterval(
      () => this.say(`        … ${far || 'working'} (${Math.round((Date.now() - begun) / 1000)} s)`),
      EVERY_MS,
    );
    try {
      const outcome = await work((done, total, what) => {
        far = total > 0 ? `${count(done)} of ${count(total)} ${what}` : what;
      });
      this.say(`        ${outcome} (${seconds(begun)})`);
    } finally {
      clearInterval(timer);
    }
  }

  get elapsed(): string {
    return seconds(this.begun);
  }
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}

/** A number as people write it. */
export function count(n: number): string {
  return n.toLocaleString('en-US');
}
