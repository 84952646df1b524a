import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import { RoundDecidedV1 } from '#contracts';
import { Database, insert, newId, query, queryOne, sql, type Tx, update } from '#database';
import { Events } from '#events';
import { Policies } from '#policy';
import { NotFound } from '#problems';
import { addWorkingDays } from '#roster';
import { CampusClock } from '#time';
import { evaluate, evaluateAgain, placesOf, unitCounts, writeStandings } from './round-evaluation.js';
import { NEED_COMMENT, Round, type RoundAction, type RoundAsker, RoundNotice } from './round.entity.js';
import type { ActOnRoundDto, RoundDetailDto } from './rounds.dto.js';
import { RoundNoticePolicy } from './rounds.policy.js';
import { RoundCommentMissing } from './rounds.problems.js';
import { lockGroup, lockRound, roundAsker, visibleRound } from './rounds.queries.js';
import { Rounds } from './rounds.service.js';

/** The way of a round from the draft to the result. */
@Injectable()
export class RoundSteps {
  constructor(
    private readonly database: Database,
    private readonly rounds: Rounds,
    private readonly events: Events,
    private readonly policies: Policies,
    private readonly clock: CampusClock,
  ) {}

  /** Whatever `actions` of the round offers. Of two at once one wins, as each has to have seen the round as it is. */
  act(actor: Actor, id: string, expected: number, { action, comment, unitId }: ActOnRoundDto): Promise<RoundDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const today = this.clock.today();
      const round = await lockRound(tx, visibleRound(actor, today), id, expected);
      if (action === 'finish') await lockGroup(tx, round);
      const asker = await this.askerFor(tx, actor, round, unitId);
      const refused = round.refusal(action, asker);
      if (refused) throw refused;
      if (NEED_COMMENT.includes(action) && comment === undefined)
        throw new RoundCommentMissing({ pointer: '#/comment' });
      await this.follow(tx, round, action, asker);
      await this.note(tx, actor, round, action, { comment: comment ?? null, unitIds: asker.colleges });
      await update(tx, round);
      await audit(tx, actor, { action: `affairs.round.${action}`, subject: { kind: 'round', id } });
      return this.rounds.detail(tx, actor, round);
    });
  }

  /** An entry was taken out: the next moves up, and whoever is new, or higher than before, has a notice of its own. The caller saves the round. */
  async rankAgain(tx: Tx, round: Round): Promise<void> {
    const evaluated = await evaluateAgain(tx, round);
    const changed = evaluated.filter((entry) => {
      return entry.outcome === 'awarded' && (entry.before.outcome !== 'awarded' || entry.before.level !== entry.level);
    });
    await writeStandings(tx, evaluated);
    if (changed.length > 0)
      await this.beginNotice(
        tx,
        round,
        changed.map(({ id }) => id),
      );
  }

  /** The list is no more: what came of entries goes, and so does what is shown of them. The caller saves the round. */
  async backToReview(tx: Tx, round: Round): Promise<void> {
    round.backToReview();
    await query(
      tx,
      sql`UPDATE affairs.round_entry SET scores = NULL, total = NULL, exclusions = NULL, place = NULL, outcome = NULL, level = NULL,
                 over_quota = FALSE, notice_id = NULL, updated_at = now(), version = version + 1
           WHERE round_id = ${round.id} AND status = 'entered' AND outcome IS NOT NULL`,
    );
    await query(
      tx,
      sql`UPDATE affairs.round_notice SET withdrawn_at = ${this.clock.now()}, version = version + 1
           WHERE round_id = ${round.id} AND withdrawn_at IS NULL`,
    );
  }

  async note(
    tx: Tx,
    actor: Actor,
    { id }: Round,
    action: RoundAction,
    { comment, unitIds }: { comment: string | null; unitIds: readonly string[] },
  ): Promise<void> {
    await query(
      tx,
      sql`INSERT INTO affairs.round_action (id, round_id, action, unit_ids, person_id, app, comment, occurred_at)
          VALUES (${newId()}, ${id}, ${action}, ${unitIds}::uuid[], ${actor.personId ?? null}, ${actor.app}, ${comment}, ${this.clock.now()})`,
    );
  }

  private async follow(tx: Tx, round: Round, action: RoundAction, asker: RoundAsker): Promise<void> {
    switch (action) {
      case 'open':
      case 'reopen':
        round.status = 'open';
        return;
      case 'close':
        round.status = 'review';
        return;
      case 'propose':
        return this.propose(tx, asker.by, round);
      case 'approve':
        round.approve(asker.colleges);
        if (round.status === 'notice') await this.beginNotice(tx, round, await awardedOf(tx, round));
        return;
      case 'return':
      case 'take-back':
        return this.backToReview(tx, round);
      case 'finish':
        round.finish(this.clock.now());
        await this.events.publish(tx, new RoundDecidedV1({ roundId: round.id, kind: round.kind }), round);
        return;
      case 'cancel':
        await this.backToReview(tx, round);
        round.status = 'cancelled';
    }
  }

  private async propose(tx: Tx, by: string, round: Round): Promise<void> {
    const today = this.clock.today();
    const places = placesOf(round.content, await unitCounts(tx, round, today), round.quota);
    const evaluated = await evaluate(tx, round, places, today);
    await writeStandings(tx, evaluated);
    const colleges = evaluated.flatMap(({ outcome, collegeId }) =>
      outcome === 'awarded' && collegeId ? [collegeId] : [],
    );
    // A college's own round is approved by the college once.
    round.propose(
      by,
      places,
      [...new Set(colleges)].filter((one) => one !== round.unitId),
    );
  }

  private async beginNotice(tx: Tx, round: Round, entryIds: readonly string[]): Promise<void> {
    const today = this.clock.today();
    const { value, number: policyNumber } = await this.policies.at(tx, RoundNoticePolicy, today);
    const { workingDays, fields, concernedOnly } = RoundNoticePolicy.of(value, round.kind);
    const { date: endsOn, provisional } = await addWorkingDays(tx, today, workingDays);
    const last = await queryOne<{ number: number }>(
      tx,
      sql`SELECT coalesce(max(number), 0)::int AS number FROM affairs.round_notice WHERE round_id = ${round.id}`,
    );
    const notice = Object.assign(new RoundNotice(), {
      ...{ roundId: round.id, number: last!.number + 1, startsOn: today, endsOn, workingDays, provisional },
      ...{ fields, concernedOnly, policyNumber },
    });
    await insert(tx, notice);
    await query(tx, sql`UPDATE affairs.round_entry SET notice_id = ${notice.id} WHERE id = ANY(${entryIds}::uuid[])`);
  }

  /** With `unitId`, who decides on all of it approves in the place of that college. */
  private async askerFor(tx: Tx, actor: Actor, round: Round, unitId: string | undefined): Promise<RoundAsker> {
    const asker = await roundAsker(tx, actor, round, this.clock.today());
    if (unitId === undefined) return asker;
    const may = round.awaitsUnitIds.includes(unitId) && (asker.decides || asker.colleges.includes(unitId));
    if (!may) throw new NotFound({ pointer: '#/unitId', what: 'unit' });
    return { ...asker, colleges: [unitId] };
  }
}

async function awardedOf(tx: Tx, { id }: Round): Promise<string[]> {
  const rows = await query<{ id: string }>(
    tx,
    sql`SELECT id FROM affairs.round_entry WHERE round_id = ${id} AND status = 'entered' AND outcome = 'awarded'`,
  );
  return rows.map((row) => row.id);
}
