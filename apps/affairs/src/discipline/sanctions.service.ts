import { Injectable } from '@nestjs/common';
import { type Actor, audit, auditList } from '#auth';
import { SanctionChangedV1 } from '#contracts';
import { Database, insert, queryOne, sql, StaleVersionError, type Sql, type Tx, update } from '#database';
import { Events, type TimerKey, Timers } from '#events';
import { anyOf, ByDto, list, type Page } from '#http';
import { Policies } from '#policy';
import { NotFound } from '#problems';
import { inUnits, personById, personRef } from '#roster';
import { CampusClock } from '#time';
import { StudentKeys } from '#vault';
import { offered } from '#workflow';
import { DisciplinePolicy } from './discipline.policy.js';
import { findSanction, isOwn, sanctionVisible } from './discipline.queries.js';
import { SanctionDueV1 } from './sanction-due.event.js';
import { Sanction, SANCTION_ACTIONS, type SanctionAction, type SanctionAsker } from './sanction.entity.js';
import {
  type DeliverSanctionDto,
  type RecordSanctionDto,
  SanctionDetailDto,
  SanctionDto,
  type SanctionsQuery,
} from './sanctions.dto.js';

/** SQL: what `Sanction.statusOn` says. */
function statusOn(today: string): Sql {
  return sql`CASE WHEN s.ended IS NOT NULL THEN s.ended WHEN s.delivered_on IS NULL THEN 'decided'
                  WHEN s.until <= ${today} THEN 'expired' ELSE 'in_force' END`;
}

function columns(today: string): Sql {
  return sql`s.id, ${personRef(sql`s.student_id`)} AS student, s.kind, ${statusOn(today)} AS status, s.decided_on::text AS "decidedOn",
    s.delivered_on::text AS "deliveredOn", s.until::text AS until, s.ended_on::text AS "endedOn", s.version,
    (SELECT json_build_object('id', p.id, 'status', p.status, 'dueOn', p.due_on, 'provinceUntil', p.province_until)
       FROM affairs.sanction_appeal p WHERE p.sanction_id = s.id ORDER BY p.created_at DESC, p.id DESC LIMIT 1) AS appeal`;
}

