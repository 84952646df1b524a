import { type BeforeApplicationShutdown, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { RunWantedV1 } from '#contracts';
import { Database, queryOne, sql } from '#database';
import { Events } from '#events';
import { onRunWanted } from './wanting.js';

/** Least time between two wake-ups of one process: what comes in between is seen by the same run. */
const LULL_MS = 50;

/** Wakes a worker when a run is wanted: at once after a lull, at most twenty times a second while data pours in. */
@Injectable()
export class RunWaker implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger('RunWaker');
  private timer: NodeJS.Timeout | undefined;
  private dueAt = 0;
  private lastAt = 0;
  private stopped = false;
  private waking: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly events: Events,
  ) {}

  onModuleInit(): void {
    onRunWanted(this.database.dataSource, () => this.wake());
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.waking;
  }

  /** Wakes a worker in so many milliseconds, or earlier when that was asked for before. */
  wake(afterMs = 0): void {
    const at = Math.max(Date.now() + afterMs, this.lastAt + LULL_MS);
    if (this.stopped || (this.timer && this.dueAt <= at)) return;
    clearTimeout(this.timer);
    this.dueAt = at;
    this.timer = setTimeout(() => this.fire(), at - Date.now());
    this.timer.unref();
  }

  /** For the end of a run: what was wanted while it was going on had nobody to wake. */
  wakeIfWanted(afterMs: number): void {
    this.attempt(async () => {
      const wanted = await queryOne(this.database.reader, sql`SELECT 1 FROM early_warning.run_wanted LIMIT 1`);
      if (wanted) this.wake(afterMs);
    });
  }

  private fire(): void {
    this.timer = undefined;
    this.lastAt = Date.now();
    this.attempt(() =>
      this.database.transaction(null, async (tx) => {
        await this.events.publish(tx, new RunWantedV1());
      }),
    );
  }

  /** A wake-up that fails is made good by the next minute's schedule. */
  private attempt(work: () => Promise<void>): void {
    if (this.stopped) return;
    this.waking = this.waking
      .then(work)
      .catch((error: Error) => this.logger.warn(`could not wake a run: ${error.name}`));
  }
}
