import { Injectable } from '@nestjs/common';
import { Database, findInScope, query, sql, type Tx, update } from '#database';
import { Events, OnDead, OnEvent, Prepare, type Received } from '#events';
import { Policies } from '#policy';
import { CampusClock } from '#time';
import { Vault } from '#vault';
import { nightOf } from '../../curfew/night-window.js';
import { Rechecks } from '../../nights/rechecks.service.js';
import { placeOfPassword } from '../device.entity.js';
import { GateRecordsPolicy } from '../gate-records.policy.js';
import { type AcsPage, AcsEvents, AskFailed } from '../hikvision/acs-event.client.js';
import { recordsOf } from '../hikvision/hikvision-records.js';
import { DeviceRecords } from '../listener/device-records.service.js';
import { DeviceGapDueV1 } from './device-gap-due.event.js';
import { DeviceGap, type GapProblem } from './gap.entity.js';
import { hasWaitingGap, leaseGap, type LeasedGap } from './gaps.queries.js';
import { Gaps } from './gaps.service.js';

/** For so long nobody else asks the device: longer than an answer is waited for, with its challenge. */
const LEASE_MS = 120_000;

interface Asked {
  gap: LeasedGap;
  answer: AcsPage | GapProblem;
}

/** Asks devices for what they did not send: page by page, each taken with what it changes, so that it goes on wherever it was stopped. */
@Injectable()
export class GapHandlers {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly policies: Policies,
    private readonly clock: CampusClock,
    private readonly vault: Vault,
    private readonly gaps: Gaps,
    private readonly acsEvents: AcsEvents,
    private readonly records: DeviceRecords,
    private readonly rechecks: Rechecks,
  ) {}

  @Prepare(DeviceGapDueV1)
  async beforeDue({ data: { deviceId } }: Received<DeviceGapDueV1>): Promise<Asked | undefined> {
    const now = this.clock.now();
    const until = new Date(now.getTime() + LEASE_MS);
    const gap = await this.database.background((tx) => leaseGap(tx, deviceId, { now, until }));
    return gap && { gap, answer: await this.ask(gap) };
  }

  @OnEvent(DeviceGapDueV1)
  async whenDue(tx: Tx, { data: { deviceId } }: Received<DeviceGapDueV1>, asked?: Asked): Promise<void> {
    const now = this.clock.now();
    // Somebody is asking it; should they die, it is asked again.
    if (!asked) return this.goOn(tx, deviceId, new Date(now.getTime() + LEASE_MS));
    const gap = await this.locked(tx, asked.gap.id);
    if (!gap || gap.status !== 'waiting' || gap.position !== asked.gap.position) return;
    const again = await this.settle(tx, gap, asked);
    await update(tx, gap);
    if (again) await this.gaps.wake(tx, deviceId, again);
    else if (await hasWaitingGap(tx, deviceId)) await this.events.publish(tx, new DeviceGapDueV1(deviceId));
    // Nights that were not judged because of it.
    const { timeZone } = this.clock;
    if (gap.isDone)
      await this.rechecks.requestBetween(tx, [nightOf(gap.fromAt, timeZone), nightOf(gap.toAt, timeZone)]);
  }

  @OnDead(DeviceGapDueV1)
  async whenGivenUp(tx: Tx, { data: { deviceId } }: Received<DeviceGapDueV1>): Promise<void> {
    await this.goOn(tx, deviceId, new Date(this.clock.now().getTime() + LEASE_MS));
  }

  /** Takes a page, or notes why there is none. Returns when to try again. */
  private async settle(tx: Tx, gap: DeviceGap, { gap: { code, timeZone }, answer }: Asked): Promise<Date | undefined> {
    const now = this.clock.now();
    if (typeof answer === 'string') return gap.fail(answer, now);
    const { value: policy } = await this.policies.at(tx, GateRecordsPolicy, this.clock.today());
    const read = recordsOf(answer.doors, policy, { code, zone: timeZone ?? this.clock.timeZone });
    const found = await this.records.takeFetched(tx, code, read);
    if (found === undefined) return gap.fail('later', now);
    gap.fill(answer.listed, found, answer.more);
    return undefined;
  }

  private async ask(gap: LeasedGap): Promise<AcsPage | GapProblem> {
    const { deviceId, accessUrl, accessUser, sealedPassword } = gap;
    if (!accessUrl || !accessUser || !sealedPassword) return 'no_access';
    const as = { user: accessUser, password: this.vault.open(placeOfPassword(deviceId), sealedPassword) };
    try {
      return await this.acsEvents.page(accessUrl, as, {
        searchId: gap.id,
        position: gap.position,
        from: gap.fromAt,
        to: gap.toAt,
        zone: gap.timeZone ?? this.clock.timeZone,
      });
    } catch (error) {
      if (error instanceof AskFailed) return error.problem;
      throw error;
    }
  }

  private async goOn(tx: Tx, deviceId: string, at: Date): Promise<void> {
    if (await hasWaitingGap(tx, deviceId)) await this.gaps.wake(tx, deviceId, at);
  }

  private async locked(tx: Tx, id: string): Promise<DeviceGap | undefined> {
    // The contact comes first, as in a delivery of the device.
    await query(
      tx,
      sql`SELECT 1 FROM safety.device_contact WHERE device_id = (SELECT device_id FROM safety.device_gap WHERE id = ${id}) FOR UPDATE`,
    );
    return findInScope(tx, DeviceGap, id, { alias: 'g', where: sql`TRUE`, lock: 'update' });
  }
}
