import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { type Actor, audit, ownStudent } from '#auth';
import { EnrolmentMovedUpV1, ParticipationConfirmedV1, ParticipationTakenBackV1 } from '#contracts';
import {
  Database,
  findInScope,
  insert,
  onConflict,
  query,
  queryOne,
  sql,
  StaleVersionError,
  type Tx,
  update,
} from '#database';
import { Events } from '#events';
import { anyOf, list, type Page } from '#http';
import { Policies } from '#policy';
import { NotFound, type Problem } from '#problems';
import { personRef } from '#roster';
import { CampusClock } from '#time';
import { Vault } from '#vault';
import { offered } from '#workflow';
import { Stars } from '../volunteering/stars.service.js';
import type { TurnoutDto } from './roll.dto.js';
import { ActivityPolicy } from './activities.policy.js';
import { ActivityFull, AlreadyEnrolled, CodeWrong, EnrolmentClosed, NotEnrolled } from './activities.problems.js';
import { countTry, enrolmentVisible, holds, isFor, lockActivity, takenOf } from './activities.queries.js';
import { Activity } from './activity.entity.js';
import {
  type Asker,
  Enrolment,
  ENROLMENT_ACTIONS,
  type EnrolmentAction,
  type EnrolmentStatus,
} from './enrolment.entity.js';
import { type EnrolDto, EnrolmentDetailDto, EnrolmentDto, type EnrolmentsQuery } from './enrolments.dto.js';
import { isCode } from './sign-in-code.js';

const COLUMNS = sql`e.id, json_build_object('id', a.id, 'kind', a.kind, 'title', json_build_object('zh', a.title_zh, 'en', a.title_en),
    'startsAt', a.starts_at, 'endsAt', a.ends_at) AS activity, ${personRef(sql`e.student_id`)} AS student, e.status, e.asked_at AS "askedAt",
  e.signed_in_at AS "signedInAt", e.signed_out_at AS "signedOutAt", e.evidence, e.credits::float8, e.hours::float8,
  e.confirmed_at AS "confirmedAt", e.version`;
const FROM = sql`affairs.enrolment e JOIN affairs.activity a ON a.id = e.activity_id`;

/** Why a student for whom it is cannot enrol; undefined: they can. */
export function enrolRefusal(
  activity: Activity,
  mine: EnrolmentStatus | undefined,
  taken: number,
  waitIfFull: boolean,
  now: Date,
): Problem | undefined {
  if (mine && mine !== 'cancelled') return new AlreadyEnrolled();
  if (activity.status !== 'published' || now < activity.enrolFrom || now >= activity.enrolUntil)
    return new EnrolmentClosed();
  return taken >= activity.capacity && !waitIfFull ? new ActivityFull() : undefined;
}

