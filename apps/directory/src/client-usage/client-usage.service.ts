import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { Database, query, queryOne, sql, type Tx } from '#database';
import { Every, type Period } from '#events';
import { Policies } from '#policy';
import { Invalid, NotFound } from '#problems';
import { addDays, daysBetween } from '#time';
import { ClientUsageDto, type ClientUsageQuery, MAX_USAGE_DAYS, type UsageRow } from './client-usage.dto.js';
import { ClientUsagePolicy } from './client-usage.policy.js';

/** What apps asked, as every process has counted it (AppUsage). */
@Injectable()
export class ClientUsage {
  constructor(
    private readonly database: Database,
    private readonly policies: Policies,
  ) {}

  async of(_actor: Actor, id: string, { from, to }: ClientUsageQuery): Promise<ClientUsageDto> {
    const days = daysBetween(from, to) + 1;
    if (days < 1 || days > MAX_USAGE_DAYS) {
      const zh = `必须不早于 from，且不超过 ${MAX_USAGE_DAYS} 天`;
      const en = `must not be before from, nor more than ${MAX_USAGE_DAYS} days on`;
      throw new Invalid({ errors: [{ pointer: '?to', zh, en }] });
    }
    return this.database.read(async (tx) => {
      const client = await queryOne<{ clientId: string }>(
        tx,
        sql`SELECT client_id AS "clientId" FROM directory.client WHERE id = ${id}`,
      );
      if (!client) throw new NotFound({ what: 'client' });
      const rows = await query<UsageRow>(
        tx,
        sql`SELECT day::text AS date, requests, bulk AS "bulkRequests", limited AS "refusedByLimit",
                   forbidden AS "refusedByPermission", failed AS "serverErrors"
              FROM platform.app_usage WHERE app = ${client.clientId} AND day BETWEEN ${from} AND ${to} ORDER BY day`,
      );
      return ClientUsageDto.from(client.clientId, rows);
    });
  }

  @Every('52 4 * * *', { name: 'directory.old-client-usage', catchUp: 'latest' })
  async everyNight(tx: Tx, { date }: Period): Promise<void> {
    const { keepDays } = (await this.policies.at(tx, ClientUsagePolicy, date)).value;
    await query(tx, sql`DELETE FROM platform.app_usage WHERE day < ${addDays(date, -keepDays)}`);
  }
}
