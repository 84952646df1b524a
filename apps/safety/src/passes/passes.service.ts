import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import { Config } from '#config';
import { Database, query, queryOne, sql, update } from '#database';
import { keyset, NotFound, type Page, toPage } from '#http';
import { Events } from '#events';
import { Policies } from '#policy';
import { inScope, today } from '#roster';
import { Rechecks } from '../nights/rechecks.service.js';
import { affectedNights } from './affected-nights.js';
import { Pass } from './pass.entity.js';
import { factOf, publishRetractions } from './publish-passes.js';
import { PassDto, type PassesQuery, type PassView, type VoidPassDto } from './passes.dto.js';

/** Passes as those who answer for the students see them, and taking one back. */
@Injectable()
export class Passes {
  constructor(
    private readonly database: Database,
    private readonly policies: Policies,
    private readonly events: Events,
    private readonly rechecks: Rechecks,
    private readonly config: Config,
  ) {}

  /** Newest first. Reading the track of one student (class 3 data) leaves an audit entry. */
  list(actor: Actor, q: PassesQuery): Promise<Page<PassDto>> {
    const page = keyset(q, { sorts: { at: sql`p.at` }, defaultSort: '-at', id: sql`p.id` });
    return this.database.transaction(actor, async (tx) => {
      if (q.studentId) {
        const subject = { kind: 'student', id: q.studentId };
        await audit(tx, actor, { action: 'safety.track.read', subject, ...(q.purpose && { reason: q.purpose }) });
      }
      const rows = await query<PassView & { sortKey: string }>(
        tx,
        sql`SELECT p.id, p.student_id AS "studentId", p.device_id AS "deviceId", p.building_id AS "buildingId",
                   p.direction, p.at, p.status, p.void_reason AS "voidReason", p.created_at AS "createdAt", p.version,
                   ${page.sortKey} AS "sortKey"
              FROM safety.pass p
             WHERE ${this.visible(actor, 'safety:pass:read')}
               AND (${q.studentId ?? null}::uuid IS NULL OR p.student_id = ${q.studentId ?? null})
               AND (${q.buildingId ?? null}::uuid IS NULL OR p.building_id = ${q.buildingId ?? null})
               AND (${q.from ?? null}::timestamptz IS NULL OR p.at >= ${q.from ?? null})
               AND (${q.to ?? null}::timestamptz IS NULL OR p.at < ${q.to ?? null})
               AND ${page.where} ORDER BY ${page.orderBy} LIMIT ${page.limit}`,
      );
      return toPage(rows, q, (row) => [row.sortKey, row.id], PassDto.from);
    });
  }

  /** Takes a pass back: it stays on record and stops counting; nights already checked are looked at again, and other services undo what it caused. */
  void(actor: Actor, id: string, body: VoidPassDto): Promise<PassDto> {
    return this.database.transaction(actor, async (tx) => {
      const visible = await queryOne(
        tx,
        sql`SELECT p.id FROM safety.pass p WHERE p.id = ${id} AND ${this.visible(actor, 'safety:night-check:write')}`,
      );
      const pass = visible && (await tx.findOneBy(Pass, { id }));
      if (!pass) throw new NotFound({ what: 'pass' });
      pass.void(actor.personId ?? null, body.reason);
      await update(tx, pass);
      await audit(tx, actor, { action: 'safety.pass.void', subject: { kind: 'pass', id } });
      await publishRetractions(tx, this.events, [factOf(pass)]);
      await this.rechecks.request(tx, await affectedNights(tx, this.policies, [pass.at], this.config.timeZone));
      return PassDto.from(pass);
    });
  }

  private visible(actor: Actor, permission: 'safety:pass:read' | 'safety:night-check:write') {
    return inScope(actor.scopeOf(permission), sql`p.student_id`, today(this.config.timeZone));
  }
}
