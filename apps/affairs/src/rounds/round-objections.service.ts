import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import {
  Database,
  findInScope,
  insert,
  onConflict,
  queryOne,
  sql,
  StaleVersionError,
  type Sql,
  type Tx,
  update,
} from '#database';
import { anyOf, list, type Page } from '#http';
import { NotFound } from '#problems';
import { personRef, unitInScope } from '#roster';
import { CampusClock } from '#time';
import { StudentKeys } from '#vault';
import { offered } from '#workflow';
import { entryAsker, findEntry, objectable } from './round-entries.queries.js';
import { RoundEntry } from './round-entry.entity.js';
import {
  type DecideObjectionDto,
  type ObjectDto,
  RoundObjectionDetailDto,
  RoundObjectionDto,
  type RoundObjectionsQuery,
} from './round-objections.dto.js';
import { OBJECTION_ACTIONS, type ObjectionAction, RoundObjection } from './round-objection.entity.js';
import { RoundSteps } from './round-steps.service.js';
import { Round } from './round.entity.js';
import { ObjectedAlready } from './rounds.problems.js';
import { lockRound } from './rounds.queries.js';

/** Objections while a notice runs, and what is decided on them. */
@Injectable()
export class RoundObjections {
  constructor(
    private readonly database: Database,
    private readonly steps: RoundSteps,
    private readonly students: StudentKeys,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: RoundObjectionsQuery): Promise<Page<RoundObjectionDto>> {
    const { roundId, entryId, status } = request;
    return this.database.read((tx) =>
      list(tx, request, {
        select: sql`o.id, o.round_id AS "roundId", o.entry_id AS "entryId", coalesce(o.raised_by = o.student_id, FALSE) AS "ofOwn", o.unnamed,
                    o.status, o.created_at AS "createdAt", o.decided_at AS "decidedAt", o.version`,
        from: sql`affairs.round_objection o`,
        where: [
          visible(actor),
          anyOf(sql`o.round_id`, roundId, 'uuid'),
          anyOf(sql`o.entry_id`, entryId, 'uuid'),
          anyOf(sql`o.status`, status),
        ],
        sorts: { createdAt: sql`o.created_at` },
        defaultSort: '-createdAt',
        id: sql`o.id`,
        to: (row: RoundObjectionDto) => RoundObjectionDto.from(row),
      }),
    );
  }

