import type { Logger } from '@nestjs/common';

const POLL_MS = 1_000;

/** Does what is due for as long as there is some, and looks again when it is woken, or a second later. What fails is tried again then. */
export class WorkLoop {
  private running = false;
  private woken = false;
  private wake: () => void = () => undefined;
  private ended: Promise<void> = Promise.resolve();

  /** `turn` does some of what is due, and answers how much it was. */
  constructor(
    private readonly turn: () => Promise<number>,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.running = true;
    this.ended = this.run();
  }

  look(): void {
    this.woken = true;
    this.wake();
  }

  /** Ends when the turn under way has. */
  stop(): Promise<void> {
    this.running = false;
    this.look();
    return this.ended;
  }

  private async run(): Promise<void> {
    while (this.running) {
      this.woken = false;
      const done = await this.turn().catch((error: unknown) => {
        this.logger.warn(`nothing can be done now, trying again: ${(error as Error).name}`);
        return 0;
      });
      if (done === 0 && !this.woken && this.running) await this.pause();
    }
  }

  private pause(): Promise<void> {
    return new Promise((done) => {
      const timer = setTimeout(done, POLL_MS);
      this.wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  }
}
