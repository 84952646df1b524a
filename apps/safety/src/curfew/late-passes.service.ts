import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import type { Permission } from '#contracts';
import { Database, findInScope, insert, queryOne, sql, type Sql, type Tx, update } from '#database';
import { anyOf, list, type Page } from '#http';
import { Policies } from '#policy';
import { NotFound } from '#problems';
import { inScope, inUnits } from '#roster';
import { CampusClock, daysBetween } from '#time';
import { Rechecks } from '../nights/rechecks.service.js';
import { CurfewPolicy } from './curfew.policy.js';
import { LatePass } from './late-pass.entity.js';
import {
  LatePassDto,
  type LatePassesQuery,
  type LatePassRow,
  type RegisterLatePassDto,
  type RevokeLatePassDto,
} from './late-passes.dto.js';
import { LatePassEndsBeforeItBegins, LatePassTooLong } from './late-passes.problems.js';

/** A late pass (alias `p`) with its student. */
const COLUMNS = sql`p.id, json_build_object('id', s.id, 'number', s.number, 'name', s.name) AS student,
  p.from_night::text AS "fromNight", p.to_night::text AS "toNight", p.until, p.reason, p.created_at AS "createdAt",
  p.revoked_at AS "revokedAt", p.version`;
const TABLES = sql`safety.late_pass p JOIN directory.published_student_v1 s ON s.id = p.student_id`;

/** Late passes: registered and revoked by whoever answers for the student. */
@Injectable()
export class LatePasses {
  constructor(
    private readonly database: Database,
    private readonly policies: Policies,
    private readonly rechecks: Rechecks,
    private readonly clock: CampusClock,
  ) {}

  /** Nights already checked are looked at again: a pass may be registered afterwards. */
  register(actor: Actor, body: RegisterLatePassDto): Promise<LatePassDto> {
    return this.database.transaction(actor, async (tx) => {
      const { studentId, from, to } = body;
      const student = await queryOne(
        tx,
        sql`SELECT s.id FROM directory.published_student_v1 s
             WHERE s.id = ${studentId} AND ${this.visible(actor, 'safety:night-check:write', sql`s.id`)}`,
      );
      if (!student) throw new NotFound({ pointer: '#/studentId', what: 'student' });
      if (to < from) throw new LatePassEndsBeforeItBegins({ pointer: '#/to' });
      const { value } = await this.policies.at(tx, CurfewPolicy, this.clock.today());
      const nights = value.latePassMaxNights;
      if (daysBetween(from, to) + 1 > nights) throw new LatePassTooLong({ pointer: '#/to', params: { nights } });
      const pass = Object.assign(new LatePass(), {
        studentId,
        fromNight: from,
        toNight: to,
        until: body.until ?? null,
        reason: body.reason,
        registeredBy: actor.personId ?? actor.app,
      });
      await insert(tx, pass);
      await audit(tx, actor, { action: 'safety.late-pass.register', subject: { kind: 'late-pass', id: pass.id } });
      await this.rechecks.requestBetween(tx, [from, to]);
      return this.read(tx, actor, 'safety:night-check:write', pass.id);
    });
  }

  async list(actor: Actor, q: LatePassesQuery): Promise<Page<LatePassDto>> {
    const { studentId, unitId, night, revoked, updatedSince } = q;
    return list(this.database.connection, q, {
      select: COLUMNS,
      from: TABLES,
      where: [
        this.visible(actor, 'safety:night-check:read', sql`p.student_id`),
        anyOf(sql`p.student_id`, studentId, 'uuid'),
        inUnits(unitId, sql`p.student_id`, this.clock.today()),
        night && sql`${night}::date BETWEEN p.from_night AND p.to_night`,
        revoked === undefined ? undefined : sql`(p.revoked_at IS NOT NULL) = ${revoked}`,
        updatedSince && sql`p.updated_at >= ${updatedSince}`,
      ],
      sorts: { createdAt: sql`p.created_at`, updatedAt: sql`p.updated_at` },
      defaultSort: '-createdAt',
      id: sql`p.id`,
      to: LatePassDto.from,
    });
  }

  get(actor: Actor, id: string): Promise<LatePassDto> {
    return this.read(this.database.connection, actor, 'safety:night-check:read', id);
  }

  revoke(actor: Actor, id: string, body: RevokeLatePassDto): Promise<LatePassDto> {
    return this.database.transaction(actor, async (tx) => {
      const where = this.visible(actor, 'safety:night-check:write', sql`p.student_id`);
      const pass = await findInScope(tx, LatePass, id, { alias: 'p', where });
      if (!pass) throw new NotFound({ what: 'late-pass' });
      pass.revoke(body.reason, this.clock.now());
      await update(tx, pass);
      await audit(tx, actor, { action: 'safety.late-pass.revoke', subject: { kind: 'late-pass', id } });
      await this.rechecks.requestBetween(tx, [pass.fromNight, pass.toNight]);
      return this.read(tx, actor, 'safety:night-check:write', id);
    });
  }

  private async read(tx: Tx, actor: Actor, permission: Permission, id: string): Promise<LatePassDto> {
    const row = await queryOne<LatePassRow>(
      tx,
      sql`SELECT ${COLUMNS} FROM ${TABLES} WHERE p.id = ${id} AND ${this.visible(actor, permission, sql`p.student_id`)}`,
    );
    if (!row) throw new NotFound({ what: 'late-pass' });
    return LatePassDto.from(row);
  }

  private visible(actor: Actor, permission: Permission, student: Sql): Sql {
    return inScope(actor.scopeOf(permission), student, this.clock.today());
  }
}
