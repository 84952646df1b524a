import { Injectable } from '@nestjs/common';
import { DateTime } from 'luxon';
import { type Actor, audit } from '#auth';
import { Database, findInScope, insert, queryOne, sql, type Sql, type Tx, update } from '#database';
import { Events } from '#events';
import { anyOf, list, type Page } from '#http';
import { Policies } from '#policy';
import { NotFound } from '#problems';
import { CampusClock } from '#time';
import { nightOf } from '../curfew/night-window.js';
import { Rechecks } from '../nights/rechecks.service.js';
import { affectedNights } from '../passes/affected-nights.js';
import { publishPasses } from '../passes/publish-passes.js';
import { GateRecordsPolicy } from './gate-records.policy.js';
import { Device } from './device.entity.js';
import { reached } from './device-scope.js';
import {
  type ApproveDeviceDto,
  DeviceDto,
  type DevicesQuery,
  OutageDto,
  type RegisterOutageDto,
  type OutagesQuery,
} from './devices.dto.js';
import {
  DirectionUnknown,
  OutageEndsBeforeItBegins,
  OutageTooLong,
  UnknownBuilding,
  UnknownTimeZone,
} from './devices.problems.js';
import { COLUMNS, type DeviceRow, heldWithoutDirection, releaseHeld, stateAt, TABLES } from './devices.queries.js';
import { Outage } from './outage.entity.js';

const LONGEST_OUTAGE_DAYS = 60;

