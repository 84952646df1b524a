import { Injectable } from '@nestjs/common';
import { Config } from '#config';
import { allowSeconds, Database, type Tx } from '#database';
import { Engine } from '../engine/engine.js';
import { anyDirty, foldDirty } from '../engine/folding.js';
import { EngineBusy } from './evaluations.problems.js';

/** Questions that wait for their turn; more are sent away. */
const MAX_WAITING = 100;
const RETRY_AFTER_SECONDS = 5;
/** Longest that one statement of a question may take; it is many times what a large school needs. */
const STATEMENT_SECONDS = 60;

/** What people ask of the engine: evaluations, dry runs, explanations. */
@Injectable()
export class Questions {
  private readonly atATime: number;
  private asking = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly database: Database,
    private readonly engine: Engine,
    config: Config,
  ) {
    // The other half of the connections is for runs and everybody else: a question that waits for its turn has none.
    this.atATime = Math.max(1, Math.floor(config.poolSize / 2));
  }

  /** Brings lanes and vectors up to date, so that all that was delivered is seen, then reads in one snapshot. */
  async ask<T>(read: (tx: Tx) => Promise<T>): Promise<T> {
    await this.turn();
    try {
      await this.bringUpToDate();
      return await this.database.read(async (tx) => {
        await allowSeconds(tx, STATEMENT_SECONDS);
        return read(tx);
      });
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.asking--;
    }
  }

  /** Whoever leaves hands the turn on. */
  private async turn(): Promise<void> {
    if (this.asking < this.atATime) {
      this.asking++;
      return;
    }
    if (this.waiting.length >= MAX_WAITING) throw new EngineBusy({ retryAfter: RETRY_AFTER_SECONDS });
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  private async bringUpToDate(): Promise<void> {
    await this.database.transaction(null, async (tx) => {
      await this.engine.admitStudents(tx);
      if (await anyDirty(tx)) await foldDirty(tx);
    });
  }
}
