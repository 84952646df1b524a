import { Injectable } from '@nestjs/common';
import { type Actor, audit, auditList } from '#auth';
import { RaiserToldV1, ReferralChangedV1 } from '#contracts';
import {
  Database,
  findInScope,
  insert,
  query,
  queryOne,
  sql,
  StaleVersionError,
  type Sql,
  type Tx,
  update,
} from '#database';
import { Events } from '#events';
import { anyOf, list, type Page, PersonRefDto } from '#http';
import { Policies } from '#policy';
import { NotFound } from '#problems';
import { inScope, peopleByIds, personById } from '#roster';
import { CampusClock } from '#time';
import { StudentKeys } from '#vault';
import { offered } from '#workflow';
import { findCase, personOf } from '../cases/cases.queries.js';
import {
  Referral,
  REFERRAL_ACTIONS,
  type ReferralAction,
  type ReferralAsker,
  shownToSender,
} from './referral.entity.js';
import { ReferralDto, type ReferralsQuery, type SendReferralDto } from './referrals.dto.js';
import { type ReferralKind, ReferralPolicy } from './referrals.policy.js';
import { ReferralDeadlines } from './referral-deadlines.js';
import {
  AnonymousReferralsOff,
  ReferralKindUnknown,
  ReferralNotTakeable,
  TooManyReferrals,
} from './referrals.problems.js';

/** What handling changes about a referral. */
type Handled = Partial<Pick<Referral, 'status' | 'answer' | 'caseId'>>;

