import { Injectable } from '@nestjs/common';
import { type Actor, auditList } from '#auth';
import { Database, type Tx } from '#database';
import { addDays, CampusClock } from '#time';
import { DigestDto } from './digest.dto.js';
import { digestOf } from './digest.queries.js';

@Injectable()
export class Digests {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
  ) {}

  /** One statement, and one for the audit: it shows names. */
  async of(actor: Actor): Promise<DigestDto> {
    const connection = this.database.connection;
    const found = await this.now(connection, actor);
    const rows = Object.values(found).reduce((sum, one) => sum + (typeof one === 'string' ? 0 : one.items.length), 0);
    await auditList(connection, actor, { action: 'early-warning.digest.read', rows, filter: {} });
    return found;
  }

  async now(tx: Tx, actor: Actor): Promise<DigestDto> {
    const date = this.clock.today();
    const from = this.clock.instantOf(date, '00:00');
    const until = this.clock.instantOf(addDays(date, 1), '00:00');
    const day = { date, from, now: this.clock.now(), until, zone: this.clock.timeZone };
    return Object.assign(new DigestDto(), await digestOf(tx, actor, day));
  }
}
