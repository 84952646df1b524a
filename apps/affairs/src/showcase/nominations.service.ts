import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { type Actor, requireSchool } from '#auth';
import { Database, insert, onConflict, queryOne, sql, type Sql, StaleVersionError, type Tx, update } from '#database';
import { anyOf, list, type Page } from '#http';
import { NotFound } from '#problems';
import { holdsOn, personRef, unitsAbove } from '#roster';
import { CampusClock } from '#time';
import { offered } from '#workflow';
import { unitRef } from '../tickets/tickets.queries.js';
import {
  type GiveReviewDto,
  type NominateDto,
  NominationDetailDto,
  NominationDto,
  type NominationsQuery,
} from './showcase.dto.js';
import {
  ShowcaseNotReviewer,
  ShowcaseSchoolFull,
  ShowcaseSectionFull,
  ShowcaseWorkNominated,
} from './showcase.problems.js';
import { campaignById, freePlace, lockNomination, lockWork } from './showcase.queries.js';
import type { Campaign } from './campaign.entity.js';
import { Nomination, NOMINATION_ACTIONS, type NominationAction, type NominationAsker, Review } from './work.entity.js';

const ACTIONS = Object.keys(NOMINATION_ACTIONS) as NominationAction[];

const FROM = sql`affairs.showcase_nomination n JOIN affairs.showcase_work w ON w.id = n.work_id
  JOIN affairs.showcase_campaign c ON c.id = n.campaign_id`;

/** What the school nominates, what reviewers say of it, and what is selected. */
@Injectable()
export class Nominations {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: NominationsQuery): Promise<Page<NominationDto>> {
    const { campaignId, section, withdrawn } = request;
    return this.database.read((tx) =>
      list(tx, request, {
        select: columns(actor),
        from: FROM,
        where: [
          visible(actor),
          anyOf(sql`n.campaign_id`, campaignId, 'uuid'),
          anyOf(sql`n.section`, section),
          withdrawn === undefined ? undefined : sql`(n.withdrawn_at IS NOT NULL) = ${withdrawn}`,
        ],
        sorts: { nominatedAt: sql`n.nominated_at` },
        defaultSort: 'nominatedAt',
        id: sql`n.id`,
        to: NominationDto.from,
      }),
    );
  }

  get(actor: Actor, id: string): Promise<NominationDetailDto> {
    return this.database.read((tx) => this.detail(tx, actor, id));
  }

  /** As many of the school and of each section as the campaign says: those that come at once wait for each other, and constraints keep the places. */
  nominate(actor: Actor, workId: string, { reason, effect }: NominateDto): Promise<NominationDetailDto> {
    requireSchool(actor, 'affairs:showcase:manage');
    return this.database.transaction(actor, async (tx) => {
      const work = await lockWork(tx, workId, sql`TRUE`);
      const campaign = await campaignById(tx, work.campaignId, { lock: 'update' });
      const nominated = await tx.existsBy(Nomination, { workId, withdrawnAt: IsNull() });
      const by = { inCharge: false, manages: true, nominated };
      const refused = work.refusal('nominate', by, campaign, this.clock.today());
      if (refused) throw refused;
      const { campaignId, section } = work;
      const { perSchool, perSection } = campaign;
      const schoolPlace = await freePlace(tx, campaignId, perSchool);
      if (schoolPlace === undefined) throw new ShowcaseSchoolFull({ params: { most: perSchool } });
      const sectionPlace = await freePlace(tx, campaignId, perSection, section);
      if (sectionPlace === undefined) throw new ShowcaseSectionFull({ params: { most: perSection } });
      const nomination = Object.assign(new Nomination(), { campaignId, workId, section, schoolPlace, sectionPlace });
      Object.assign(nomination, { reason, effect, personId: actor.personId ?? null, nominatedAt: this.clock.now() });
      await onConflict(insert(tx, nomination), {
        showcase_work_once: () => new ShowcaseWorkNominated(),
        showcase_school_place: () => new ShowcaseSchoolFull({ params: { most: perSchool } }),
        showcase_section_place: () => new ShowcaseSectionFull({ params: { most: perSection } }),
      });
      return this.detail(tx, actor, nomination.id);
    });
  }

  /** Its place is free again. */
  withdraw(actor: Actor, id: string, expected: number): Promise<NominationDetailDto> {
    return this.decide(actor, id, expected, 'withdraw', (nomination) => {
      nomination.withdrawnAt = this.clock.now();
      nomination.selectedAt = null;
    });
  }

  /** Into the case library. */
  choose(actor: Actor, id: string, expected: number, selected: boolean): Promise<NominationDetailDto> {
    return this.decide(actor, id, expected, selected ? 'select' : 'deselect', (nomination) => {
      nomination.selectedAt = selected ? (nomination.selectedAt ?? this.clock.now()) : null;
    });
  }

  /** A named reviewer says what they think, and may say it anew; not of what is their own. */
  review(actor: Actor, id: string, { score, opinion }: GiveReviewDto): Promise<NominationDetailDto> {
    const { personId } = actor;
    if (!personId) throw new ShowcaseNotReviewer();
    return this.database.transaction(actor, async (tx) => {
      const nomination = await lockNomination(
        tx,
        id,
        sql`EXISTS (SELECT FROM ${FROM} WHERE n.id = ${id} AND ${visible(actor)})`,
      );
      const campaign = await campaignById(tx, nomination.campaignId);
      const by = await this.asker(tx, actor, nomination, campaign);
      const refused = nomination.refusal('review', by, campaign, this.clock.today());
      if (refused) throw refused;
      const known = await tx.findOneBy(Review, { nominationId: id, reviewerId: personId });
      const review = Object.assign(known ?? new Review(), { nominationId: id, reviewerId: personId, score, opinion });
      review.reviewedAt = this.clock.now();
      await (known ? update(tx, review) : insert(tx, review));
      return this.detail(tx, actor, id);
    });
  }

  private async asker(
    tx: Tx,
    actor: Actor,
    nomination: Nomination,
    { reviewerIds }: Campaign,
  ): Promise<NominationAsker> {
    const { personId } = actor;
    const reviews = personId !== undefined && reviewerIds.includes(personId);
    return {
      manages: actor.scopeOf('affairs:showcase:manage').school,
      reviews,
      own: reviews && (await this.isOwn(tx, nomination, personId)),
    };
  }

  /** Handed in or nominated by them, or of a unit that they hold a post of: itself, or above it but for the school. */
  private async isOwn(tx: Tx, { workId, personId: by }: Nomination, personId: string): Promise<boolean> {
    const row = await queryOne<{ own: boolean }>(
      tx,
      sql`SELECT (w.person_id = ${personId} IS TRUE OR EXISTS (
            SELECT FROM staffing.published_appointment_v1 a JOIN directory.published_unit_v1 u ON u.id = a.unit_id
             WHERE a.person_id = ${personId} AND ${holdsOn(sql`a`, this.clock.today())}
               AND u.kind <> 'school' AND u.id IN (${unitsAbove(sql`w.unit_id`)}))) AS own
            FROM affairs.showcase_work w WHERE w.id = ${workId}`,
    );
    return by === personId || row!.own;
  }

  private decide(
    actor: Actor,
    id: string,
    expected: number,
    action: NominationAction,
    fn: (nomination: Nomination) => void,
  ): Promise<NominationDetailDto> {
    requireSchool(actor, 'affairs:showcase:manage');
    return this.database.transaction(actor, async (tx) => {
      const nomination = await lockNomination(tx, id, sql`TRUE`);
      if (nomination.version !== expected) throw new StaleVersionError();
      const campaign = await campaignById(tx, nomination.campaignId);
      const by = await this.asker(tx, actor, nomination, campaign);
      const refused = nomination.refusal(action, by, campaign, this.clock.today());
      if (refused) throw refused;
      fn(nomination);
      await update(tx, nomination);
      return this.detail(tx, actor, id);
    });
  }

  private async detail(tx: Tx, actor: Actor, id: string): Promise<NominationDetailDto> {
    const row = await queryOne<NominationDto>(
      tx,
      sql`SELECT ${columns(actor)} FROM ${FROM} WHERE n.id = ${id} AND ${visible(actor)}`,
    );
    if (!row) throw new NotFound({ what: 'nomination' });
    const nomination = await tx.findOneByOrFail(Nomination, { id });
    const campaign = await campaignById(tx, nomination.campaignId);
    const by = await this.asker(tx, actor, nomination, campaign);
    const actions = ACTIONS.map((action) =>
      offered(action, nomination.refusal(action, by, campaign, this.clock.today())),
    );
    return Object.assign(new NominationDetailDto(), row, { actions });
  }
}

