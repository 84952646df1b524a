import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import type { Permission } from '#contracts';
import { Database, findInScope, insert, onConflict, query, queryOne, sql, type Tx, update } from '#database';
import { anyOf, list, type Page } from '#http';
import { NotFound } from '#problems';
import { type Scope, unitInScope } from '#roster';
import { organizationInScope } from '../scope.js';
import { BRANCH_KINDS, Organization, PARENT_KINDS } from './organization.entity.js';
import {
  type DescribeOrganizationDto,
  type FoundOrganizationDto,
  OrganizationDto,
  type OrganizationsQuery,
} from './organizations.dto.js';
import {
  CodeTaken,
  OrganizationCycle,
  OrganizationInUse,
  OrganizationUnknown,
  ParentDoesNotFit,
  UnitUnknown,
} from './organizations.problems.js';

const READ: Permission = 'party-building:organization:read';
const WRITE: Permission = 'party-building:organization:write';
const TAKEN = { organization_code: () => new CodeTaken({ pointer: '#/code' }) };

/** The party tree. */
@Injectable()
export class Organizations {
  constructor(private readonly database: Database) {}

  async list(actor: Actor, filter: OrganizationsQuery): Promise<Page<OrganizationDto>> {
    const { kind, parentId, unitId, on, updatedSince } = filter;
    return list(this.database.connection, filter, {
      select: sql`o.id, o.kind, o.code, o.name, o.parent_id AS "parentId", o.unit_ids AS "unitIds",
        o.founded_on::text AS "foundedOn", o.dissolved_on::text AS "dissolvedOn", o.version`,
      from: sql`party_building.organization o`,
      where: [
        organizationInScope(actor.scopeOf(READ), sql`o.id`),
        anyOf(sql`o.kind`, kind),
        anyOf(sql`o.parent_id`, parentId, 'uuid'),
        unitId?.length ? sql`o.unit_ids && ${unitId}::uuid[]` : undefined,
        on && sql`o.founded_on <= ${on} AND (o.dissolved_on IS NULL OR o.dissolved_on > ${on})`,
        updatedSince && sql`o.updated_at >= ${updatedSince}`,
      ],
      sorts: { code: sql`o.code`, updatedAt: sql`o.updated_at` },
      defaultSort: 'code',
      id: sql`o.id`,
      to: (row: Organization) => OrganizationDto.from(row),
    });
  }

  async get(actor: Actor, id: string): Promise<OrganizationDto> {
    return OrganizationDto.from(await this.find(this.database.connection, actor, READ, id));
  }

  found(actor: Actor, values: FoundOrganizationDto): Promise<OrganizationDto> {
    return this.database.transaction(actor, async (tx) => {
      const organization = Object.assign(new Organization(), { kind: values.kind, foundedOn: values.foundedOn });
      await this.describe(tx, actor, organization, values);
      await onConflict(insert(tx, organization), TAKEN);
      return this.answer(tx, actor, organization, 'found');
    });
  }

  change(actor: Actor, id: string, expected: number, values: DescribeOrganizationDto): Promise<OrganizationDto> {
    return this.database.transaction(actor, async (tx) => {
      const organization = await this.find(tx, actor, WRITE, id);
      await this.describe(tx, actor, organization, values);
      await onConflict(update(tx, organization, expected), TAKEN);
      return this.answer(tx, actor, organization, 'change');
    });
  }

  dissolve(actor: Actor, id: string, expected: number, on: string): Promise<OrganizationDto> {
    return this.database.transaction(actor, async (tx) => {
      const organization = await this.find(tx, actor, WRITE, id);
      organization.dissolve(on);
      await update(tx, organization, expected);
      // The row is locked by now: whoever adds to it waits in `branchFor` and then finds it dissolved.
      if (await this.isInUse(tx, id, on)) throw new OrganizationInUse();
      return this.answer(tx, actor, organization, 'dissolve');
    });
  }

  /** The organization, when it exists within the actor's scope; else NotFound. */
  async find(tx: Tx, actor: Actor, permission: Permission, id: string): Promise<Organization> {
    const inScope = organizationInScope(actor.scopeOf(permission), sql`o.id`);
    const found = await findInScope(tx, Organization, id, { alias: 'o', where: inScope });
    if (!found) throw new NotFound({ what: 'organization' });
    return found;
  }