/** Referrals: anybody may send one; who answers for the student receives it. The student it is about sees none. */
@Injectable()
export class Referrals {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly policies: Policies,
    private readonly students: StudentKeys,
    private readonly deadlines: ReferralDeadlines,
    private readonly clock: CampusClock,
  ) {}

  /** What the school's rules of today offer. */
  async kinds(): Promise<ReferralKind[]> {
    return (await this.policies.at(this.database.connection, ReferralPolicy, this.clock.today())).value.kinds;
  }

  list(actor: Actor, request: ReferralsQuery): Promise<Page<ReferralDto>> {
    const { status, studentId, mine, updatedSince, overdue } = request;
    const praise = request.praise ?? (mine ? undefined : false);
    const handles = inScope(actor.scopeOf('early-warning:referral:handle'), sql`r.student_id`, this.clock.today());
    const shown = sql`CASE WHEN ${handles} THEN r.status ELSE ${shownToSender} END`;
    return this.database.transaction(actor, async (tx) => {
      const page = await list<{ id: string }, string, 'raisedAt' | 'updatedAt'>(tx, request, {
        select: sql`r.id`,
        from: sql`early_warning.referral r`,
        where: [
          this.visible(actor),
          anyOf(shown, status),
          anyOf(sql`r.student_id`, studentId, 'uuid'),
          praise === undefined ? undefined : sql`r.praise = ${praise}`,
          overdue === undefined
            ? undefined
            : sql`(${handles} AND r.status = 'sent' AND r.due_at < ${this.clock.now()} IS TRUE) = ${overdue}`,
          mine && sql`r.raised_by = ${actor.personId ?? null}`,
          updatedSince && sql`r.updated_at >= ${updatedSince}`,
        ].filter((one) => typeof one !== 'boolean'),
        sorts: { raisedAt: sql`r.raised_at`, updatedAt: sql`r.updated_at` },
        defaultSort: '-raisedAt',
        id: sql`r.id`,
        to: ({ id }) => id,
      });
      await auditList(tx, actor, { action: 'early-warning.referral.list', rows: page.data.length, filter: request });
      const rows = await tx.findBy(
        Referral,
        page.data.map((id) => ({ id })),
      );
      const byId = new Map((await this.shown(tx, actor, rows)).map((one) => [one.id, one]));
      return { ...page, data: page.data.map((id) => byId.get(id)!) };
    });
  }

  get(actor: Actor, id: string): Promise<ReferralDto> {
    return this.database.transaction(actor, async (tx) => {
      const referral = await this.find(tx, actor, id);
      await audit(tx, actor, { action: 'early-warning.referral.read', subject: { kind: 'referral', id } });
      return this.one(tx, actor, referral);
    });
  }

  send(actor: Actor, body: SendReferralDto): Promise<ReferralDto> {
    return this.database.transaction(actor, async (tx) => {
      const { studentId } = body;
      const raisedBy = actor.personId ?? null;
      const student = await personById(tx, studentId);
      if (student?.kind !== 'student' || studentId === raisedBy)
        throw new NotFound({ pointer: '#/studentId', what: 'student' });
      const today = this.clock.today();
      const { value } = await this.policies.at(tx, ReferralPolicy, today);
      const kind = value.kinds.find(({ key }) => key === body.kind);
      if (!kind) throw new ReferralKindUnknown({ pointer: '#/kind' });
      if (raisedBy === null && !value.anonymous) throw new AnonymousReferralsOff();
      await mustBeFew(tx, raisedBy, raisedBy ? value.perPersonPerDay : value.anonymousPerDay, today);
      const referral = Object.assign(new Referral(), {
        ...body,
        ...{ tried: body.tried ?? null, raisedBy, raisedByApp: actor.app, raisedAt: this.clock.now(), raisedOn: today },
        praise: kind.praise,
      });
      referral.dueAt = await this.deadlines.dueAt(tx, referral);
      await this.students.sealFields(tx, referral);
      await insert(tx, referral);
      await this.deadlines.begin(tx, referral);
      await this.tell(tx, referral);
      return this.one(tx, actor, referral);
    });
  }

  takeUp(actor: Actor, id: string, expected: number): Promise<ReferralDto> {
    return this.change(actor, id, expected, 'take_up', { status: 'taken_up' });
  }

  setAside(actor: Actor, id: string, expected: number, answer: string): Promise<ReferralDto> {
    return this.change(actor, id, expected, 'set_aside', { status: 'set_aside', answer });
  }

  close(actor: Actor, id: string, expected: number, answer: string): Promise<ReferralDto> {
    return this.change(actor, id, expected, 'close', { status: 'closed', answer });
  }

  withdraw(actor: Actor, id: string, expected: number): Promise<ReferralDto> {
    return this.change(actor, id, expected, 'withdraw', { status: 'withdrawn' });
  }

  /** Into a case of the same student that the caller sees. */
  merge(actor: Actor, id: string, expected: number, caseId: string): Promise<ReferralDto> {
    return this.change(actor, id, expected, 'merge', { status: 'merged', caseId });
  }

  /** A case that is opened from referrals takes them; the senders hear that they were taken up. Throws ReferralNotTakeable (422). */
  async takeInto(tx: Tx, actor: Actor, of: { id: string; studentId: string }, ids: readonly string[]): Promise<void> {
    for (const [i, id] of ids.entries()) {
      const referral = await this.find(tx, actor, id, 'update').catch(() => undefined);
      const refused = referral?.refusal('merge', await this.asker(tx, actor, referral));
      if (referral?.studentId !== of.studentId || refused)
        throw new ReferralNotTakeable({ pointer: `#/referralIds/${i}` });
      await this.write(tx, actor, referral, 'merge', { status: 'merged', caseId: of.id });
    }
  }

  private change(
    actor: Actor,
    id: string,
    expected: number,
    action: ReferralAction,
    values: Handled,
  ): Promise<ReferralDto> {
    return this.database.transaction(actor, async (tx) => {
      const referral = await this.find(tx, actor, id, 'update');
      if (referral.version !== expected) throw new StaleVersionError();
      const refused = referral.refusal(action, await this.asker(tx, actor, referral));
      if (refused) throw refused;
      if (values.caseId) {
        const of = await findCase(tx, actor, values.caseId, this.clock.today());
        if (of.studentId !== referral.studentId) throw new NotFound({ pointer: '#/caseId', what: 'case' });
      }
      await this.write(tx, actor, referral, action, values);
      return this.one(tx, actor, referral);
    });
  }

  private async write(
    tx: Tx,
    actor: Actor,
    referral: Referral,
    action: ReferralAction,
    values: Handled,
  ): Promise<void> {
    const { id, status, shownToSender: before } = referral;
    Object.assign(referral, values);
    if (action !== 'withdraw') Object.assign(referral, { handledBy: personOf(actor), handledAt: this.clock.now() });
    await this.students.sealFields(tx, referral);
    await update(tx, referral);
    if (status === 'sent') await this.deadlines.end(tx, id);
    await this.tell(tx, referral, before);
    await audit(tx, actor, { action: `early-warning.referral.${action}`, subject: { kind: 'referral', id } });
  }

  /** Whoever sent it hears what changed as far as it is for them. */
  private async tell(tx: Tx, referral: Referral, before?: string): Promise<void> {
    const { id: referralId, shownToSender: status, raisedBy: personId } = referral;
    await this.events.publish(tx, new ReferralChangedV1({ referralId, status }), referral);
    if (status === before || personId === null || (status !== 'taken_up' && status !== 'closed')) return;
    const told = { subject: 'referral', subjectId: referralId, outcome: status } as const;
    await this.events.publish(tx, new RaiserToldV1({ personId, ...told }), referral);
  }

  private async find(tx: Tx, actor: Actor, id: string, lock?: 'update'): Promise<Referral> {
    const referral = await findInScope(tx, Referral, id, {
      alias: 'r',
      where: this.visible(actor),
      ...(lock && { lock }),
    });
    if (!referral) throw new NotFound({ what: 'referral' });
    return referral;
  }

  private async asker(tx: Tx, actor: Actor, referral: Referral): Promise<ReferralAsker> {
    return (await this.askers(tx, actor, [referral])).get(referral.id)!;
  }

  /** What the actor is to each of them, by id. */
  private async askers(tx: Tx, actor: Actor, referrals: readonly Referral[]): Promise<Map<string, ReferralAsker>> {
    const { personId } = actor;
    const within = inScope(actor.scopeOf('early-warning:referral:handle'), sql`s.id`, this.clock.today());
    const students = referrals.map(({ studentId }) => studentId);
    const rows = personId
      ? await query<{ id: string }>(tx, sql`SELECT s.id FROM unnest(${students}::uuid[]) s(id) WHERE ${within}`)
      : [];
    const handled = new Set(rows.map(({ id }) => id));
    return new Map(
      referrals.map(({ id, studentId, raisedBy }) => [
        id,
        { raised: raisedBy !== null && raisedBy === personId, handles: handled.has(studentId) },
      ]),
    );
  }

  private async one(tx: Tx, actor: Actor, referral: Referral): Promise<ReferralDto> {
    return (await this.shown(tx, actor, [referral]))[0]!;
  }

  private async shown(tx: Tx, actor: Actor, referrals: Referral[]): Promise<ReferralDto[]> {
    const ids = referrals.flatMap(({ studentId, raisedBy }) => [studentId, raisedBy ?? []].flat());
    const people = new Map((await peopleByIds(tx, [...new Set(ids)])).map((one) => [one.id, PersonRefDto.from(one)]));
    const texts = await this.students.openFields(tx, referrals);
    const askers = await this.askers(tx, actor, referrals);
    return referrals.map((referral, i) => {
      const { id, kind, urgency, praise, raisedAt, version } = referral;
      const by = askers.get(id)!;
      return Object.assign(new ReferralDto(), {
        ...{ id, student: people.get(referral.studentId), kind, urgency, praise, raisedAt, version },
        dueAt: by.handles ? referral.dueAt : null,
        status: by.handles ? referral.status : referral.shownToSender,
        raisedBy: referral.raisedBy === null ? null : (people.get(referral.raisedBy) ?? null),
        ...{ text: texts[i]!.text, tried: texts[i]!.tried },
        answer: by.handles ? texts[i]!.answer : null,
        caseId: by.handles ? referral.caseId : null,
        actions: (Object.keys(REFERRAL_ACTIONS) as ReferralAction[]).map((action) =>
          offered(action, referral.refusal(action, by)),
        ),
      });
    });
  }

  private visible(actor: Actor): Sql {
    const { personId } = actor;
    if (personId === undefined) return sql`FALSE`;
    const scope = actor.scopeOf('early-warning:referral:handle');
    return sql`(r.student_id <> ${personId} AND (r.raised_by = ${personId}
      OR r.status <> 'withdrawn' AND ${inScope(scope, sql`r.student_id`, this.clock.today())}))`;
  }
}

/** Who sends many at once waits for the one before; so the count holds. */
async function mustBeFew(tx: Tx, raisedBy: string | null, most: number, today: string): Promise<void> {
  await query(
    tx,
    sql`SELECT pg_advisory_xact_lock(hashtextextended(${`early-warning.referral ${raisedBy ?? 'anonymous'}`}, 0))`,
  );
  const row = await queryOne<{ n: number }>(
    tx,
    sql`SELECT count(*)::int AS n FROM early_warning.referral WHERE raised_by IS NOT DISTINCT FROM ${raisedBy}::uuid AND raised_on = ${today}`,
  );
  if (row!.n >= most) throw new TooManyReferrals({ params: { most } });
}
