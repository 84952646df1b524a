import { Injectable } from '@nestjs/common';
import { NightCheckRequestedV1, NightRecheckRequestedV1 } from '#contracts';
import type { Tx } from '#database';
import { Every, OnEvent, type Period, type Received } from '#events';
import { addDays, daysBetween } from '#roster';
import { Jobs } from '#service';
import { NightChecks } from './night-checks.service.js';
import { Rechecks } from './rechecks.service.js';

/** When nights are checked: every morning, when somebody asks, and when something about a past one changed. */
@Injectable()
export class NightHandlers {
  constructor(
    private readonly nightChecks: NightChecks,
    private readonly rechecks: Rechecks,
    private readonly jobs: Jobs,
  ) {}

  /** The evening before; mornings missed while nothing ran are made up for one by one. */
  @Every('37 5 * * *', { name: 'safety.night-check', catchUp: 'all' })
  async everyMorning(tx: Tx, period: Period): Promise<void> {
    await this.rechecks.forgetOld(tx);
    await this.nightChecks.check(tx, addDays(period.date, -1));
  }

  @OnEvent(NightCheckRequestedV1)
  async whenNightCheckRequested(tx: Tx, event: Received<NightCheckRequestedV1>): Promise<void> {
    const { night: from, to = from, jobId } = event.data;
    const total = daysBetween(from, to) + 1;
    for (let done = 0; done < total; done++) {
      await this.jobs.progress(jobId, done, total);
      await this.nightChecks.check(tx, addDays(from, done));
    }
    await this.jobs.succeed(tx, jobId, { nights: total, ...(await this.nightChecks.summary(tx, from, to)) });
  }

  @OnEvent(NightRecheckRequestedV1)
  async whenNightRecheckRequested(tx: Tx, event: Received<NightRecheckRequestedV1>): Promise<void> {
    await this.rechecks.begin(event.data.night);
    await this.nightChecks.recheck(tx, event.data.night);
  }
}