/** Sanctions: the office of the school records them; whoever answers for the student sees them, and so does the student. */
@Injectable()
export class Sanctions {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly timers: Timers,
    private readonly policies: Policies,
    private readonly students: StudentKeys,
    private readonly clock: CampusClock,
  ) {}

  /** Whose students stand under which sanction is seldom anybody's business: that staff looked is in the audit. */
  list(actor: Actor, request: SanctionsQuery): Promise<Page<SanctionDto>> {
    const { kind, status, studentId, unitId, updatedSince } = request;
    const today = this.clock.today();
    return this.database.transaction(actor, async (tx) => {
      const page = await list(tx, request, {
        select: columns(today),
        from: sql`affairs.sanction s`,
        where: [
          sanctionVisible(actor, today),
          anyOf(sql`s.kind`, kind),
          anyOf(statusOn(today), status),
          anyOf(sql`s.student_id`, studentId, 'uuid'),
          inUnits(unitId, sql`s.student_id`, today),
          updatedSince && sql`s.updated_at >= ${updatedSince}`,
        ],
        sorts: { decidedOn: sql`s.decided_on`, updatedAt: sql`s.updated_at` },
        defaultSort: '-decidedOn',
        id: sql`s.id`,
        to: SanctionDto.from,
      });
      const others = page.data.filter(({ student }) => student.id !== actor.personId).length;
      if (others > 0) await auditList(tx, actor, { action: 'affairs.sanction.list', rows: others, filter: request });
      return page;
    });
  }

  get(actor: Actor, id: string): Promise<SanctionDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const sanction = await findSanction(tx, actor, id, this.clock.today());
      if (actor.personId !== sanction.studentId)
        await audit(tx, actor, { action: 'affairs.sanction.read', subject: { kind: 'sanction', id } });
      return this.detail(tx, actor, sanction);
    });
  }

  /** Records what was decided. Throws NotFound for whoever is no student, and for staff of a part of the school. */
  record(actor: Actor, { months, ...body }: RecordSanctionDto): Promise<SanctionDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const student = await personById(tx, body.studentId);
      if (student?.kind !== 'student' || !this.asker(actor, body).keeps)
        throw new NotFound({ pointer: '#/studentId', what: 'student' });
      const today = this.clock.today();
      const sanction = Sanction.record(
        { ...body, months: months ?? null, recordedBy: actor.personId ?? null, recordedByApp: actor.app },
        await this.policies.at(tx, DisciplinePolicy, today),
        today,
      );
      await this.students.sealFields(tx, sanction);
      await insert(tx, sanction);
      await audit(tx, actor, { action: 'affairs.sanction.record', subject: { kind: 'sanction', id: sanction.id } });
      return this.detail(tx, actor, sanction);
    });
  }

  /** The student has got it: from now on it counts, and the time to appeal runs. Said again, it corrects what was said. */
  deliver(actor: Actor, id: string, expected: number, body: DeliverSanctionDto): Promise<SanctionDetailDto> {
    return this.change(actor, id, expected, 'deliver', (sanction, today) =>
      sanction.deliver(body.deliveredOn, body.appealTold, today),
    );
  }

  end(actor: Actor, id: string, expected: number, what: 'lift' | 'revoke', reason: string): Promise<SanctionDetailDto> {
    return this.change(actor, id, expected, what, (sanction, today) =>
      sanction.end(what === 'lift' ? 'lifted' : 'revoked', reason, today),
    );
  }

  restore(actor: Actor, id: string, expected: number): Promise<SanctionDetailDto> {
    return this.change(actor, id, expected, 'restore', (sanction) => sanction.restore());
  }

  /** Writes a sanction that has become another one, and tells those who act on it. */
  async write(tx: Tx, sanction: Sanction): Promise<void> {
    await this.students.sealFields(tx, sanction);
    await update(tx, sanction);
    const { id: sanctionId, studentId, until, ended } = sanction;
    if (until && !ended)
      await this.timers.set(tx, {
        key: keyOf(sanctionId),
        at: this.clock.instantOf(until, '00:00'),
        event: new SanctionDueV1(sanctionId, 'sanction'),
      });
    else await this.timers.cancel(tx, keyOf(sanctionId));
    await this.events.publish(tx, new SanctionChangedV1(sanctionId, studentId), sanction);
  }

  /** Its term is over, if it still is: those who act on it are told. */
  async expire(tx: Tx, sanctionId: string): Promise<void> {
    const sanction = await tx.findOneByOrFail(Sanction, { id: sanctionId });
    if (sanction.statusOn(this.clock.today()) !== 'expired') return;
    await update(tx, sanction);
    await this.events.publish(tx, new SanctionChangedV1(sanctionId, sanction.studentId), sanction);
  }

  private change(
    actor: Actor,
    id: string,
    expected: number,
    action: SanctionAction,
    fn: (sanction: Sanction, today: string) => void,
  ): Promise<SanctionDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const today = this.clock.today();
      const sanction = await findSanction(tx, actor, id, today, 'update');
      if (sanction.version !== expected) throw new StaleVersionError();
      const { value } = await this.policies.numbered(tx, DisciplinePolicy, sanction.policyNumber);
      const refused = sanction.refusal(action, this.asker(actor, sanction), value, today);
      if (refused) throw refused;
      fn(sanction, today);
      await this.write(tx, sanction);
      await audit(tx, actor, { action: `affairs.sanction.${action}`, subject: { kind: 'sanction', id } });
      return this.detail(tx, actor, sanction);
    });
  }

  private async detail(tx: Tx, actor: Actor, sanction: Sanction): Promise<SanctionDetailDto> {
    const today = this.clock.today();
    const row = await queryOne<SanctionDto>(
      tx,
      sql`SELECT ${columns(today)} FROM affairs.sanction s WHERE s.id = ${sanction.id}`,
    );
    const [texts] = await this.students.openFields(tx, [sanction]);
    const { value } = await this.policies.numbered(tx, DisciplinePolicy, sanction.policyNumber);
    const by = this.asker(actor, sanction);
    const { months, appealTold, recordedBy, recordedByApp } = sanction;
    return Object.assign(new SanctionDetailDto(), {
      ...row,
      ...texts,
      ...{ months, appealTold, appealUntil: sanction.appealUntil(value) },
      recordedBy: ByDto.of(recordedBy, recordedByApp),
      actions: (Object.keys(SANCTION_ACTIONS) as SanctionAction[]).map((action) => {
        const refused = sanction.refusal(action, by, value, today);
        return offered(action, refused);
      }),
    });
  }

  private asker(actor: Actor, of: { studentId: string }): SanctionAsker {
    return { own: isOwn(actor, of), keeps: actor.scopeOf('affairs:sanction:record').school };
  }
}

function keyOf(sanctionId: string): TimerKey {
  return `affairs.sanction ${sanctionId}`;
}
