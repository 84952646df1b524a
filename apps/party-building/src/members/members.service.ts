import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import type { Permission } from '#contracts';
import { Database, findInScope, insert, onConflict, queryOne, sql, type Tx, update } from '#database';
import { anyOf, list, type Page } from '#http';
import { NotFound } from '#problems';
import { holdsOn, inScope } from '#roster';
import { CampusClock } from '#time';
import { Organizations } from '../organizations/organizations.service.js';
import { organizationInScope } from '../scope.js';
import { Member } from './member.entity.js';
import { type AddMemberDto, type DescribeMemberDto, MemberDto, type MembersQuery } from './members.dto.js';
import { MemberElsewhere, PersonUnknown } from './members.problems.js';

const READ: Permission = 'party-building:organization:read';
const WRITE: Permission = 'party-building:organization:write';
const OVERLAP = { member_person_id_daterange_excl: () => new MemberElsewhere({ pointer: '#/validFrom' }) };

/** A membership (alias `m`) with its person. */
const COLUMNS = sql`m.id, m.organization_id AS "organizationId", m.kind, m.joined_on::text AS "joinedOn",
  m.party_group AS "partyGroup", m.valid_from::text AS "validFrom", m.valid_to::text AS "validTo", m.version,
  json_build_object('id', p.id, 'number', p.number, 'name', p.name) AS person`;
const TABLES = sql`party_building.member m JOIN directory.published_person_v1 p ON p.id = m.person_id`;

/** Who is a member of which branch. */
@Injectable()
export class Members {
  constructor(
    private readonly database: Database,
    private readonly organizations: Organizations,
    private readonly clock: CampusClock,
  ) {}

  async list(actor: Actor, filter: MembersQuery): Promise<Page<MemberDto>> {
    const { organizationId, kind, on, updatedSince } = filter;
    return list(this.database.connection, filter, {
      select: COLUMNS,
      from: TABLES,
      where: [
        organizationInScope(actor.scopeOf(READ), sql`m.organization_id`),
        anyOf(sql`m.organization_id`, organizationId, 'uuid'),
        anyOf(sql`m.kind`, kind),
        on && holdsOn(sql`m`, on),
        updatedSince && sql`m.updated_at >= ${updatedSince}`,
      ],
      sorts: { validFrom: sql`m.valid_from`, updatedAt: sql`m.updated_at` },
      defaultSort: '-validFrom',
      id: sql`m.id`,
      to: MemberDto.from,
    });
  }

  add(actor: Actor, values: AddMemberDto): Promise<MemberDto> {
    return this.database.transaction(actor, async (tx) => {
      const { organizationId, personId } = values;
      await this.organizations.branchFor(tx, actor.scopeOf(WRITE), organizationId);
      const reached = inScope(actor.scopeOf(WRITE), sql`p.id`, this.clock.today());
      const person = await queryOne(
        tx,
        sql`SELECT 1 FROM directory.published_person_v1 p WHERE p.id = ${personId} AND p.active AND ${reached}`,
      );
      if (!person) throw new PersonUnknown({ pointer: '#/personId' });
      const member = Object.assign(new Member(), { organizationId, personId });
      member.describe(values);
      await onConflict(insert(tx, member), OVERLAP);
      return this.answer(tx, actor, member.id, 'add');
    });
  }

  change(actor: Actor, id: string, expected: number, values: DescribeMemberDto): Promise<MemberDto> {
    return this.database.transaction(actor, async (tx) => {
      const mayChange = organizationInScope(actor.scopeOf(WRITE), sql`m.organization_id`);
      const member = await findInScope(tx, Member, id, { alias: 'm', where: mayChange });
      if (!member) throw new NotFound({ what: 'member' });
      member.describe(values);
      await onConflict(update(tx, member, expected), OVERLAP);
      return this.answer(tx, actor, id, 'change');
    });
  }

  private async answer(tx: Tx, actor: Actor, id: string, action: string): Promise<MemberDto> {
    await audit(tx, actor, { action: `party-building.member.${action}`, subject: { kind: 'party_member', id } });
    const row = await queryOne(tx, sql`SELECT ${COLUMNS} FROM ${TABLES} WHERE m.id = ${id}`);
    if (!row) throw new NotFound({ what: 'member' });
    return MemberDto.from(row);
  }
}
