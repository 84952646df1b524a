import { Injectable } from '@nestjs/common';
import { type Actor, audit, auditList } from '#auth';
import { type Bilingual, type Permission, ResourceUptakeChangedV1 } from '#contracts';
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
import { Policies } from '#policy';
import { NotFound } from '#problems';
import { inScope, personRef } from '#roster';
import { CampusClock } from '#time';
import { Processing } from '../processing/processing.service.js';
import { offered } from '#workflow';
import { OFFER_ACTIONS, type OfferAction, refusalOf, ResourceOffer } from './resource-offer.entity.js';
import { ResourceKindsDto, ResourceOfferDto, type ResourceOffersQuery } from './resource-offers.dto.js';
import { termStart } from './resource-matching.service.js';
import { isDiscreet, ResourcePolicy } from './resources.policy.js';
import { ResourceAnswered, ResourceFull, ResourceNotOpen, ResourceNotYours } from './resources.problems.js';

const READ: Permission = 'early-warning:resource:read';
/** Shown where a reason would tell something of the student. */
const TO_EVERYBODY: Bilingual = {
  zh: '学校向同学们提供这项服务，是否使用由你决定，别人看不到',
  en: 'The school offers this to its students; whether you use it is up to you, and nobody else sees it',
};

type Row = Omit<ResourceOfferDto, 'actions' | 'because'> & {
  studentId: string;
  reason: Bilingual | null;
  open: boolean;
  full: boolean;
};

