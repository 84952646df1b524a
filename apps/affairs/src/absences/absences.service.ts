import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import { Database, findInScope, insert, onConflict, queryOne, sql, type Sql, type Tx, update } from '#database';
import { anyOf, list, type Page } from '#http';
import { NotFound } from '#problems';
import { holdsOn, unitInScope } from '#roster';
import { addDays, CampusClock, daysBetween } from '#time';
import { DECIDING, mustDecideInPlaceOf } from '../tasks/deciders.js';
import { Absence } from './absence.entity.js';
import { AbsenceDto, type AbsencesQuery, type RecordAbsenceDto } from './absences.dto.js';
import { AbsenceOverlaps, AbsencePeriodWrong, StandInAbsent, StandsInForSelf } from './absences.problems.js';

const MOST_DAYS = 366;

const PERSON = sql`json_build_object('id', p.id, 'number', p.number, 'name', p.name)`;
const COLUMNS = sql`b.id, (SELECT ${PERSON} FROM directory.published_person_v1 p WHERE p.id = b.person_id) AS person,
  (SELECT ${PERSON} FROM directory.published_person_v1 p WHERE p.id = b.stand_in_id) AS "standIn",
  b.starts_at AS "startsAt", b.ends_at AS "endsAt", b.ended_at AS "endedAt", b.created_at AS "createdAt", b.version`;

/** Absences of those who decide: each records their own, an officer those of staff whose posts all lie in the officer's scope. */
@Injectable()
export class Absences {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: AbsencesQuery): Promise<Page<AbsenceDto>> {
    const { personId, standInId, on } = request;
    const day =
      on &&
      sql`b.starts_at < ${this.clock.instantOf(on, '24:00')} AND b.ends_at > ${this.clock.instantOf(on, '00:00')}`;
    return this.database.read((tx) =>
      list(tx, request, {
        select: COLUMNS,
        from: sql`affairs.workflow_absence b`,
        where: [
          this.readable(actor),
          anyOf(sql`b.person_id`, personId, 'uuid'),
          anyOf(sql`b.stand_in_id`, standInId, 'uuid'),
          day,
        ],
        sorts: { startsAt: sql`b.starts_at` },
        defaultSort: '-startsAt',
        id: sql`b.id`,
        to: AbsenceDto.from,
      }),
    );
  }

  async get(actor: Actor, id: string): Promise<AbsenceDto> {
    return this.read(this.database.connection, id, this.readable(actor));
  }

  record(actor: Actor, { personId, standInId, startsOn, endsOn }: RecordAbsenceDto): Promise<AbsenceDto> {
    return this.database.transaction(actor, async (tx) => {
      const decides = await queryOne(
        tx,
        sql`SELECT WHERE ${this.decides(sql`${personId}::uuid`)} AND ${this.inCharge(actor, sql`${personId}::uuid`)}`,
      );
      if (!decides) throw new NotFound({ pointer: '#/personId', what: 'staff' });
      if (startsOn < this.clock.today()) throw periodWrong('#/startsOn');
      if (endsOn < startsOn || daysBetween(startsOn, endsOn) >= MOST_DAYS) throw periodWrong('#/endsOn');
      const absence = Object.assign(new Absence(), {
        ...{ personId, standInId },
        startsAt: this.clock.instantOf(startsOn, '00:00'),
        endsAt: this.clock.instantOf(addDays(endsOn, 1), '00:00'),
      });
      await this.checkStandIn(tx, absence);
      await onConflict(insert(tx, absence), {
        absence_overlap: () => new AbsenceOverlaps({ pointer: '#/startsOn' }),
      });
      return this.answer(tx, actor, absence, 'record');
    });
  }

  end(actor: Actor, id: string, expected: number): Promise<AbsenceDto> {
    return this.database.transaction(actor, async (tx) => {
      const where = this.inCharge(actor, sql`b.person_id`);
      const absence = await findInScope(tx, Absence, id, { alias: 'b', where });
      if (!absence) throw new NotFound({ what: 'absence' });
      absence.end(this.clock.now());
      await update(tx, absence, expected);
      return this.answer(tx, actor, absence, 'end');
    });
  }

  private async checkStandIn(tx: Tx, { personId, standInId, startsAt, endsAt }: Absence): Promise<void> {
    const pointer = '#/standInId';
    if (standInId === personId) throw new StandsInForSelf({ pointer });
    await mustDecideInPlaceOf(tx, personId, standInId, this.clock.today(), pointer);
    const away = await queryOne(
      tx,
      sql`SELECT FROM affairs.workflow_absence WHERE person_id = ${standInId} AND starts_at < ${endsAt} AND ends_at > ${startsAt}`,
    );
    if (away) throw new StandInAbsent({ pointer });
  }

  /** What was changed, with the audit of who did it. */
  private async answer(tx: Tx, actor: Actor, { id }: Absence, action: string): Promise<AbsenceDto> {
    await audit(tx, actor, { action: `affairs.absence.${action}`, subject: { kind: 'absence', id } });
    return this.read(tx, id, sql`TRUE`);
  }

  private async read(tx: Tx, id: string, visible: Sql): Promise<AbsenceDto> {
    const row = await queryOne<AbsenceDto>(
      tx,
      sql`SELECT ${COLUMNS} FROM affairs.workflow_absence b WHERE b.id = ${id} AND ${visible}`,
    );
    if (!row) throw new NotFound({ what: 'absence' });
    return AbsenceDto.from(row);
  }

  private readable(actor: Actor): Sql {
    const standsIn = actor.personId ? sql`b.stand_in_id = ${actor.personId}` : sql`FALSE`;
    return sql`(${standsIn} OR ${this.inCharge(actor, sql`b.person_id`)})`;
  }

  /** Predicate over a person: holds a post that decides today? */
  private decides(person: Sql): Sql {
    return sql`EXISTS (SELECT FROM ${this.posts(person)})`;
  }

  /** Predicate over a person: the actor, or somebody all of whose deciding posts lie in the actor's scope. */
  private inCharge(actor: Actor, person: Sql): Sql {
    const self = actor.personId ? sql`${person} = ${actor.personId}` : sql`FALSE`;
    const scope = actor.scopeOf('affairs:absence:manage');
    if (scope.school) return sql`TRUE`;
    return sql`(${self} OR (${this.decides(person)}
      AND NOT EXISTS (SELECT FROM ${this.posts(person)} AND NOT ${unitInScope(scope, sql`a.unit_id`)})))`;
  }

  private posts(person: Sql): Sql {
    return sql`staffing.published_appointment_v1 a
      WHERE a.person_id = ${person} AND a.kind = ANY(${DECIDING}::text[]) AND ${holdsOn(sql`a`, this.clock.today())}`;
  }
}

function periodWrong(pointer: string): Error {
  return new AbsencePeriodWrong({ pointer, params: { days: String(MOST_DAYS) } });
}
