import { Injectable } from '@nestjs/common';
import { type Actor, audit, auditList } from '#auth';
import { SanctionAppealOverdueV1 } from '#contracts';
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
import { Events, type TimerKey, Timers } from '#events';
import { anyOf, list, type Page, PersonRefDto } from '#http';
import { Policies } from '#policy';
import { NotFound } from '#problems';
import { peopleByIds, personRef } from '#roster';
import { addDays, CampusClock } from '#time';
import { StudentKeys } from '#vault';
import { offered } from '#workflow';
import { type AppealDecision, AppealOpinion } from './appeal-opinion.entity.js';
import { APPEAL_ACTIONS, type AppealAction, type AppealAsker, SanctionAppeal } from './appeal.entity.js';
import {
  AppealOpinionDto,
  type DecideAppealDto,
  type DeliverConclusionDto,
  SanctionAppealDetailDto,
  SanctionAppealDto,
  type SanctionAppealsQuery,
} from './appeals.dto.js';
import { DisciplinePolicy } from './discipline.policy.js';
import { AlreadyAppealed, AppealAggravates, AppealOfOwnDecision, AppealOpinionGiven } from './discipline.problems.js';
import { appealVisible, findSanction, isOwn, onCommittee } from './discipline.queries.js';
import { SanctionDueV1 } from './sanction-due.event.js';
import { checkTerm, isMilder, Sanction } from './sanction.entity.js';
import { Sanctions } from './sanctions.service.js';

/** SQL: it waits for a decision, and the time for one has passed. */
function overdue(today: string): Sql {
  return sql`(a.status = 'waiting' AND a.due_on < ${today})`;
}

function columns(today: string): Sql {
  return sql`a.id, a.sanction_id AS "sanctionId", ${personRef(sql`a.student_id`)} AS student, a.status, a.appealed_on::text AS "appealedOn",
    a.due_on::text AS "dueOn", a.extended, ${overdue(today)} AS overdue, a.decided_on::text AS "decidedOn",
    a.conclusion_delivered_on::text AS "conclusionDeliveredOn", a.province_until::text AS "provinceUntil", a.kind_before AS "kindBefore", a.months_before AS "monthsBefore", a.version`;
}

