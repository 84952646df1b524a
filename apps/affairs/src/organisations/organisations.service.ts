import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import { OrganisationMemberChangedV1 } from '#contracts';
import {
  Database,
  findInScope,
  insert,
  onConflict,
  query,
  queryOne,
  sql,
  StaleVersionError,
  type Sql,
  type Tx,
  update,
} from '#database';
import { Events } from '#events';
import { anyOf, list, type Page } from '#http';
import { NotFound } from '#problems';
import { holdsOn, inScope, personById, personRef, unitById, unitInScope, unitsBelow } from '#roster';
import { CampusClock } from '#time';
import { offered } from '#workflow';
import { OrganisationMember, Organisation } from './organisation.entity.js';
import {
  type AddOrganisationMemberDto,
  type FoundOrganisationDto,
  GovernanceDto,
  OrganisationMemberDto,
  type OrganisationMembersQuery,
  OrganisationDto,
  type OrganisationFormDto,
  type OrganisationsQuery,
} from './organisations.dto.js';
import {
  MemberAlready,
  MemberPeriodWrong,
  OrganisationDissolved,
  OrganisationExists,
  OrganisationNotYours,
  PostHeld,
} from './organisations.problems.js';

const EXISTS = { organisation_name: () => new OrganisationExists({ pointer: '#/name' }) };
const HELD = {
  organisation_president: () => new PostHeld({ pointer: '#/post' }),
  organisation_member_once: () => new MemberAlready({ pointer: '#/studentId' }),
};
const MEMBER = sql`m.id, m.organisation_id AS "organisationId", ${personRef(sql`m.student_id`)} AS student, m.post, m.valid_from::text AS "validFrom",
  m.valid_to::text AS "validTo", m.version`;

interface Row extends Omit<OrganisationDto, 'actions'> {
  managed: boolean;
}

