import { Injectable } from '@nestjs/common';
import { type Actor, audit, auditList } from '#auth';
import { Database, findInScope, queryOne, sql, update } from '#database';
import { Events } from '#events';
import { anyOf, list, type Page } from '#http';
import { Policies } from '#policy';
import { NotFound } from '#problems';
import { inScope, inUnits } from '#roster';
import { CampusClock } from '#time';
import { Rechecks } from '../nights/rechecks.service.js';
import { affectedNights } from './affected-nights.js';
import { Pass } from './pass.entity.js';
import { factOf, publishRetractions } from './publish-passes.js';
import { PassDto, type PassesQuery, type PassView, type VoidPassDto } from './passes.dto.js';

/** A pass (alias `p`) with its student. */
const COLUMNS = sql`p.id, json_build_object('id', s.id, 'number', s.number, 'name', s.name) AS student,
  p.device_id AS "deviceId", p.building_id AS "buildingId", p.direction, p.at,
  p.corrected_at AS "correctedAt", p.status, p.void_reason AS "voidReason", p.created_at AS "createdAt", p.version`;
const TABLES = sql`safety.pass p JOIN directory.published_student_v1 s ON s.id = p.student_id`;

/** Passes as those who answer for the students see them, and taking one back. */
@Injectable()
export class Passes {
  constructor(
    private readonly database: Database,
    private readonly policies: Policies,
    private readonly events: Events,
    private readonly rechecks: Rechecks,
    private readonly clock: CampusClock,
  ) {}

  /** Newest first. Tracks are class 3 data: reading them leaves an audit entry, of the student or of the list. */
  list(actor: Actor, q: PassesQuery): Promise<Page<PassDto>> {
    const { studentId, unitId, buildingId, from, to, status, updatedSince, purpose } = q;
    return this.database.transaction(actor, async (tx) => {
      const found = await list(tx, q, {
        select: COLUMNS,
        from: TABLES,
        where: [
          this.visible(actor, 'safety:pass:read'),
          anyOf(sql`p.student_id`, studentId, 'uuid'),
          inUnits(unitId, sql`p.student_id`, this.clock.today()),
          anyOf(sql`p.building_id`, buildingId, 'uuid'),
          anyOf(sql`p.status`, status),
          from && sql`p.at >= ${from}`,
          to && sql`p.at < ${to}`,
          updatedSince && sql`p.updated_at >= ${updatedSince}`,
        ],
        sorts: { at: sql`p.at` },
        defaultSort: '-at',
        id: sql`p.id`,
        to: PassDto.from,
      });
      const [student, ...others] = studentId ?? [];
      if (student !== undefined && others.length === 0) {
        const subject = { kind: 'student', id: student };
        await audit(tx, actor, { action: 'safety.track.read', subject, ...(purpose && { reason: purpose }) });
      } else
        await auditList(tx, actor, {
          ...{ action: 'safety.tracks.list', rows: found.data.length, filter: q },
          ...(purpose && { reason: purpose }),
        });
      return found;
    });
  }

  /** Takes a pass back: it stays on record and stops counting; nights already checked are looked at again, and other services undo what it caused. */
  void(actor: Actor, id: string, body: VoidPassDto): Promise<PassDto> {
    return this.database.transaction(actor, async (tx) => {
      const where = this.visible(actor, 'safety:night-check:write');
      const pass = await findInScope(tx, Pass, id, { alias: 'p', where });
      if (!pass) throw new NotFound({ what: 'pass' });
      pass.void(actor.personId ?? null, body.reason, this.clock.now());
      await update(tx, pass);
      await audit(tx, actor, { action: 'safety.pass.void', subject: { kind: 'pass', id } });
      await publishRetractions(tx, this.events, [factOf(pass)]);
      await this.rechecks.request(tx, await affectedNights(tx, this.policies, [pass.at], this.clock));
      const row = await queryOne<PassView>(tx, sql`SELECT ${COLUMNS} FROM ${TABLES} WHERE p.id = ${id}`);
      return PassDto.from(row!);
    });
  }

  private visible(actor: Actor, permission: 'safety:pass:read' | 'safety:night-check:write') {
    return inScope(actor.scopeOf(permission), sql`p.student_id`, this.clock.today());
  }
}
