import { performance } from 'node:perf_hooks';
import { type BeforeApplicationShutdown, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Database, queryOne, sql } from '#database';
import { Events } from '#events';
import { Policies } from '#policy';
import { CampusClock } from '#time';
import { RunWantedV1 } from './run-wanted.event.js';
import { SchedulePolicy } from './schedule.policy.js';
import { onRunRequested } from '../engine/run-requests.js';

/** Least time between two wake-ups of one process: what comes in between is seen by the same run. */
const LULL_MS = 50;

/**
 * Wakes a worker when a run is wanted: at once after a lull; while data pours in, not more often than the school lets runs follow each
 * other. Every wake-up is a stored event.
 */
@Injectable()
export class RunWaker implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger('RunWaker');
  private timer: NodeJS.Timeout | undefined;
  private dueAt = 0;
  private lastAt = 0;
  /** No request can lead to a run earlier. */
  private pausedUntil = 0;
  private stopped = false;
  private waking: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly clock: CampusClock,
    private readonly policies: Policies,
  ) {}

  onModuleInit(): void {
    onRunRequested(this.database.dataSource, () => this.wake(this.pausedUntil - performance.now()));
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.waking;
  }

  /** A run has just ended, and the next may follow in so many milliseconds. */
  afterRun(pauseMs: number): void {
    this.pausedUntil = performance.now() + pauseMs;
    // What was wanted while it was going on had nobody to wake.
    this.wakeIfRequested(pauseMs);
  }

  /** Wakes a worker in so many milliseconds if a run is wanted. */
  wakeIfRequested(afterMs: number): void {
    this.attempt(async () => {
      const wanted = await queryOne(this.database.connection, sql`SELECT 1 FROM early_warning.run_wanted LIMIT 1`);
      if (wanted) this.wake(afterMs);
    });
  }

  /** Wakes a worker in so many milliseconds, or earlier when that was asked for before. */
  private wake(afterMs: number): void {
    const at = Math.max(performance.now() + afterMs, this.lastAt + LULL_MS);
    if (this.stopped || (this.timer && this.dueAt <= at)) return;
    clearTimeout(this.timer);
    this.dueAt = at;
    this.timer = setTimeout(() => this.fire(), at - performance.now());
    this.timer.unref();
  }

  private fire(): void {
    this.timer = undefined;
    this.lastAt = performance.now();
    this.attempt(() =>
      this.database.transaction(null, async (tx) => {
        const { value } = await this.policies.at(tx, SchedulePolicy, this.clock.today());
        this.pausedUntil = this.lastAt + value.pauseSeconds * 1_000;
        if (value.onNewData) await this.events.publish(tx, new RunWantedV1());
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