/** Gates: approval of those that turned up by themselves, retirement, outages. */
@Injectable()
export class Devices {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly policies: Policies,
    private readonly rechecks: Rechecks,
    private readonly clock: CampusClock,
  ) {}

  async list(actor: Actor, q: DevicesQuery): Promise<Page<DeviceDto>> {
    const { status, state, buildingId, updatedSince } = q;
    const states = await this.states(this.database.connection);
    return list(this.database.connection, q, {
      select: sql`${COLUMNS}, ${states} AS state`,
      from: TABLES,
      where: [
        reached(actor, 'safety:device:read', this.clock.today()),
        anyOf(sql`d.status`, status),
        anyOf(states, state),
        anyOf(sql`d.building_id`, buildingId, 'uuid'),
        updatedSince && sql`d.updated_at >= ${updatedSince}`,
      ],
      sorts: { code: sql`d.code`, updatedAt: sql`d.updated_at` },
      defaultSort: 'code',
      id: sql`d.id`,
      to: DeviceDto.from,
    });
  }

  get(actor: Actor, id: string): Promise<DeviceDto> {
    return this.read(this.database.connection, actor, 'safety:device:read', id);
  }

  /** Lets a pending device count; what it sent before is released, and nights already checked are looked at again. */
  approve(actor: Actor, id: string, body: ApproveDeviceDto): Promise<DeviceDto> {
    return this.database.transaction(actor, async (tx) => {
      const device = await this.find(tx, actor, id);
      const timeZone = body.timeZone ?? null;
      if (timeZone && !DateTime.fromMillis(0, { zone: timeZone }).isValid)
        throw new UnknownTimeZone({ pointer: '#/timeZone' });
      const buildingId = await buildingByCode(tx, body.buildingCode);
      if (!buildingId) throw new UnknownBuilding({ pointer: '#/buildingCode' });
      device.approve(
        { buildingId, directionMode: body.directionMode, name: body.name ?? null, timeZone },
        this.clock.now(),
      );
      await update(tx, device);
      if (device.directionMode === 'both') {
        const count = await heldWithoutDirection(tx, id);
        if (count > 0) throw new DirectionUnknown({ pointer: '#/directionMode', params: { count } });
      }
      const { directionMode } = device;
      const released = await releaseHeld(tx, {
        id,
        buildingId,
        directionMode,
        timeZone: timeZone ?? this.clock.timeZone,
      });
      await publishPasses(tx, this.events, released);
      await audit(tx, actor, { action: 'safety.device.approve', subject: { kind: 'device', id } });
      const answer = await this.read(tx, actor, 'safety:device:write', id);
      await this.rechecks.request(
        tx,
        await affectedNights(
          tx,
          this.policies,
          released.map((pass) => pass.at),
          this.clock,
        ),
      );
      return answer;
    });
  }

  retire(actor: Actor, id: string): Promise<DeviceDto> {
    return this.database.transaction(actor, async (tx) => {
      const device = await this.find(tx, actor, id);
      device.retire(this.clock.now());
      await update(tx, device);
      await audit(tx, actor, { action: 'safety.device.retire', subject: { kind: 'device', id } });
      return this.read(tx, actor, 'safety:device:write', id);
    });
  }

  /** A gate was not to be trusted for some time: findings of its building in those nights are suppressed. */
  registerOutage(actor: Actor, id: string, body: RegisterOutageDto): Promise<OutageDto> {
    return this.database.transaction(actor, async (tx) => {
      const device = await this.find(tx, actor, id);
      const [fromAt, toAt] = [new Date(body.from), new Date(body.to)];
      if (toAt <= fromAt) throw new OutageEndsBeforeItBegins({ pointer: '#/to' });
      if (toAt.getTime() - fromAt.getTime() > LONGEST_OUTAGE_DAYS * 86_400_000) {
        throw new OutageTooLong({ pointer: '#/to', params: { days: LONGEST_OUTAGE_DAYS } });
      }
      const outage = Object.assign(new Outage(), {
        deviceId: device.id,
        fromAt,
        toAt,
        reason: body.reason,
        registeredBy: actor.personId ?? actor.app,
      });
      await insert(tx, outage);
      await this.recheckNightsOf(tx, outage);
      return OutageDto.from(outage);
    });
  }

  async listOutages(actor: Actor, id: string, q: OutagesQuery): Promise<Page<OutageDto>> {
    return list(this.database.connection, q, {
      select: sql`o.id, o.device_id AS "deviceId", o.from_at AS "fromAt", o.to_at AS "toAt", o.reason,
        o.revoked_at AS "revokedAt", o.version`,
      from: sql`safety.outage o JOIN safety.device d ON d.id = o.device_id`,
      where: [sql`d.id = ${id}`, reached(actor, 'safety:device:read', this.clock.today())],
      sorts: { from: sql`o.from_at` },
      defaultSort: '-from',
      id: sql`o.id`,
      to: OutageDto.from,
    });
  }

  revokeOutage(actor: Actor, id: string, outageId: string): Promise<OutageDto> {
    return this.database.transaction(actor, async (tx) => {
      const device = await this.find(tx, actor, id);
      const outage = await tx.findOneBy(Outage, { id: outageId, deviceId: device.id });
      if (!outage) throw new NotFound({ what: 'outage' });
      outage.revoke(this.clock.now());
      await update(tx, outage);
      await this.recheckNightsOf(tx, outage);
      return OutageDto.from(outage);
    });
  }

  private async recheckNightsOf(tx: Tx, outage: Outage): Promise<void> {
    const { timeZone } = this.clock;
    await this.rechecks.requestBetween(tx, [nightOf(outage.fromAt, timeZone), nightOf(outage.toAt, timeZone)]);
  }

  private async states(tx: Tx): Promise<Sql> {
    const { offlineMinutes } = (await this.policies.at(tx, GateRecordsPolicy, this.clock.today())).value;
    return stateAt(new Date(this.clock.now().getTime() - offlineMinutes * 60_000));
  }

  private async find(tx: Tx, actor: Actor, id: string): Promise<Device> {
    const where = reached(actor, 'safety:device:write', this.clock.today());
    const device = await findInScope(tx, Device, id, { alias: 'd', where });
    if (!device) throw new NotFound({ what: 'device' });
    return device;
  }

  async read(
    tx: Tx,
    actor: Actor,
    permission: 'safety:device:read' | 'safety:device:write',
    id: string,
  ): Promise<DeviceDto> {
    const where = reached(actor, permission, this.clock.today());
    const row = await queryOne<DeviceRow>(
      tx,
      sql`SELECT ${COLUMNS}, ${await this.states(tx)} AS state FROM ${TABLES} WHERE d.id = ${id} AND ${where}`,
    );
    if (!row) throw new NotFound({ what: 'device' });
    return DeviceDto.from(row);
  }
}

async function buildingByCode(tx: Tx, code: string): Promise<string | undefined> {
  const row = await queryOne<{ id: string }>(
    tx,
    sql`SELECT id FROM directory.published_unit_v1 WHERE kind = 'building' AND code = ${code} AND active`,
  );
  return row?.id;
}