  get(actor: Actor, id: string): Promise<RoundObjectionDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const objection = await findInScope(tx, RoundObjection, id, { alias: 'o', where: visible(actor) });
      if (!objection) throw new NotFound({ what: 'round-objection' });
      if (actor.personId !== objection.raisedBy) await this.note(tx, actor, objection, 'read');
      const round = await tx.findOneByOrFail(Round, { id: objection.roundId });
      return this.detail(tx, actor, objection, round);
    });
  }

  raise(actor: Actor, { entryId, text, unnamed }: ObjectDto): Promise<RoundObjectionDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const today = this.clock.today();
      const { entry, round } = await findEntry(tx, objectable(actor, today), entryId);
      const refused = entry.refusal('object', round, await entryAsker(tx, actor, entry, round, today));
      if (refused) throw refused;
      const objection = Object.assign(new RoundObjection(), {
        ...{ roundId: round.id, entryId, studentId: entry.studentId, raisedBy: actor.personId, unnamed, text },
      });
      await this.students.sealFields(tx, objection);
      await onConflict(insert(tx, objection), {
        round_objection_open: () => new ObjectedAlready({ pointer: '#/entryId' }),
      });
      return this.detail(tx, actor, objection, round);
    });
  }

  withdraw(actor: Actor, id: string, expected: number): Promise<RoundObjectionDetailDto> {
    return this.change(actor, id, expected, 'withdraw', async (_, objection) => {
      objection.end('withdrawn', null, actor.personId ?? null, this.clock.now());
    });
  }

  /** Upheld, the entry is out and the next moves up, with a notice of its own; where somebody is right about their own, the review begins anew. */
  decide(
    actor: Actor,
    id: string,
    expected: number,
    { decision, reasons }: DecideObjectionDto,
  ): Promise<RoundObjectionDetailDto> {
    return this.change(actor, id, expected, decision, async (tx, objection, round) => {
      const status = decision === 'uphold' ? 'upheld' : 'dismissed';
      objection.end(status, reasons, actor.personId ?? null, this.clock.now());
      await this.students.sealFields(tx, objection);
      if (decision === 'dismiss') return;
      if (objection.ofOwn) {
        await this.steps.backToReview(tx, round);
        await this.steps.note(tx, actor, round, 'take-back', { comment: null, unitIds: [] });
      } else {
        const entry = await tx.findOneByOrFail(RoundEntry, { id: objection.entryId });
        Object.assign(entry, { status: 'removed', outcome: 'excluded', level: null, place: null, overQuota: false });
        await update(tx, entry);
        await this.steps.rankAgain(tx, round);
      }
    });
  }

  private change(
    actor: Actor,
    id: string,
    expected: number,
    action: ObjectionAction,
    fn: (tx: Tx, objection: RoundObjection, round: Round) => Promise<void>,
  ): Promise<RoundObjectionDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const seen = await findInScope(tx, RoundObjection, id, { alias: 'o', where: visible(actor) });
      if (!seen) throw new NotFound({ what: 'round-objection' });
      // One decision in a round at a time: each ranks what the one before has left.
      const round = await lockRound(tx, sql`TRUE`, seen.roundId);
      const objection = await tx.findOneByOrFail(RoundObjection, { id });
      if (objection.version !== expected) throw new StaleVersionError();
      const decides = await decidesOn(tx, actor, round);
      const refused = objection.refusal(action, round, { personId: actor.personId, decides });
      if (refused) throw refused;
      await fn(tx, objection, round);
      await update(tx, objection);
      await update(tx, round);
      await this.note(tx, actor, objection, action);
      return this.detail(tx, actor, objection, round);
    });
  }

  private async detail(
    tx: Tx,
    actor: Actor,
    objection: RoundObjection,
    round: Round,
  ): Promise<RoundObjectionDetailDto> {
    const { id, roundId, entryId, ofOwn, unnamed, status, createdAt, decidedAt, version, raisedBy } = objection;
    const [texts] = await this.students.openFields(tx, [objection]);
    const person = await queryOne<{ ref: RoundObjectionDetailDto['raisedBy'] }>(
      tx,
      sql`SELECT ${personRef(sql`${raisedBy}::uuid`)} AS ref`,
    );
    const by = { personId: actor.personId, decides: await decidesOn(tx, actor, round) };
    return Object.assign(new RoundObjectionDetailDto(), {
      ...{ id, roundId, entryId, ofOwn, unnamed, status, createdAt, decidedAt, version, raisedBy: person!.ref },
      ...{ text: texts!.text, reasons: texts!.answer },
      actions: (Object.keys(OBJECTION_ACTIONS) as ObjectionAction[]).map((action) =>
        offered(action, objection.refusal(action, round, by)),
      ),
    });
  }

  private note(tx: Tx, actor: Actor, { id }: RoundObjection, action: string): Promise<void> {
    return audit(tx, actor, { action: `affairs.round-objection.${action}`, subject: { kind: 'round-objection', id } });
  }
}

/** Predicate over an objection `o`: whoever raised it, and who decides on it, but not on what is about themselves. */
function visible(actor: Actor): Sql {
  const me = actor.personId;
  const mine = me ? sql`o.raised_by = ${me}` : sql`FALSE`;
  const decides = sql`EXISTS (SELECT FROM affairs.round r WHERE r.id = o.round_id AND ${unitInScope(actor.scopeOf('affairs:round:decide'), sql`r.unit_id`)})`;
  return sql`(${mine} OR ${decides} AND ${me ? sql`o.student_id <> ${me}` : sql`TRUE`})`;
}

async function decidesOn(tx: Tx, actor: Actor, { unitId }: Round): Promise<boolean> {
  const scope = actor.scopeOf('affairs:round:decide');
  const row = await queryOne<{ ok: boolean }>(tx, sql`SELECT ${unitInScope(scope, sql`${unitId}::uuid`)} AS ok`);
  return row!.ok;
}
