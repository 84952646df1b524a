import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { Every, OnDead, OnEvent, type Period, type Received } from '#events';
import { addDays } from '#time';
import { RunRequestedV1 } from './run-requested.event.js';
import { RunWantedV1 } from './run-wanted.event.js';
import { Runs } from './runs.service.js';

/** When rules run: when somebody asks, within seconds of new data, at midnight when windows move, and at the school's own hour. */
@Injectable()
export class RunHandlers {
  constructor(private readonly runs: Runs) {}

  @OnEvent(RunRequestedV1)
  async whenRunRequested(tx: Tx, event: Received<RunRequestedV1>): Promise<void> {
    await this.runs.carryOut(tx, event.data.runId);
  }

  @OnDead(RunRequestedV1)
  async whenRunDead(tx: Tx, event: Received<RunRequestedV1>): Promise<void> {
    await this.runs.giveUp(tx, event.data.runId);
  }

  @OnEvent(RunWantedV1)
  async whenRunWanted(tx: Tx): Promise<void> {
    await this.runs.runIfRequested(tx);
  }

  /** What waits to be folded; the school's daily run when its minute has come; and new data whose wake-up got lost. */
  @Every('* * * * *', { name: 'early-warning.new-data', catchUp: 'latest' })
  async everyMinute(tx: Tx, period: Period): Promise<void> {
    await this.runs.foldWaiting();
    if (!(await this.runs.runIfDue(tx, period))) await this.runs.runIfRequested(tx);
  }

  /** Of a midnight that was missed, what rules judge at the day's end is made good. Without a period: this day's. */
  @Every('1 0 * * *', { name: 'early-warning.nightly', catchUp: 'all' })
  async everyMidnight(tx: Tx, period?: Period): Promise<void> {
    if (period && this.runs.isOver(period.date)) await this.runs.runMissed(tx, addDays(period.date, -1));
    else await this.runs.runAll(tx, 'midnight');
  }
}
