import { Injectable } from '@nestjs/common';
import { type Actor, audit, ownStudent } from '#auth';
import { HonourRecordedV1, HonourWithdrawnV1 } from '#contracts';
import {
  Database,
  findInScope,
  insert,
  onConflict,
  queryOne,
  sql,
  StaleVersionError,
  type Tx,
  update,
} from '#database';
import { Events } from '#events';
import { Files, filesOf } from '#files';
import { anyOf, list, type Page } from '#http';
import { NotFound } from '#problems';
import { personRef, unitById, unitInScope, unitsBelow } from '#roster';
import { CampusClock } from '#time';
import { offered } from '#workflow';
import { type Asker, Honour, HONOUR_ACTIONS, type HonourAction } from './honour.entity.js';
import { evidenceOf } from './honour.files.js';
import { HonourDetailDto, HonourDto, type HonoursQuery, type RecordHonourDto } from './honours.dto.js';
import { HonourExists, HonourInFuture, OneHolder } from './honours.problems.js';
import { answersFor, honourVisible } from './honours.queries.js';

const COLUMNS = sql`h.id, h.unit_id AS "unitId", ${personRef(sql`h.student_id`)} AS student, h.title, h.level, h.year, h.awarded_by AS "awardedBy",
  h.status, h.created_at AS "createdAt", h.version`;

/** Honours of units and students: recorded by one, verified by another. */
@Injectable()
export class Honours {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly files: Files,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: HonoursQuery): Promise<Page<HonourDto>> {
    const { q, level, status, year, unitId, studentId, updatedSince } = request;
    return this.database.read((tx) =>
      list(tx, request, {
        select: COLUMNS,
        from: sql`affairs.honour h`,
        where: [
          honourVisible(actor, this.clock.today()),
          q && sql`position(lower(${q}) IN lower(h.title)) > 0`,
          anyOf(sql`h.level`, level),
          anyOf(sql`h.status`, status),
          year === undefined ? undefined : sql`h.year = ${year}`,
          unitId?.length ? sql`h.unit_id IN (${unitsBelow(unitId)})` : undefined,
          anyOf(sql`h.student_id`, studentId, 'uuid'),
          updatedSince && sql`h.updated_at >= ${updatedSince}`,
        ],
        sorts: { year: sql`h.year`, updatedAt: sql`h.updated_at` },
        defaultSort: '-year',
        id: sql`h.id`,
        to: HonourDto.from,
      }),
    );
  }

  /** One honour with its evidence; staff who read a student's are in the audit. */
  get(actor: Actor, id: string): Promise<HonourDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const honour = await this.find(tx, actor, id);
      if (honour.studentId && actor.personId !== honour.studentId) await this.audit(tx, actor, id, 'read');
      return this.detail(tx, actor, honour);
    });
  }

  /** Throws OneHolder, HonourInFuture (422), HonourExists (409), NotFound for a unit or a student out of reach. */
  record(actor: Actor, { evidence, unitId, studentId, ...body }: RecordHonourDto): Promise<HonourDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const today = this.clock.today();
      if ((unitId === undefined) === (studentId === undefined)) throw new OneHolder({ pointer: '#/unitId' });
      if (body.year > Number(today.slice(0, 4))) throw new HonourInFuture({ pointer: '#/year' });
      if (unitId) await this.mustReach(tx, actor, unitId);
      else await ownStudent(tx, actor, 'affairs:honour:record', studentId, today);
      const holder = { unitId: unitId ?? null, studentId: studentId ?? null, recordedBy: actor.personId ?? null };
      const honour = Object.assign(new Honour(), { ...body, ...holder });
      await onConflict(insert(tx, honour), { honour_once: () => new HonourExists({ pointer: '#/title' }) });
      if (evidence.length > 0)
        await this.files.attach(tx, actor, evidence, evidenceOf(honour), { keepUntil: null, pointer: '#/evidence' });
      await this.audit(tx, actor, honour.id, 'record');
      return this.detail(tx, actor, honour);
    });
  }

  act(actor: Actor, id: string, expected: number, action: HonourAction): Promise<HonourDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const honour = await this.find(tx, actor, id, 'update');
      if (honour.version !== expected) throw new StaleVersionError();
      const refused = honour.refusal(action, await this.asker(tx, actor, honour));
      if (refused) throw refused;
      const { status: before, unitId, studentId } = honour;
      honour.status = action === 'verify' ? 'verified' : 'withdrawn';
      if (action === 'verify') honour.verifiedBy = actor.personId ?? null;
      await update(tx, honour);
      const values = { honourId: id, unitId, studentId };
      if (action === 'verify') await this.events.publish(tx, new HonourRecordedV1(values), honour);
      else if (before === 'verified') await this.events.publish(tx, new HonourWithdrawnV1(values), honour);
      await this.audit(tx, actor, id, action);
      return this.detail(tx, actor, honour);
    });
  }

  private audit(tx: Tx, actor: Actor, id: string, action: string): Promise<void> {
    return audit(tx, actor, { action: `affairs.honour.${action}`, subject: { kind: 'honour', id } });
  }

  private async mustReach(tx: Tx, actor: Actor, unitId: string): Promise<void> {
    const unit = await unitById(tx, unitId);
    const scope = actor.scopeOf('affairs:honour:record');
    const inCharge = await queryOne(tx, sql`SELECT WHERE ${unitInScope(scope, sql`${unitId}::uuid`)}`);
    if (!unit?.active || !inCharge) throw new NotFound({ pointer: '#/unitId', what: 'unit' });
  }

  private async find(tx: Tx, actor: Actor, id: string, lock?: 'update'): Promise<Honour> {
    const where = honourVisible(actor, this.clock.today());
    const honour = await findInScope(tx, Honour, id, { alias: 'h', where, ...(lock && { lock }) });
    if (!honour) throw new NotFound({ what: 'honour' });
    return honour;
  }

  private async detail(tx: Tx, actor: Actor, honour: Honour): Promise<HonourDetailDto> {
    const row = await queryOne<HonourDto>(tx, sql`SELECT ${COLUMNS} FROM affairs.honour h WHERE h.id = ${honour.id}`);
    const by = await this.asker(tx, actor, honour);
    const actions = (Object.keys(HONOUR_ACTIONS) as HonourAction[]).map((action) => {
      const refused = honour.refusal(action, by);
      return offered(action, refused);
    });
    const evidence = await filesOf(tx, evidenceOf(honour));
    return Object.assign(new HonourDetailDto(), { ...row, evidence, actions });
  }

  private async asker(tx: Tx, actor: Actor, { id, studentId }: Honour): Promise<Asker> {
    const { personId } = actor;
    const date = this.clock.today();
    const row = await queryOne<{ own: boolean; verifies: boolean }>(
      tx,
      sql`SELECT ${answersFor(actor, 'affairs:honour:record', date)} AS own, ${answersFor(actor, 'affairs:honour:verify', date)} AS verifies
            FROM affairs.honour h WHERE h.id = ${id}`,
    );
    // Nobody verifies their own.
    return { own: row!.own, verifies: row!.verifies && (!personId || personId !== studentId), personId };
  }
}