  /**
   * A branch within the scope that a request names as `#/organizationId`, to take a member or an admission. It is not
   * dissolved, and cannot be before `tx` ends.
   */
  async branchFor(tx: Tx, scope: Scope, id: string): Promise<Organization> {
    const inScope = organizationInScope(scope, sql`o.id`);
    const where = sql`o.dissolved_on IS NULL AND o.kind = ANY(${BRANCH_KINDS}::text[]) AND ${inScope}`;
    const found = await findInScope(tx, Organization, id, { alias: 'o', where, lock: 'share' });
    if (!found) throw new OrganizationUnknown({ pointer: '#/organizationId' });
    return found;
  }

  private async describe(
    tx: Tx,
    actor: Actor,
    organization: Organization,
    values: DescribeOrganizationDto,
  ): Promise<void> {
    await this.checkParent(tx, actor, organization, values.parentId);
    await this.checkUnits(tx, actor, values.unitIds);
    organization.describe(values);
  }

  private async checkParent(
    tx: Tx,
    actor: Actor,
    { id, kind, parentId: now }: Organization,
    to: string | null,
  ): Promise<void> {
    const pointer = '#/parentId';
    const allowed = PARENT_KINDS[kind];
    if (to === null) {
      if (kind !== 'party_committee') throw new ParentDoesNotFit({ pointer, params: { allowed: allowed.join(', ') } });
      if (!actor.scopeOf(WRITE).school) throw new OrganizationUnknown({ pointer });
      return;
    }
    if (to === now) return;
    // One change of the tree at a time: two could make a circle together.
    await query(tx, sql`SELECT pg_advisory_xact_lock(hashtext('party_building.organization'))`);
    const parent = await tx.findOneBy(Organization, { id: to });
    const inScope = await queryOne(
      tx,
      sql`SELECT 1 WHERE ${organizationInScope(actor.scopeOf(WRITE), sql`${to}::uuid`)}`,
    );
    if (!parent || parent.dissolvedOn !== null || !inScope) throw new OrganizationUnknown({ pointer });
    if (!allowed.includes(parent.kind))
      throw new ParentDoesNotFit({ pointer, params: { allowed: allowed.join(', ') } });
    const cycle = await queryOne(
      tx,
      sql`WITH RECURSIVE above AS (
            SELECT id, parent_id FROM party_building.organization WHERE id = ${to}
            UNION SELECT o.id, o.parent_id FROM party_building.organization o JOIN above ON o.id = above.parent_id)
          SELECT 1 FROM above WHERE id = ${id}`,
    );
    if (cycle) throw new OrganizationCycle({ pointer });
  }

  /** All units exist, and one at least is within the actor's scope: a joint branch reaches into others' units. */
  private async checkUnits(tx: Tx, actor: Actor, unitIds: string[]): Promise<void> {
    const units = await query<{ mine: boolean }>(
      tx,
      sql`SELECT ${unitInScope(actor.scopeOf(WRITE), sql`u.id`)} AS mine
            FROM directory.published_unit_v1 u WHERE u.id = ANY(${unitIds}::uuid[]) AND u.active`,
    );
    const known = units.length === unitIds.length;
    const mine = actor.scopeOf(WRITE).school || units.some((unit) => unit.mine);
    if (!known || !mine) throw new UnitUnknown({ pointer: '#/unitIds' });
  }

  private async isInUse(tx: Tx, id: string, on: string): Promise<boolean> {
    const laterThan = sql`(valid_to IS NULL OR (valid_to > ${on} AND valid_to > valid_from))`;
    const used = await queryOne(
      tx,
      sql`SELECT 1 WHERE
             EXISTS (SELECT 1 FROM party_building.organization WHERE parent_id = ${id} AND dissolved_on IS NULL)
          OR EXISTS (SELECT 1 FROM party_building.member WHERE organization_id = ${id} AND ${laterThan})
          OR EXISTS (SELECT 1 FROM party_building.grid_assignment WHERE organization_id = ${id} AND ${laterThan})
          OR EXISTS (SELECT 1 FROM party_building.admission WHERE organization_id = ${id} AND status = 'open')`,
    );
    return used !== undefined;
  }

  private async answer(tx: Tx, actor: Actor, organization: Organization, action: string): Promise<OrganizationDto> {
    const subject = { kind: 'party_organization', id: organization.id };
    await audit(tx, actor, { action: `party-building.organization.${action}`, subject });
    return OrganizationDto.from(organization);
  }
}