/** Predicate over a nomination `n` of a campaign `c`: for who sees to campaigns, and the reviewers. */
function visible(actor: Actor): Sql {
  if (actor.scopeOf('affairs:showcase:manage').school) return sql`TRUE`;
  return actor.personId ? sql`${actor.personId}::uuid = ANY(c.reviewer_ids)` : sql`FALSE`;
}

function columns(actor: Actor): Sql {
  const all = actor.scopeOf('affairs:showcase:manage').school;
  const theirs = all ? sql`TRUE` : sql`r.reviewer_id = ${actor.personId ?? null}::uuid`;
  const reviews = sql`(SELECT coalesce(json_agg(json_build_object('reviewer', ${personRef(sql`r.reviewer_id`)}, 'score', r.score,
      'opinion', r.opinion, 'reviewedAt', r.reviewed_at) ORDER BY r.id), '[]') FROM affairs.showcase_review r
    WHERE r.nomination_id = n.id AND ${theirs})`;
  const score = all
    ? // Of those who review: what somebody gave who does so no more stays, and counts no more.
      sql`(SELECT avg(r.score)::float8 FROM affairs.showcase_review r WHERE r.nomination_id = n.id AND r.reviewer_id = ANY(c.reviewer_ids))`
    : sql`NULL::float8`;
  return sql`n.id, n.campaign_id AS "campaignId", n.work_id AS "workId", w.title, ${unitRef(sql`w.unit_id`)} AS unit, n.section, n.reason, n.effect,
    n.nominated_at AS "nominatedAt", n.withdrawn_at AS "withdrawnAt", n.selected_at AS "selectedAt", ${score} AS score, ${reviews} AS reviews, n.version`;
}