/** Appeals against sanctions: students make them, the committee of the school decides, and its decision takes effect on the sanction. */
@Injectable()
export class SanctionAppeals {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly timers: Timers,
    private readonly policies: Policies,
    private readonly students: StudentKeys,
    private readonly sanctions: Sanctions,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: SanctionAppealsQuery): Promise<Page<SanctionAppealDto>> {
    const { status, sanctionId, updatedSince } = request;
    const today = this.clock.today();
    return this.database.transaction(actor, async (tx) => {
      const page = await list(tx, request, {
        select: columns(today),
        from: sql`affairs.sanction_appeal a`,
        where: [
          appealVisible(actor),
          anyOf(sql`a.status`, status),
          anyOf(sql`a.sanction_id`, sanctionId, 'uuid'),
          request.overdue === undefined ? undefined : sql`${overdue(today)} = ${request.overdue}`,
          updatedSince && sql`a.updated_at >= ${updatedSince}`,
        ],
        sorts: { dueOn: sql`a.due_on`, updatedAt: sql`a.updated_at` },
        defaultSort: 'dueOn',
        id: sql`a.id`,
        to: SanctionAppealDto.from,
      });
      const others = page.data.filter(({ student }) => student.id !== actor.personId).length;
      if (others > 0)
        await auditList(tx, actor, { action: 'affairs.sanction-appeal.list', rows: others, filter: request });
      return page;
    });
  }

  get(actor: Actor, id: string): Promise<SanctionAppealDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const appeal = await this.find(tx, actor, id);
      if (actor.personId !== appeal.studentId)
        await audit(tx, actor, { action: 'affairs.sanction-appeal.read', subject: { kind: 'sanction-appeal', id } });
      return this.detail(tx, actor, appeal);
    });
  }

  /** Appeals against a sanction: within the days from its delivery, once. */
  make(actor: Actor, sanctionId: string, text: string): Promise<SanctionAppealDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const today = this.clock.today();
      const sanction = await findSanction(tx, actor, sanctionId, today, 'share');
      const policy = await this.policyOf(tx, sanction);
      const refused = sanction.refusal('appeal', { own: isOwn(actor, sanction), keeps: false }, policy, today);
      if (refused) throw refused;
      const appeal = SanctionAppeal.make(sanction, text, policy, today);
      await this.students.sealFields(tx, appeal);
      await onConflict(insert(tx, appeal), { sanction_appeal_one: () => new AlreadyAppealed() });
      await this.wake(tx, appeal);
      return this.detail(tx, actor, appeal);
    });
  }

  withdraw(actor: Actor, id: string, expected: number): Promise<SanctionAppealDetailDto> {
    return this.change(actor, id, expected, 'withdraw', (_, appeal) => appeal.withdraw());
  }

  extend(actor: Actor, id: string, expected: number): Promise<SanctionAppealDetailDto> {
    return this.change(actor, id, expected, 'extend', (_, appeal, { policy }) => appeal.extend(policy));
  }

  /**
   * The decision takes effect on the sanction at once, or where several members are asked, when as many have said the same. A change may
   * only make it milder.
   */
  decide(actor: Actor, id: string, expected: number, body: DecideAppealDto): Promise<SanctionAppealDetailDto> {
    return this.change(actor, id, expected, 'decide', async (tx, appeal, { sanction, policy }) => {
      const { outcome, conclusion } = body;
      const today = this.clock.today();
      const changed = outcome === 'changed';
      const [kind, months] = changed ? [body.kind ?? sanction.kind, body.months ?? null] : [null, null];
      if (kind && !isMilder(sanction, kind, months)) throw new AppealAggravates({ pointer: '#/kind' });
      if (kind) checkTerm(kind, months, policy);
      const decision = { outcome, kind, months };
      if (policy.appealMembers > 1 && (await this.say(tx, actor, appeal, decision, conclusion)) < policy.appealMembers)
        return;
      if (kind) {
        Object.assign(appeal, { kindBefore: sanction.kind, monthsBefore: sanction.months });
        sanction.setTerm(kind, months, policy);
      }
      if (outcome === 'revoked') sanction.end('overturned', null, today);
      if (outcome !== 'upheld') await this.sanctions.write(tx, sanction);
      appeal.decide(outcome, conclusion, actor.personId!, today);
    });
  }

  /** The student has got the conclusion: the time to go to the province runs from that day. Said again, it corrects what was said. */
  deliver(
    actor: Actor,
    id: string,
    expected: number,
    { deliveredOn }: DeliverConclusionDto,
  ): Promise<SanctionAppealDetailDto> {
    return this.change(actor, id, expected, 'deliver', (_, appeal, { policy }) =>
      appeal.deliver(deliveredOn, policy, this.clock.today()),
    );
  }

  takeBack(actor: Actor, id: string, expected: number): Promise<SanctionAppealDetailDto> {
    return this.change(actor, id, expected, 'take_back', async (tx) => {
      await query(
        tx,
        sql`DELETE FROM affairs.sanction_appeal_opinion WHERE appeal_id = ${id} AND member_id = ${actor.personId}`,
      );
    });
  }

  /** The student is erased: an appeal that waits is withdrawn. */
  async endAllOf(tx: Tx, studentId: string): Promise<void> {
    const waiting = await query<{ id: string }>(
      tx,
      sql`UPDATE affairs.sanction_appeal SET status = 'withdrawn', updated_at = now(), version = version + 1
           WHERE student_id = ${studentId} AND status = 'waiting' RETURNING id`,
    );
    for (const { id } of waiting) await this.timers.cancel(tx, keyOf(id));
  }

  /**
   * Keeps what a member says to an appeal that the caller has locked. Returns how many say the same by now; whoever has left the committee
   * says nothing any more.
   */
  private async say(
    tx: Tx,
    actor: Actor,
    appeal: SanctionAppeal,
    decision: AppealDecision,
    conclusion: string,
  ): Promise<number> {
    const opinion = AppealOpinion.of(appeal, actor.personId!, decision, conclusion, this.clock.now());
    await this.students.sealFields(tx, opinion);
    await onConflict(insert(tx, opinion), {
      appeal_opinion_once: () => new AppealOpinionGiven(),
      appeal_opinion_two_persons: () => new AppealOfOwnDecision(),
    });
    const opinions = await tx.findBy(AppealOpinion, { appealId: appeal.id });
    const same = opinions.filter((one) => one.says(decision)).map(({ memberId }) => memberId);
    return (await onCommittee(tx, same, this.clock.today())).size;
  }

  /** The time to decide has passed, if it still waits: whoever looks after it is told. */
  async remind(tx: Tx, sanctionId: string): Promise<void> {
    const appeal = await tx.findOneBy(SanctionAppeal, { sanctionId, status: 'waiting' });
    if (!appeal || appeal.dueOn >= this.clock.today()) return;
    const { id, studentId } = appeal;
    await this.events.publish(tx, new SanctionAppealOverdueV1({ appealId: id, sanctionId, studentId }), appeal);
  }

  private change(
    actor: Actor,
    id: string,
    expected: number,
    action: AppealAction,
    fn: (
      tx: Tx,
      appeal: SanctionAppeal,
      about: { sanction: Sanction; policy: DisciplinePolicy },
    ) => void | Promise<void>,
  ): Promise<SanctionAppealDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const today = this.clock.today();
      const appeal = await this.find(tx, actor, id, 'update');
      if (appeal.version !== expected) throw new StaleVersionError();
      const sanction = await tx.findOneByOrFail(Sanction, { id: appeal.sanctionId });
      const policy = await this.policyOf(tx, sanction);
      const refused = appeal.refusal(action, await this.asker(tx, actor, appeal), policy, today);
      if (refused) throw refused;
      await fn(tx, appeal, { sanction, policy });
      await this.students.sealFields(tx, appeal);
      await onConflict(update(tx, appeal), { sanction_appeal_two_persons: () => new AppealOfOwnDecision() });
      await this.wake(tx, appeal);
      await audit(tx, actor, { action: `affairs.sanction-appeal.${action}`, subject: { kind: 'sanction-appeal', id } });
      return this.detail(tx, actor, appeal);
    });
  }

  private async find(tx: Tx, actor: Actor, id: string, lock?: 'update'): Promise<SanctionAppeal> {
    const where = appealVisible(actor);
    const appeal = await findInScope(tx, SanctionAppeal, id, { alias: 'a', where, ...(lock && { lock }) });
    if (!appeal) throw new NotFound({ what: 'sanction-appeal' });
    return appeal;
  }

  private async detail(tx: Tx, actor: Actor, appeal: SanctionAppeal): Promise<SanctionAppealDetailDto> {
    const today = this.clock.today();
    const row = await queryOne<SanctionAppealDto>(
      tx,
      sql`SELECT ${columns(today)} FROM affairs.sanction_appeal a WHERE a.id = ${appeal.id}`,
    );
    const [texts] = await this.students.openFields(tx, [appeal]);
    const sanction = await tx.findOneByOrFail(Sanction, { id: appeal.sanctionId });
    const policy = await this.policyOf(tx, sanction);
    const by = await this.asker(tx, actor, appeal);
    return Object.assign(new SanctionAppealDetailDto(), {
      ...row,
      ...texts,
      members: policy.appealMembers,
      opinions: by.decides ? await this.opinionsOf(tx, appeal) : [],
      actions: (Object.keys(APPEAL_ACTIONS) as AppealAction[]).map((action) => {
        const refused = appeal.refusal(action, by, policy, today);
        return offered(action, refused);
      }),
    });
  }

  private async opinionsOf(tx: Tx, { id }: SanctionAppeal): Promise<AppealOpinionDto[]> {
    const opinions = await tx.find(AppealOpinion, { where: { appealId: id }, order: { givenAt: 'ASC', id: 'ASC' } });
    const memberIds = opinions.map(({ memberId }) => memberId);
    const [texts, members, present] = await Promise.all([
      this.students.openFields(tx, opinions),
      peopleByIds(tx, memberIds),
      onCommittee(tx, memberIds, this.clock.today()),
    ]);
    return opinions.map(({ memberId, outcome, kind, months, givenAt }, i) => {
      const member = PersonRefDto.from(members.find((person) => person.id === memberId)!);
      const values = { member, outcome, kind, months, givenAt, present: present.has(memberId) };
      return Object.assign(new AppealOpinionDto(), values, texts[i]);
    });
  }

  private async asker(tx: Tx, actor: Actor, appeal: SanctionAppeal): Promise<AppealAsker> {
    const { personId } = actor;
    const decides = actor.scopeOf('affairs:sanction-appeal:decide').school;
    const given =
      decides && personId && (await tx.existsBy(AppealOpinion, { appealId: appeal.id, memberId: personId }));
    return { own: isOwn(actor, appeal), decides, personId, given: given === true };
  }

  private async policyOf(tx: Tx, { policyNumber }: Sanction): Promise<DisciplinePolicy> {
    return (await this.policies.numbered(tx, DisciplinePolicy, policyNumber)).value;
  }

  private async wake(tx: Tx, { id, sanctionId, status, dueOn }: SanctionAppeal): Promise<void> {
    const key = keyOf(id);
    if (status !== 'waiting') return this.timers.cancel(tx, key);
    const at = this.clock.instantOf(addDays(dueOn, 1), '00:00');
    await this.timers.set(tx, { key, at, event: new SanctionDueV1(sanctionId, 'appeal') });
  }
}

function keyOf(appealId: string): TimerKey {
  return `affairs.sanction-appeal ${appealId}`;
}
