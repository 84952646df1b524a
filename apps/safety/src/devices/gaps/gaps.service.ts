import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import { Database, findInScope, insert, sql, type Tx } from '#database';
import { Timers } from '#events';
import { list, type Page } from '#http';
import { NotFound } from '#problems';
import { CampusClock } from '#time';
import { Device } from '../device.entity.js';
import { reached } from '../device-scope.js';
import { DeviceGapDueV1 } from './device-gap-due.event.js';
import { DeviceGap } from './gap.entity.js';
import { type AskGapDto, GapDto, type GapsQuery } from './gaps.dto.js';
import { GapEndsBeforeItBegins, GapTooLong } from './gaps.problems.js';
import { canBeAsked, hasWaitingGap, lengthenGap, type Missing } from './gaps.queries.js';

/** What comes by itself a little later is not asked for. */
const SETTLE_MS = 5_000;
const LONGEST_DAYS = 31;

/** Times of which events of a device are missing. */
@Injectable()
export class Gaps {
  constructor(
    private readonly database: Database,
    private readonly timers: Timers,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, deviceId: string, q: GapsQuery): Promise<Page<GapDto>> {
    return list(this.database.connection, q, {
      select: sql`g.id, g.device_id AS "deviceId", g.reason, g.from_at AS "from", g.to_at AS "to", g.events, g.status, g.found, g.problem,
        g.created_at AS "createdAt"`,
      from: sql`safety.device_gap g JOIN safety.device d ON d.id = g.device_id`,
      where: [sql`d.id = ${deviceId}`, reached(actor, 'safety:device:read', this.clock.today())],
      sorts: { id: sql`g.id` },
      defaultSort: '-id',
      id: sql`g.id`,
      to: GapDto.from,
    });
  }

  /** Has a device asked for what it kept between two times. */
  ask(actor: Actor, deviceId: string, body: AskGapDto): Promise<GapDto> {
    return this.database.transaction(actor, async (tx) => {
      const where = reached(actor, 'safety:device:write', this.clock.today());
      const device = await findInScope(tx, Device, deviceId, { alias: 'd', where });
      if (!device) throw new NotFound({ what: 'device' });
      device.assertAsked();
      const [fromAt, toAt] = [new Date(body.from), new Date(body.to)];
      if (toAt < fromAt) throw new GapEndsBeforeItBegins({ pointer: '#/to' });
      if (toAt.getTime() - fromAt.getTime() > LONGEST_DAYS * 86_400_000)
        throw new GapTooLong({ pointer: '#/to', params: { days: LONGEST_DAYS } });
      const gap = await insert(
        tx,
        Object.assign(new DeviceGap(), { deviceId, reason: 'asked' as const, fromAt, toAt }),
      );
      await this.wake(tx, deviceId, this.clock.now());
      await audit(tx, actor, { action: 'safety.device.ask', subject: { kind: 'device', id: deviceId } });
      return GapDto.from({ ...gap, from: fromAt, to: toAt });
    });
  }

  /** Notes what is missing, and has the device asked for it where it can be. */
  async open(tx: Tx, deviceId: string, missing: Missing): Promise<void> {
    if (!(await lengthenGap(tx, deviceId, missing))) {
      const { reason, from: fromAt, to: toAt, events } = missing;
      await insert(tx, Object.assign(new DeviceGap(), { deviceId, reason, fromAt, toAt, events }));
    }
    if (await canBeAsked(tx, deviceId)) await this.wake(tx, deviceId, new Date(this.clock.now().getTime() + SETTLE_MS));
  }

  /** From now on the device can be asked: for what was missing all along, too. */
  async resume(tx: Tx, deviceId: string): Promise<void> {
    if (await hasWaitingGap(tx, deviceId)) await this.wake(tx, deviceId, this.clock.now());
  }

  /** One timer for a device: it is asked for one thing after the other. */
  wake(tx: Tx, deviceId: string, at: Date): Promise<void> {
    return this.timers.set(tx, { key: `safety.device-gap ${deviceId}`, at, event: new DeviceGapDueV1(deviceId) });
  }
}
