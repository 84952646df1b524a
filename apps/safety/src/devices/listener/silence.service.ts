import { Injectable } from '@nestjs/common';
import { DeviceSilenceV1 } from '#contracts';
import { query, sql, type Tx } from '#database';
import { Events, Every } from '#events';
import { Policies } from '#policy';
import { CampusClock } from '#time';
import { GateRecordsPolicy } from '../gate-records.policy.js';
import { quietTooLong } from './quiet.js';

/** Gates that are connected and send no records, or never sent one: they look healthy and lose what they should tell. */
@Injectable()
export class Silence {
  constructor(
    private readonly policies: Policies,
    private readonly events: Events,
    private readonly clock: CampusClock,
  ) {}

  @Every('* * * * *', { name: 'safety.device-silence', catchUp: 'latest' })
  everyMinute(tx: Tx): Promise<void> {
    return this.check(tx);
  }

  /** Reports, once each, the gates in use that call and are quiet for longer than is usual there at this hour. */
  async check(tx: Tx): Promise<void> {
    const now = this.clock.now();
    const { value: policy } = await this.policies.at(tx, GateRecordsPolicy, this.clock.today());
    const since = new Date(now.getTime() - policy.offlineMinutes * 60_000);
    const gates = await query<{ id: string; buildingId: string; building: string; recordedAt: Date }>(
      tx,
      sql`SELECT d.id, d.building_id AS "buildingId", u.code AS building, coalesce(c.recorded_at, d.approved_at) AS "recordedAt"
            FROM safety.device_contact c JOIN safety.device d ON d.id = c.device_id
            JOIN directory.published_unit_v1 u ON u.id = d.building_id
           WHERE d.status = 'active' AND c.silent_since IS NULL AND coalesce(c.recorded_at, d.approved_at) IS NOT NULL AND c.seen_at >= ${since}
           ORDER BY d.id FOR UPDATE OF c`,
    );
    const silent = gates.filter((gate) => quietTooLong(policy.quiet, gate, now, this.clock.timeZone));
    if (silent.length === 0) return;
    await query(
      tx,
      sql`UPDATE safety.device_contact c SET silent_since = coalesce(c.recorded_at, d.approved_at)
            FROM safety.device d WHERE d.id = c.device_id AND c.device_id = ANY(${silent.map(({ id }) => id)}::uuid[])`,
    );
    await this.events.publishAll(
      tx,
      silent.map((gate) => new DeviceSilenceV1(gate.id, gate.buildingId, gate.recordedAt.toISOString())),
    );
  }
}