/** Students enrol, wait, cancel and sign in; whoever holds the activity says who was there. */
@Injectable()
export class Enrolments {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly policies: Policies,
    private readonly stars: Stars,
    private readonly vault: Vault,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: EnrolmentsQuery): Promise<Page<EnrolmentDto>> {
    const { status, activityId, studentId, kind, mine, updatedSince } = request;
    return this.database.read((tx) =>
      list(tx, request, {
        select: COLUMNS,
        from: FROM,
        where: [
          enrolmentVisible(actor, this.clock.today()),
          anyOf(sql`e.status`, status),
          anyOf(sql`e.activity_id`, activityId, 'uuid'),
          anyOf(sql`e.student_id`, studentId, 'uuid'),
          anyOf(sql`a.kind`, kind),
          mine ? sql`e.student_id = ${actor.personId ?? null}` : undefined,
          updatedSince && sql`e.updated_at >= ${updatedSince}`,
        ],
        sorts: { askedAt: sql`e.asked_at`, updatedAt: sql`e.updated_at` },
        defaultSort: '-askedAt',
        id: sql`e.id`,
        to: EnrolmentDto.from,
      }),
    );
  }

  /** One enrolment; staff who read it are in the audit. */
  get(actor: Actor, id: string): Promise<EnrolmentDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const enrolment = await this.find(tx, actor, id);
      if (actor.personId !== enrolment.studentId)
        await audit(tx, actor, { action: 'affairs.enrolment.read', subject: { kind: 'enrolment', id } });
      return this.detail(tx, actor, enrolment);
    });
  }

  /**
   * Takes a place, or where there is none left and the student says so, puts them on the waiting list. Throws NotFound for an activity that
   * is not for the student, EnrolmentClosed, ActivityFull, AlreadyEnrolled (409).
   */
  enrol(actor: Actor, body: EnrolDto): Promise<EnrolmentDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const now = this.clock.now();
      const studentId = await ownStudent(tx, actor, 'affairs:activity:enrol', body.studentId, this.clock.today());
      const theirs = sql`a.status <> 'draft' AND ${isFor(studentId, this.clock.today())}`;
      const activity = await lockActivity(tx, body.activityId, theirs, '#/activityId');
      const before = await tx.findOneBy(Enrolment, { activityId: activity.id, studentId });
      const taken = await takenOf(tx, activity.id);
      const refused = enrolRefusal(activity, before?.status, taken, body.waitIfFull, now);
      if (refused) throw refused;
      const enrolment = before ?? Enrolment.ask(activity.id, studentId);
      enrolment.take(taken < activity.capacity ? 'enrolled' : 'waiting', now);
      const write = before ? update(tx, enrolment) : insert(tx, enrolment);
      await onConflict(write, { enrolment_once: () => new AlreadyEnrolled({ pointer: '#/activityId' }) });
      return this.detail(tx, actor, enrolment);
    });
  }

  /** Gives the place to whoever has waited longest. */
  cancel(actor: Actor, id: string, expected: number): Promise<EnrolmentDetailDto> {
    return this.change(actor, id, expected, 'cancel', async (tx, enrolment, activity) => {
      enrolment.end('cancelled');
      await update(tx, enrolment);
      await this.moveUp(tx, activity);
    });
  }

  /** The student is erased: ends what is still to come, and gives the places to whoever has waited longest. */
  async endAllOf(tx: Tx, studentId: string): Promise<void> {
    const coming = await query<{ id: string; activityId: string }>(
      tx,
      sql`SELECT e.id, e.activity_id AS "activityId" FROM affairs.enrolment e JOIN affairs.activity a ON a.id = e.activity_id
           WHERE e.student_id = ${studentId} AND e.status IN ('enrolled', 'waiting') AND a.starts_at > ${this.clock.now()}
           ORDER BY e.activity_id`,
    );
    for (const { id, activityId } of coming) {
      const activity = await lockActivity(tx, activityId, sql`TRUE`);
      const enrolment = await tx.findOneBy(Enrolment, { id, status: In(['enrolled', 'waiting']) });
      if (!enrolment) continue;
      enrolment.end('cancelled');
      await update(tx, enrolment);
      await this.moveUp(tx, activity);
    }
  }

  /**
   * By the code that is shown on the spot: weak evidence, and marked so. Throws CodeWrong (422), after ten tries in a minute
   * TooManyRequests (429) whatever the code; NotEnrolled, SignInClosed (409).
   */
  async sign(
    actor: Actor,
    activityId: string,
    code: string,
    what: 'sign_in' | 'sign_out',
  ): Promise<EnrolmentDetailDto> {
    // Before the code is looked at, and whatever comes of it: tries that come at once count too, in all processes.
    await countTry(this.database.connection, activityId, actor.personId, this.clock.now());
    return this.database.transaction(actor, async (tx) => {
      const own = sql`EXISTS (SELECT FROM affairs.enrolment o WHERE o.activity_id = a.id AND o.student_id = ${actor.personId ?? null}::uuid)`;
      const theirs = actor.personId ? isFor(actor.personId, this.clock.today()) : sql`FALSE`;
      const where = sql`a.status <> 'draft' AND (${own} OR ${theirs})`;
      const activity = await lockActivity(tx, activityId, where);
      const enrolment = await tx.findOneBy(Enrolment, { activityId, studentId: actor.personId! });
      if (!enrolment) throw new NotEnrolled();
      const { codeSeconds, signInMinutes } = await this.policy(tx);
      const now = this.clock.now();
      const refused = enrolment.refusal(what, activity, { own: true, holds: false }, signInMinutes, now);
      if (refused) throw refused;
      if (!isCode(this.vault, activityId, code, now, codeSeconds)) throw new CodeWrong({ pointer: '#/code' });
      if (what === 'sign_in') enrolment.signIn(now);
      else enrolment.signedOutAt = now;
      await update(tx, enrolment);
      return this.detail(tx, actor, enrolment);
    });
  }

  /** Says whether the student was there; after the roll is confirmed this corrects it, and takes back what no longer holds. */
  record(actor: Actor, id: string, expected: number, body: TurnoutDto): Promise<EnrolmentDetailDto> {
    return this.change(actor, id, expected, 'record', async (tx, enrolment, activity) => {
      await this.recordIn(tx, activity, enrolment.id, body);
    });
  }

  /** The same for one row of many; `tx` holds the activity's lock. Throws NotFound for an enrolment of another activity. */
  async recordIn(tx: Tx, activity: Activity, id: string, body: TurnoutDto): Promise<Enrolment> {
    const enrolment = await tx.findOneBy(Enrolment, { id, activityId: activity.id });
    if (!enrolment) throw new NotFound({ what: 'enrolment' });
    const { studentId } = enrolment;
    const now = this.clock.now();
    const refused = enrolment.refusal('record', activity, { own: false, holds: true }, 0, now);
    if (refused) throw refused;
    const { status, credits, hours } = enrolment;
    enrolment.record({ ...body, hours: body.hours ?? null }, activity, now);
    await update(tx, enrolment);
    const same = status === enrolment.status && credits === enrolment.credits && hours === enrolment.hours;
    if (activity.status !== 'closed' || same) return enrolment;
    const who = [{ enrolmentId: id, studentId }];
    if (status === 'confirmed')
      await this.events.publish(tx, new ParticipationTakenBackV1(activity.id, who), enrolment);
    if (enrolment.status === 'confirmed')
      await this.events.publish(tx, new ParticipationConfirmedV1(activity.id, who), enrolment);
    await this.stars.review(tx, studentId);
    return enrolment;
  }

  /** Confirms or refutes all who have a place; `tx` holds the activity's lock. */
  async confirmAll(tx: Tx, activity: Activity, now: Date): Promise<Enrolment[]> {
    const enrolled = await tx.find(Enrolment, {
      where: { activityId: activity.id, status: 'enrolled' },
      order: { id: 'ASC' },
    });
    for (const enrolment of enrolled) enrolment.confirm(activity, now);
    const rows = enrolled.map(({ id, status, credits, hours }) => ({ id, status, credits, hours }));
    await query(
      tx,
      sql`UPDATE affairs.enrolment e SET status = r.status, credits = r.credits, hours = r.hours, confirmed_at = ${now}, updated_at = now(), version = e.version + 1
            FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(id uuid, status text, credits numeric, hours numeric) WHERE e.id = r.id`,
    );
    return enrolled;
  }

  /**
   * Gives free places to those who wait and for whom it still is, in the order in which they asked, until it begins. `tx` holds the activity's
   * lock.
   */
  async moveUp(tx: Tx, activity: Activity): Promise<void> {
    if (activity.status !== 'published' || this.clock.now() >= activity.startsAt) return;
    const free = activity.capacity - (await takenOf(tx, activity.id));
    if (free <= 0) return;
    const next = await query<{ id: string }>(
      tx,
      sql`SELECT e.id FROM ${FROM} JOIN directory.published_student_v1 s ON s.id = e.student_id AND s.active
           WHERE e.activity_id = ${activity.id} AND e.status = 'waiting' AND ${isFor(sql`e.student_id`, this.clock.today())}
           ORDER BY e.asked_at, e.id LIMIT ${free}`,
    );
    const waiting = await tx.find(Enrolment, {
      where: { id: In(next.map(({ id }) => id)) },
      order: { askedAt: 'ASC', id: 'ASC' },
    });
    for (const enrolment of waiting) {
      enrolment.status = 'enrolled';
      await update(tx, enrolment);
      const { id: enrolmentId, activityId, studentId } = enrolment;
      await this.events.publish(tx, new EnrolmentMovedUpV1({ enrolmentId, activityId, studentId }), enrolment);
    }
  }

  /** Whoever sees an enrolment is told why they cannot change it; to others it does not exist. */
  private change(
    actor: Actor,
    id: string,
    expected: number,
    action: EnrolmentAction,
    fn: (tx: Tx, enrolment: Enrolment, activity: Activity) => Promise<void>,
  ): Promise<EnrolmentDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const { activityId } = await this.find(tx, actor, id);
      const activity = await lockActivity(tx, activityId, sql`TRUE`);
      const enrolment = await this.find(tx, actor, id);
      if (enrolment.version !== expected) throw new StaleVersionError();
      const by = await this.asker(tx, actor, enrolment);
      const { signInMinutes } = await this.policy(tx);
      const refused = enrolment.refusal(action, activity, by, signInMinutes, this.clock.now());
      if (refused) throw refused;
      await fn(tx, enrolment, activity);
      if (!by.own)
        await audit(tx, actor, { action: `affairs.enrolment.${action}`, subject: { kind: 'enrolment', id } });
      return this.detail(tx, actor, await this.find(tx, actor, id));
    });
  }

  private async find(tx: Tx, actor: Actor, id: string): Promise<Enrolment> {
    const where = sql`EXISTS (SELECT FROM affairs.activity a WHERE a.id = e.activity_id AND ${enrolmentVisible(actor, this.clock.today())})`;
    const enrolment = await findInScope(tx, Enrolment, id, { alias: 'e', where });
    if (!enrolment) throw new NotFound({ what: 'enrolment' });
    return enrolment;
  }

  private async detail(tx: Tx, actor: Actor, enrolment: Enrolment): Promise<EnrolmentDetailDto> {
    const row = await queryOne<EnrolmentDto & { ahead: number }>(
      tx,
      sql`SELECT ${COLUMNS}, (SELECT count(*)::int FROM affairs.enrolment o WHERE o.activity_id = e.activity_id AND o.status = 'waiting'
                 AND (o.asked_at, o.id) < (e.asked_at, e.id)) AS ahead
            FROM ${FROM} WHERE e.id = ${enrolment.id}`,
    );
    const activity = await tx.findOneByOrFail(Activity, { id: enrolment.activityId });
    const [by, { signInMinutes }] = [await this.asker(tx, actor, enrolment), await this.policy(tx)];
    const actions = (Object.keys(ENROLMENT_ACTIONS) as EnrolmentAction[]).map((action) => {
      const refused = enrolment.refusal(action, activity, by, signInMinutes, this.clock.now());
      return offered(action, refused);
    });
    const ahead = enrolment.status === 'waiting' ? row!.ahead : null;
    return Object.assign(new EnrolmentDetailDto(), { ...row, ahead, actions });
  }

  private async asker(tx: Tx, actor: Actor, { studentId, activityId }: Enrolment): Promise<Asker> {
    const own = actor.can('affairs:activity:enrol') && (actor.personId === studentId || actor.personId === undefined);
    const held = await queryOne(tx, sql`SELECT FROM affairs.activity a WHERE a.id = ${activityId} AND ${holds(actor)}`);
    return { own, holds: held !== undefined };
  }

  private async policy(tx: Tx): Promise<ActivityPolicy> {
    return (await this.policies.at(tx, ActivityPolicy, this.clock.today())).value;
  }
}
