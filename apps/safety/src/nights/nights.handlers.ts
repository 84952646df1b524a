import { Injectable } from '@nestjs/common';
import { PersonMergedV1, PersonMergeUndoneV1, RosterChangedV1 } from '#contracts';
import type { Tx } from '#database';
import { Every, OnDead, OnEvent, type Period, type Received } from '#events';
import { Policies } from '#policy';
import { Jobs } from '#service';
import { addDays, CampusClock, daysBetween } from '#time';
import { CurfewPolicy } from '../curfew/curfew.policy.js';
import { lastNight } from '../curfew/night-window.js';
import { NightCheckRequestedV1 } from './night-check-requested.event.js';
import { NightChecks } from './night-checks.service.js';
import { NightRecheckRequestedV1 } from './night-recheck-requested.event.js';
import { Rechecks } from './rechecks.service.js';

/** When nights are checked: every morning, when somebody asks, and when something about a past one changed. */
@Injectable()
export class NightHandlers {
  constructor(
    private readonly nightChecks: NightChecks,
    private readonly rechecks: Rechecks,
    private readonly jobs: Jobs,
    private readonly policies: Policies,
    private readonly clock: CampusClock,
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

  @OnDead(NightCheckRequestedV1)
  async whenNightCheckDead(tx: Tx, event: Received<NightCheckRequestedV1>): Promise<void> {
    await this.jobs.giveUp(tx, event.data.jobId);
  }

  /** Who lived where, and who was on the roster, may be known otherwise now for nights that were checked. */
  @OnEvent(RosterChangedV1, PersonMergedV1, PersonMergeUndoneV1)
  async whenRosterChanged(tx: Tx): Promise<void> {
    const { rosterRecheckNights } = (await this.policies.at(tx, CurfewPolicy, this.clock.today())).value;
    const last = lastNight(this.clock.now(), this.clock.timeZone);
    await this.rechecks.requestBetween(tx, [addDays(last, 1 - rosterRecheckNights), last]);
  }

  @OnEvent(NightRecheckRequestedV1)
  async whenNightRecheckRequested(tx: Tx, event: Received<NightRecheckRequestedV1>): Promise<void> {
    await this.rechecks.begin(event.data.night);
    await this.nightChecks.recheck(tx, event.data.night);
  }
}