/** What students run themselves, and who is in it from when to when. */
@Injectable()
export class Organisations {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: OrganisationsQuery): Promise<Page<OrganisationDto>> {
    const { kind, status, unitId, updatedSince } = request;
    return this.database.read((tx) =>
      list(tx, request, {
        select: this.columns(actor),
        from: sql`affairs.organisation o`,
        where: [
          anyOf(sql`o.kind`, kind),
          anyOf(sql`o.status`, status),
          unitId?.length ? sql`o.unit_id IN (${unitsBelow(unitId)})` : undefined,
          updatedSince && sql`o.updated_at >= ${updatedSince}`,
        ],
        sorts: { name: sql`o.name`, updatedAt: sql`o.updated_at` },
        defaultSort: 'name',
        id: sql`o.id`,
        to: answerOf,
      }),
    );
  }

  get(actor: Actor, id: string): Promise<OrganisationDto> {
    return this.database.read((tx) => this.read(tx, actor, id));
  }

  /** Students of the school today, each once: of presidents and officers, and of all. */
  governance(): Promise<GovernanceDto> {
    const date = this.clock.today();
    return this.database.read(async (tx) => {
      const row = await queryOne<GovernanceDto>(
        tx,
        sql`SELECT (SELECT count(*)::int FROM affairs.organisation WHERE status = 'active') AS organisations,
                   count(DISTINCT m.student_id)::int AS students,
                   (count(DISTINCT m.student_id) FILTER (WHERE m.post <> 'member'))::int AS officers
              FROM affairs.organisation_member m JOIN affairs.organisation o ON o.id = m.organisation_id
              JOIN directory.published_student_v1 p ON p.id = m.student_id AND p.active
             WHERE o.status = 'active' AND ${holdsOn(sql`m`, date)}`,
      );
      return Object.assign(new GovernanceDto(), { date, ...row });
    });
  }

  found(actor: Actor, { unitId, ...form }: FoundOrganisationDto): Promise<OrganisationDto> {
    return this.database.transaction(actor, async (tx) => {
      const unit = await unitById(tx, unitId);
      const scope = actor.scopeOf('affairs:organisation:manage');
      const inCharge = await queryOne(tx, sql`SELECT WHERE ${unitInScope(scope, sql`${unitId}::uuid`)}`);
      if (!unit?.active || !inCharge) throw new NotFound({ pointer: '#/unitId', what: 'unit' });
      const organisation = Object.assign(new Organisation(), { unitId, ...form });
      await onConflict(insert(tx, organisation), EXISTS);
      return this.answer(tx, actor, organisation.id, 'found');
    });
  }

  change(actor: Actor, id: string, expected: number, form: OrganisationFormDto): Promise<OrganisationDto> {
    return this.write(actor, id, expected, 'change', (_, organisation) => void Object.assign(organisation, form));
  }

  /** Its posts end today: nobody holds one in what is no more. */
  dissolve(actor: Actor, id: string, expected: number): Promise<OrganisationDto> {
    return this.write(actor, id, expected, 'dissolve', async (tx, organisation) => {
      organisation.dissolve();
      const ended = await this.endToday(tx, sql`organisation_id = ${id}`);
      await this.events.publishEach(
        tx,
        ended.map(({ studentId, ...member }) => ({
          event: new OrganisationMemberChangedV1({ memberId: member.id, studentId }),
          aggregate: member,
        })),
      );
    });
  }

  /** The student is erased: the posts end, that they were held stays. Nobody is told: what others kept of the student is erased too. */
  async endAllOf(tx: Tx, studentId: string): Promise<void> {
    await this.endToday(tx, sql`student_id = ${studentId}`);
  }

  /** Of organisations one manages, of students one answers for, and one's own. */
  members(actor: Actor, request: OrganisationMembersQuery): Promise<Page<OrganisationMemberDto>> {
    const { organisationId, studentId, post, on } = request;
    const own = inScope(actor.scopeOf('affairs:participation:read'), sql`m.student_id`, this.clock.today());
    return this.database.read((tx) =>
      list(tx, request, {
        select: MEMBER,
        from: sql`affairs.organisation_member m JOIN affairs.organisation o ON o.id = m.organisation_id`,
        where: [
          sql`(${own} OR ${manages(actor)})`,
          anyOf(sql`m.organisation_id`, organisationId, 'uuid'),
          anyOf(sql`m.student_id`, studentId, 'uuid'),
          anyOf(sql`m.post`, post),
          on && holdsOn(sql`m`, on),
        ],
        sorts: { validFrom: sql`m.valid_from` },
        defaultSort: '-validFrom',
        id: sql`m.id`,
        to: OrganisationMemberDto.from,
      }),
    );
  }

  /** Throws NotFound for an organisation or a student, PostHeld, MemberAlready, OrganisationDissolved (409), MemberPeriodWrong (422). */
  add(actor: Actor, id: string, { validTo: until, ...body }: AddOrganisationMemberDto): Promise<OrganisationMemberDto> {
    return this.database.transaction(actor, async (tx) => {
      const validTo = until ?? null;
      const organisation = await this.find(tx, actor, id, 'share');
      if (organisation.status === 'dissolved') throw new OrganisationDissolved();
      if (validTo !== null && validTo <= body.validFrom) throw new MemberPeriodWrong({ pointer: '#/validTo' });
      const person = await personById(tx, body.studentId);
      if (!person?.active || person.kind !== 'student') throw new NotFound({ pointer: '#/studentId', what: 'student' });
      const member = Object.assign(new OrganisationMember(), { organisationId: id, ...body, validTo });
      await onConflict(insert(tx, member), HELD);
      return this.member(tx, actor, member, 'add');
    });
  }

  /** Throws NotFound, MemberPeriodWrong (422), PostHeld, MemberAlready, OrganisationDissolved where it would last beyond that (409). */
  end(actor: Actor, id: string, expected: number, validTo: string): Promise<OrganisationMemberDto> {
    return this.database.transaction(actor, async (tx) => {
      const where = sql`EXISTS (SELECT FROM affairs.organisation o WHERE o.id = m.organisation_id AND ${manages(actor)})`;
      const found = await findInScope(tx, OrganisationMember, id, { alias: 'm', where });
      if (!found) throw new NotFound({ what: 'member' });
      // Before its members, as who dissolves it.
      const { status } = await this.find(tx, actor, found.organisationId, 'share');
      const member = (await findInScope(tx, OrganisationMember, id, { alias: 'm', where, lock: 'update' }))!;
      if (member.version !== expected) throw new StaleVersionError();
      const longer = member.validTo === null || validTo > member.validTo;
      if (status === 'dissolved' && longer) throw new OrganisationDissolved();
      member.end(validTo);
      await onConflict(update(tx, member), HELD);
      return this.member(tx, actor, member, 'end');
    });
  }

  /** Ends posts; what would have begun later never was. */
  private endToday(tx: Tx, where: Sql): Promise<{ id: string; version: number; studentId: string }[]> {
    const end = sql`greatest(valid_from, ${this.clock.today()}::date)`;
    return query(
      tx,
      sql`UPDATE affairs.organisation_member SET valid_to = ${end}, updated_at = now(), version = version + 1
           WHERE ${where} AND (valid_to IS NULL OR valid_to > ${end}) RETURNING id, version, student_id AS "studentId"`,
    );
  }

  private async member(
    tx: Tx,
    actor: Actor,
    member: OrganisationMember,
    action: string,
  ): Promise<OrganisationMemberDto> {
    const { id, studentId } = member;
    await this.events.publish(tx, new OrganisationMemberChangedV1({ memberId: id, studentId }), member);
    await audit(tx, actor, {
      action: `affairs.organisation-member.${action}`,
      subject: { kind: 'organisation-member', id },
    });
    return OrganisationMemberDto.from(
      (await queryOne<OrganisationMemberDto>(
        tx,
        sql`SELECT ${MEMBER} FROM affairs.organisation_member m WHERE m.id = ${id}`,
      ))!,
    );
  }

  private write(
    actor: Actor,
    id: string,
    expected: number,
    action: string,
    fn: (tx: Tx, organisation: Organisation) => void | Promise<void>,
  ): Promise<OrganisationDto> {
    return this.database.transaction(actor, async (tx) => {
      const organisation = await this.find(tx, actor, id, 'update');
      if (organisation.version !== expected) throw new StaleVersionError();
      await fn(tx, organisation);
      await onConflict(update(tx, organisation), EXISTS);
      return this.answer(tx, actor, id, action);
    });
  }

  private async find(tx: Tx, actor: Actor, id: string, lock: 'share' | 'update'): Promise<Organisation> {
    const organisation = await findInScope(tx, Organisation, id, { alias: 'o', where: manages(actor), lock });
    if (!organisation) throw new NotFound({ what: 'organisation' });
    return organisation;
  }

  private async answer(tx: Tx, actor: Actor, id: string, action: string): Promise<OrganisationDto> {
    await audit(tx, actor, { action: `affairs.organisation.${action}`, subject: { kind: 'organisation', id } });
    return this.read(tx, actor, id);
  }

  private async read(tx: Tx, actor: Actor, id: string): Promise<OrganisationDto> {
    const row = await queryOne<Row>(
      tx,
      sql`SELECT ${this.columns(actor)} FROM affairs.organisation o WHERE o.id = ${id}`,
    );
    if (!row) throw new NotFound({ what: 'organisation' });
    return answerOf(row);
  }

  private columns(actor: Actor): Sql {
    return sql`o.id, o.unit_id AS "unitId", o.kind, o.name, o.founded_on::text AS "foundedOn", o.status, o.version, ${manages(actor)} AS managed,
      (SELECT count(*)::int FROM affairs.organisation_member m WHERE m.organisation_id = o.id AND ${holdsOn(sql`m`, this.clock.today())}) AS members`;
  }
}

/** Predicate over an organisation `o`: does the actor answer for the unit that guides it? */
function manages(actor: Actor): Sql {
  return unitInScope(actor.scopeOf('affairs:organisation:manage'), sql`o.unit_id`);
}

function answerOf({ managed, ...row }: Row): OrganisationDto {
  const dissolved = row.status === 'dissolved' ? new OrganisationDissolved() : undefined;
  const actions = (['change', 'dissolve', 'add_member'] as const).map((action) => {
    const refused = managed ? (action === 'change' ? undefined : dissolved) : new OrganisationNotYours();
    return offered(action, refused);
  });
  return Object.assign(new OrganisationDto(), { ...row, actions });
}
