import { Injectable } from '@nestjs/common';
import { instanceToPlain } from 'class-transformer';
import { type Actor, audit, requireSchool } from '#auth';
import type { Permission } from '#contracts';
import { Database, insert, query, sql, StaleVersionError, type Sql, type Tx, update } from '#database';
import { Events } from '#events';
import { anyOf, list, type Page } from '#http';
import { Policies } from '#policy';
import { Invalid, NotFound } from '#problems';
import { holdsOn, unitById } from '#roster';
import { CampusClock } from '#time';
import { Questions } from '../evaluations/questions.js';
import { FlagShares } from '../rules/flag-shares.js';
import { checkMatch, ruleOf } from './matching-rule.js';
import { ResourceMatchingWantedV1 } from './matching-wanted.event.js';
import { type Fitting, type Match, Resource } from './resource.entity.js';
import {
  FittingDto,
  ResourceCountsDto,
  ResourceDto,
  type ResourceFormDto,
  type ResourcesQuery,
} from './resources.dto.js';
import { isDiscreet, ResourcePolicy } from './resources.policy.js';
import { ResourceKindUnknown, ResourcePersonNeeded } from './resources.problems.js';
import { safeCells } from './small-cells.js';

const WRITE: Permission = 'early-warning:resource:write';
const READ: Permission = 'early-warning:resource:read';

const COLUMNS = sql`r.id, r.kind, r.discreet, r.title, r.offers, r.because, r.department_id AS "departmentId", r.link, r.capacity, r.taken,
  r.first_day::text AS "firstDay", r.last_day::text AS "lastDay", r.match, r.state, r.created_by AS "createdBy", r.edited_by AS "editedBy",
  r.published_at AS "publishedAt", r.published_by AS "publishedBy", r.publication, r.version`;

