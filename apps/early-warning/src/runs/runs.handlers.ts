import { Injectable } from '@nestjs/common';
import { RunRequestedV1 } from '#contracts';
import type { Tx } from '#database';
import { Every, OnEvent, type Received } from '#events';
import { Runs } from './runs.service.js';

/** When rules run: when somebody asks, within a minute of new data, and once a night when windows move without any. */
@Injectable()
export class RunHandlers {
  constructor(private readonly runs: Runs) {}

  @OnEvent(RunRequestedV1)
  async whenRunRequested(tx: Tx, event: Received<RunRequestedV1>): Promise<void> {
    await this.runs.carryOut(tx, event.data.runId);
  }

  @Every('* * * * *', { name: 'early-warning.new-data', catchUp: 'latest' })
  async everyMinute(tx: Tx): Promise<void> {
    await this.runs.runIfWanted(tx);
  }

  @Every('11 6 * * *', { name: 'early-warning.nightly', catchUp: 'latest' })
  async everyMorning(tx: Tx): Promise<void> {
    await this.runs.runAll(tx, 'nightly');
  }
}