/** What students are offered, and what they say to it. */
@Injectable()
export class ResourceOffers {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly clock: CampusClock,
    private readonly policies: Policies,
    private readonly processing: Processing,
  ) {}

  list(actor: Actor, page: ResourceOffersQuery): Promise<Page<ResourceOfferDto>> {
    const { status, resourceId, studentId, updatedSince } = page;
    return this.database.transaction(actor, async (tx) => {
      const found = await list(tx, page, {
        select: this.columns(),
        from: TABLES,
        where: [
          await this.visible(tx, actor),
          anyOf(sql`o.status`, status),
          anyOf(sql`o.resource_id`, resourceId, 'uuid'),
          anyOf(sql`o.student_id`, studentId, 'uuid'),
          updatedSince && sql`o.updated_at >= ${updatedSince}`,
        ],
        sorts: { offeredAt: sql`o.offered_at`, updatedAt: sql`o.updated_at` },
        defaultSort: '-offeredAt',
        id: sql`o.id`,
        to: (row: Row) => row,
      });
      if (found.data.some((row) => row.studentId !== actor.personId))
        await auditList(tx, actor, {
          action: 'early-warning.resource-offers.list',
          rows: found.data.length,
          filter: page,
        });
      return { ...found, data: found.data.map((row) => answerOf(row, actor)) };
    });
  }

  get(actor: Actor, id: string): Promise<ResourceOfferDto> {
    return this.database.transaction(actor, async (tx) => {
      const row = await this.row(tx, actor, id);
      if (row.studentId !== actor.personId)
        await audit(tx, actor, {
          action: 'early-warning.resource-offer.read',
          subject: { kind: 'resource-offer', id },
        });
      return answerOf(row, actor);
    });
  }

  /** Takes a place; throws ResourceFull, ResourceNotOpen, ResourceAnswered (409). */
  takeUp(actor: Actor, id: string, expected: number): Promise<ResourceOfferDto> {
    return this.answer(actor, id, expected, 'take_up');
  }

  /** Gives the place back, where there is one. */
  decline(actor: Actor, id: string, expected: number): Promise<ResourceOfferDto> {
    return this.answer(actor, id, expected, 'decline');
  }

  /** From the catalogue, whether or not it was offered; throws as `takeUp` does. */
  take(actor: Actor, resourceId: string): Promise<ResourceOfferDto> {
    const { personId } = actor;
    if (personId === undefined) throw new ResourceNotYours();
    return this.database.transaction(actor, async (tx) => {
      const today = this.clock.today();
      const known = await queryOne<{ id: string }>(
        tx,
        sql`SELECT o.id FROM early_warning.resource_offer o
             WHERE o.resource_id = ${resourceId} AND o.student_id = ${personId} AND (o.status <> 'declined' OR o.term_starts_on = ${termStart(today)})
             ORDER BY o.status = 'declined' LIMIT 1`,
      );
      if (known) return this.settle(tx, actor, await this.find(tx, actor, known.id), 'take_up');
      const place = await queryOne<{ open: boolean; term: string }>(
        tx,
        sql`SELECT ${OPEN(today)} AS open, ${termStart(today)}::text AS term FROM early_warning.resource r WHERE r.id = ${resourceId} AND r.state <> 'draft'`,
      );
      if (!place) throw new NotFound({ what: 'resource' });
      await this.takePlace(tx, resourceId, place.open);
      const now = this.clock.now();
      const offer = Object.assign(new ResourceOffer(), {
        ...{ resourceId, studentId: personId, origin: 'own', status: 'taken_up', termStartsOn: place.term },
        ...{ offeredAt: now, answeredAt: now },
      });
      const answered = (): Error => new ResourceAnswered();
      await onConflict(insert(tx, offer), { resource_offer_once_a_term: answered, resource_offer_live: answered });
      await this.events.publish(tx, new ResourceUptakeChangedV1({ offerId: offer.id, takenUp: true }), offer);
      return answerOf(await this.row(tx, actor, offer.id), actor);
    });
  }

  kinds(actor: Actor): Promise<ResourceKindsDto> {
    return this.database.read((tx) => this.kindsOf(tx, actor));
  }

  /** From now on nothing of the kind is offered, and what was is no longer shown; what was taken up stays. */
  optOut(actor: Actor, kind: string): Promise<ResourceKindsDto> {
    return this.choose(actor, kind, (studentId) => {
      return sql`INSERT INTO early_warning.resource_opt_out (student_id, kind, since) VALUES (${studentId}, ${kind}, ${this.clock.now()}) ON CONFLICT DO NOTHING`;
    });
  }

  optIn(actor: Actor, kind: string): Promise<ResourceKindsDto> {
    return this.choose(actor, kind, (studentId) => {
      return sql`DELETE FROM early_warning.resource_opt_out WHERE student_id = ${studentId} AND kind = ${kind}`;
    });
  }

  private choose(actor: Actor, kind: string, change: (studentId: string) => Sql): Promise<ResourceKindsDto> {
    const { personId } = actor;
    if (personId === undefined) throw new ResourceNotYours();
    return this.database.transaction(actor, async (tx) => {
      const { value } = await this.policies.at(tx, ResourcePolicy, this.clock.today());
      if (!value.kinds.some(({ key }) => key === kind)) throw new NotFound({ what: 'resource-kind' });
      await query(tx, change(personId));
      return this.kindsOf(tx, actor);
    });
  }

  private async kindsOf(tx: Tx, actor: Actor): Promise<ResourceKindsDto> {
    const { value } = await this.policies.at(tx, ResourcePolicy, this.clock.today());
    const out = await query<{ kind: string }>(
      tx,
      sql`SELECT kind FROM early_warning.resource_opt_out WHERE student_id = ${actor.personId ?? null}`,
    );
    const kinds = value.kinds.map((kind) => {
      const { key, name } = kind;
      return { key, name, discreet: isDiscreet(kind), optedOut: out.some((one) => one.kind === key) };
    });
    return Object.assign(new ResourceKindsDto(), { kinds });
  }

  private answer(actor: Actor, id: string, expected: number, action: OfferAction): Promise<ResourceOfferDto> {
    return this.database.transaction(actor, async (tx) => {
      const offer = await this.find(tx, actor, id);
      if (offer.version !== expected) throw new StaleVersionError();
      return this.settle(tx, actor, offer, action);
    });
  }

  private async settle(tx: Tx, actor: Actor, offer: ResourceOffer, action: OfferAction): Promise<ResourceOfferDto> {
    const { open, full } = await this.row(tx, actor, offer.id);
    const refused = refusalOf(action, offer.status, { open, full, own: offer.studentId === actor.personId });
    if (refused) throw refused;
    const had = offer.status === 'taken_up';
    if (action === 'take_up') await this.takePlace(tx, offer.resourceId, open);
    else if (had)
      await query(tx, sql`UPDATE early_warning.resource SET taken = taken - 1 WHERE id = ${offer.resourceId}`);
    Object.assign(offer, { status: action === 'take_up' ? 'taken_up' : 'declined', answeredAt: this.clock.now() });
    await update(tx, offer);
    if (action === 'take_up' || had)
      await this.events.publish(tx, new ResourceUptakeChangedV1({ offerId: offer.id, takenUp: !had }), offer);
    return answerOf(await this.row(tx, actor, offer.id), actor);
  }

  /** One statement: of two who want the last place one gets it. */
  private async takePlace(tx: Tx, resourceId: string, open: boolean): Promise<void> {
    if (!open) throw new ResourceNotOpen();
    const taken = await query(
      tx,
      sql`UPDATE early_warning.resource SET taken = taken + 1
           WHERE id = ${resourceId} AND state = 'published' AND (capacity IS NULL OR taken < capacity) RETURNING id`,
    );
    if (taken.length === 0) throw new ResourceFull();
  }

  private async find(tx: Tx, actor: Actor, id: string): Promise<ResourceOffer> {
    const where = sql`EXISTS (SELECT FROM early_warning.resource r WHERE r.id = o.resource_id AND ${await this.visible(tx, actor)})`;
    const offer = await findInScope(tx, ResourceOffer, id, { alias: 'o', where, lock: 'update' });
    if (!offer) throw new NotFound({ what: 'resource-offer' });
    return offer;
  }

  private async row(tx: Tx, actor: Actor, id: string): Promise<Row> {
    const row = await queryOne<Row>(
      tx,
      sql`SELECT ${this.columns()} FROM ${TABLES} WHERE o.id = ${id} AND ${await this.visible(tx, actor)}`,
    );
    if (!row) throw new NotFound({ what: 'resource-offer' });
    return row;
  }

  private columns(): Sql {
    return sql`o.id, o.student_id AS "studentId", ${personRef(sql`o.student_id`)} AS student, o.origin, o.status, o.offered_at AS "offeredAt",
      o.answered_at AS "answeredAt", o.version, r.because AS reason, ${OPEN(this.clock.today())} AS open,
      coalesce(r.taken >= r.capacity, FALSE) AS full,
      jsonb_build_object('id', r.id, 'kind', r.kind, 'title', r.title, 'offers', r.offers, 'link', r.link, 'lastDay', r.last_day) AS resource`;
  }

  /** Students see their own, but for kinds they want none of; staff what students within their scope took up, where that tells nothing of them. */
  private async visible(tx: Tx, actor: Actor): Promise<Sql> {
    const { personId } = actor;
    const { school, unitIds } = actor.scopeOf(READ);
    const own = sql`o.student_id = ${personId ?? null} AND (o.status <> 'offered' OR NOT EXISTS (
      SELECT FROM early_warning.resource_opt_out n WHERE n.student_id = o.student_id AND n.kind = r.kind)
      AND ${await this.processing.allowed(tx, 'resources', sql`o.student_id`)})`;
    const staff = sql`o.status = 'taken_up' AND NOT r.discreet AND ${inScope({ school, unitIds }, sql`o.student_id`, this.clock.today())}`;
    if (!school && unitIds.length === 0) return sql`(${own})`;
    return personId === undefined ? sql`(${staff})` : sql`(${own} OR ${staff})`;
  }
}

const TABLES = sql`early_warning.resource_offer o JOIN early_warning.resource r ON r.id = o.resource_id`;

function OPEN(today: string): Sql {
  return sql`(r.state = 'published' AND ${today} BETWEEN r.first_day AND r.last_day)`;
}

function answerOf({ studentId, reason, open, full, ...shown }: Row, actor: Actor): ResourceOfferDto {
  const own = studentId === actor.personId;
  return Object.assign(new ResourceOfferDto(), {
    ...shown,
    because: !own || shown.origin === 'own' ? null : (reason ?? TO_EVERYBODY),
    actions: (Object.keys(OFFER_ACTIONS) as OfferAction[]).map((action) =>
      offered(action, refusalOf(action, shown.status, { own, open, full })),
    ),
  });
}