/** The catalogue of resources: drafted by one person, published by another. */
@Injectable()
export class Resources {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly clock: CampusClock,
    private readonly policies: Policies,
    private readonly questions: Questions,
    private readonly flagShares: FlagShares,
  ) {}

  list(actor: Actor, page: ResourcesQuery): Promise<Page<ResourceDto>> {
    return list(this.database.connection, page, {
      select: COLUMNS,
      from: sql`early_warning.resource r`,
      where: [this.visible(actor), anyOf(sql`r.state`, page.state), anyOf(sql`r.kind`, page.kind)],
      sorts: { createdAt: sql`r.created_at` },
      defaultSort: '-createdAt',
      id: sql`r.id`,
      to: (row: Resource) => ResourceDto.from(row, actor.can(WRITE)),
    });
  }

  async get(actor: Actor, id: string): Promise<ResourceDto> {
    const [row] = await query<Resource>(
      this.database.connection,
      sql`SELECT ${COLUMNS} FROM early_warning.resource r WHERE r.id = ${id} AND ${this.visible(actor)}`,
    );
    if (!row) throw new NotFound({ what: 'resource' });
    return ResourceDto.from(row, actor.can(WRITE));
  }

  /** Throws Invalid, ResourceKindUnknown, MetricRefused (422). */
  draft(actor: Actor, body: ResourceFormDto): Promise<ResourceDto> {
    requireSchool(actor, WRITE);
    return this.database.transaction(actor, async (tx) => {
      const resource = Object.assign(new Resource(), await this.checked(tx, body), { createdBy: by(actor) });
      await insert(tx, resource);
      await this.note(tx, actor, 'drafted', resource.id);
      return ResourceDto.from(resource, true);
    });
  }

  edit(actor: Actor, id: string, expected: number, body: ResourceFormDto): Promise<ResourceDto> {
    requireSchool(actor, WRITE);
    return this.database.transaction(actor, async (tx) => {
      const resource = await findResource(tx, id);
      resource.requireDraft();
      Object.assign(resource, await this.checked(tx, body));
      if (!resource.editedBy.includes(by(actor))) resource.editedBy = [...resource.editedBy, by(actor)];
      await update(tx, resource, expected);
      await this.note(tx, actor, 'edited', id);
      return ResourceDto.from(resource, true);
    });
  }

  delete(actor: Actor, id: string, expected: number): Promise<void> {
    requireSchool(actor, WRITE);
    return this.database.transaction(actor, async (tx) => {
      const resource = await findResource(tx, id);
      resource.requireDraft();
      const deleted = await query(
        tx,
        sql`DELETE FROM early_warning.resource WHERE id = ${id} AND state = 'draft' AND version = ${expected} RETURNING id`,
      );
      if (deleted.length === 0) throw new StaleVersionError();
      await this.note(tx, actor, 'deleted', id);
    });
  }

  /** How many students it fits now. */
  async fitting(actor: Actor, id: string): Promise<FittingDto> {
    requireSchool(actor, WRITE);
    const { match } = await findResource(this.database.connection, id);
    return Object.assign(new FittingDto(), await this.fits(match));
  }

  /** By a person who neither drafted nor edited it; what it fits is worked out anew and kept. Students are matched at once. */
  async publish(actor: Actor, id: string, expected: number): Promise<ResourceDto> {
    requireSchool(actor, WRITE);
    const { personId } = actor;
    if (personId === undefined) throw new ResourcePersonNeeded();
    const draft = await findResource(this.database.connection, id);
    draft.requireSecondPerson(personId);
    if (draft.version !== expected) throw new StaleVersionError();
    const fits = await this.fits(draft.match);
    return this.database.transaction(actor, async (tx) => {
      const resource = await findResource(tx, id);
      const { value } = await this.policies.at(tx, ResourcePolicy, this.clock.today());
      await checkMatch(tx, resource.match, value.maxSensitivity);
      resource.publish(personId, this.clock.now(), fits);
      await update(tx, resource, expected);
      await this.note(tx, actor, 'published', id);
      await this.events.publish(tx, new ResourceMatchingWantedV1(id));
      return ResourceDto.from(resource, true);
    });
  }

  /** Nobody is offered it any more; who took it up keeps what they have. */
  withdraw(actor: Actor, id: string, expected: number): Promise<ResourceDto> {
    requireSchool(actor, WRITE);
    return this.database.transaction(actor, async (tx) => {
      const resource = await findResource(tx, id);
      resource.withdraw(by(actor), this.clock.now());
      await update(tx, resource, expected);
      await this.note(tx, actor, 'withdrawn', id);
      return ResourceDto.from(resource, true);
    });
  }

  /** Of the whole school, one cut alone: counts of other cuts could be subtracted from each other. */
  async counts(actor: Actor, id: string): Promise<ResourceCountsDto> {
    requireSchool(actor, READ);
    return this.database.read(async (tx) => {
      await this.getIn(tx, actor, id);
      const date = this.clock.today();
      const { smallestCount } = (await this.policies.at(tx, ResourcePolicy, date)).value;
      const rows = await query<{ unitId: string; name: string; all: number; some: number }>(
        tx,
        sql`SELECT u.id AS "unitId", u.name, count(DISTINCT o.student_id)::int AS all,
                   count(DISTINCT o.student_id) FILTER (WHERE o.status = 'taken_up')::int AS some
              FROM early_warning.resource_offer o
              JOIN directory.published_membership_v1 m ON m.person_id = o.student_id AND m.unit_kind = 'college' AND NOT m.secondary AND ${holdsOn(sql`m`, date)}
              JOIN directory.published_unit_v1 u ON u.id = m.unit_id
             WHERE o.resource_id = ${id} GROUP BY u.id, u.name, u.code ORDER BY u.code`,
      );
      const { cells, total } = safeCells(rows, smallestCount);
      const colleges = rows.map(({ unitId, name }, i) => {
        return { unitId, name, offered: cells[i]!.all, takenUp: cells[i]!.some };
      });
      return Object.assign(new ResourceCountsDto(), {
        ...{ colleges, offered: total.all, takenUp: total.some, smallestCount },
      });
    });
  }

  private async getIn(tx: Tx, actor: Actor, id: string): Promise<void> {
    const [row] = await query(
      tx,
      sql`SELECT 1 FROM early_warning.resource r WHERE r.id = ${id} AND ${this.visible(actor)}`,
    );
    if (!row) throw new NotFound({ what: 'resource' });
  }

  private async fits(match: Match): Promise<Fitting> {
    return this.questions.ask(async (tx) => {
      const { asOf, flagged, evaluated } = await this.flagShares.of(tx, ruleOf(match));
      const { smallestCount } = (await this.policies.at(tx, ResourcePolicy, this.clock.today())).value;
      return { asOf, fits: flagged > 0 && flagged < smallestCount ? null : flagged, evaluated };
    });
  }

  private async checked(tx: Tx, body: ResourceFormDto): Promise<Partial<Resource>> {
    const { value } = await this.policies.at(tx, ResourcePolicy, this.clock.today());
    const kind = value.kinds.find(({ key }) => key === body.kind);
    if (!kind) throw new ResourceKindUnknown({ pointer: '#/kind' });
    const discreet = isDiscreet(kind);
    const { link = null, capacity = null, firstDay, lastDay, departmentId } = body;
    const errors = [];
    if (firstDay > lastDay)
      errors.push({ pointer: '#/lastDay', zh: '不能早于首日', en: 'must not be before the first day' });
    if (discreet && body.because)
      errors.push({ pointer: '#/because', zh: '这一种类不显示原因', en: 'is not shown for this kind: leave it out' });
    if (!discreet && !body.because)
      errors.push({ pointer: '#/because', zh: '须说明推送原因', en: 'is needed: students are told why' });
    if (!(await unitById(tx, departmentId))?.active)
      errors.push({ pointer: '#/departmentId', zh: '没有这个单位', en: 'is no unit' });
    if (errors.length > 0) throw new Invalid({ errors });
    const { title, offers, because = null, match } = instanceToPlain(body) as Resource;
    await checkMatch(tx, match, value.maxSensitivity);
    return {
      kind: body.kind,
      discreet,
      title,
      offers,
      because,
      departmentId,
      link,
      capacity,
      firstDay,
      lastDay,
      match,
    };
  }

  /** Students and staff see what is on offer now; who maintains resources sees all. */
  private visible(actor: Actor): Sql {
    if (actor.can(WRITE)) return sql`TRUE`;
    return sql`r.state = 'published' AND ${this.clock.today()} BETWEEN r.first_day AND r.last_day`;
  }

  private note(tx: Tx, actor: Actor, what: string, id: string): Promise<void> {
    return audit(tx, actor, { action: `early-warning.resource.${what}`, subject: { kind: 'resource', id } });
  }
}

function by(actor: Actor): string {
  return actor.personId ?? actor.app;
}

export async function findResource(tx: Tx, id: string): Promise<Resource> {
  const resource = await tx.findOneBy(Resource, { id });
  if (!resource) throw new NotFound({ what: 'resource' });
  return resource;
}
