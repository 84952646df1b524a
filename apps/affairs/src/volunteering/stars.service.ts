import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { type Actor, audit, ownStudent } from '#auth';
import { StarChangedV1 } from '#contracts';
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
import { anyOf, list, type Page } from '#http';
import { Policies } from '#policy';
import { NotFound } from '#problems';
import { addWorkingDays, inScope, personById, personRef, reaches } from '#roster';
import { CampusClock } from '#time';
import { StudentKeys } from '#vault';
import { offered } from '#workflow';
import { ActivityPolicy } from '../activities/activities.policy.js';
import { decidedBy, departmentOf, lockOneStudent, noticeName } from '../students.queries.js';
import { StarNoticeOverV1 } from './star-notice-over.event.js';
import { type Asker, Star, STAR_ACTIONS, type StarAction, StarObjection } from './star.entity.js';
import {
  type ApplyForStarsDto,
  StarDetailDto,
  StarDto,
  StarNoticeDto,
  type StarNoticesQuery,
  type StarsQuery,
  VolunteeringDto,
} from './volunteering.dto.js';
import { VolunteeringPolicy } from './volunteering.policy.js';
import { HoursTooFew, ObjectedAlready, StarAlready } from './volunteering.problems.js';

const LIVE = ['notice', 'final'] as const;
const OPEN = sql`(SELECT count(*)::int FROM affairs.star_objection o WHERE o.star_id = s.id AND o.outcome IS NULL)`;
const COLUMNS = sql`s.id, ${personRef(sql`s.student_id`)} AS student, s.stars, s.hours::float8, s.status, s.notice_until AS "noticeUntil", s.provisional,
  ${OPEN} AS "openObjections", s.decided_at AS "decidedAt", s.created_at AS "createdAt", s.version`;

/** Hours of volunteering and the stars they give: applied for, under public notice, open to objections, and taken back with the hours. */
@Injectable()
export class Stars {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly timers: Timers,
    private readonly policies: Policies,
    private readonly students: StudentKeys,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: StarsQuery): Promise<Page<StarDto>> {
    const { status, studentId, objected, updatedSince } = request;
    return this.database.read((tx) =>
      list(tx, request, {
        select: COLUMNS,
        from: sql`affairs.volunteer_star s`,
        where: [
          this.visible(actor),
          anyOf(sql`s.status`, status),
          anyOf(sql`s.student_id`, studentId, 'uuid'),
          objected === undefined ? undefined : sql`(${OPEN} > 0) = ${objected}`,
          updatedSince && sql`s.updated_at >= ${updatedSince}`,
        ],
        sorts: { createdAt: sql`s.created_at`, updatedAt: sql`s.updated_at` },
        defaultSort: '-createdAt',
        id: sql`s.id`,
        to: StarDto.from,
      }),
    );
  }

  /** What is under public notice now, for everybody. */
  notices(request: StarNoticesQuery): Promise<Page<StarNoticeDto>> {
    const name = noticeName(sql`s.student_id`, this.clock.today());
    return this.database.read((tx) =>
      list(tx, request, {
        select: sql`s.id, n.who->>'name' AS name, n.who->>'college' AS college, s.stars, s.notice_until AS "noticeUntil"`,
        from: sql`affairs.volunteer_star s CROSS JOIN LATERAL (SELECT ${name} AS who) n`,
        where: [sql`s.status = 'notice' AND s.notice_until > ${this.clock.now()}`],
        sorts: { noticeUntil: sql`s.notice_until` },
        defaultSort: 'noticeUntil',
        id: sql`s.id`,
        to: StarNoticeDto.from,
      }),
    );
  }

  /** A student's hours and stars; that staff looked is in the audit. Throws NotFound for a student out of reach. */
  of(actor: Actor, studentId: string | undefined): Promise<VolunteeringDto> {
    return this.database.transaction(actor, async (tx) => {
      const person = studentId && (await personById(tx, studentId));
      const scope = actor.scopeOf('affairs:participation:read');
      if (!person || person.kind !== 'student' || !(await reaches(tx, scope, person.id, this.clock.today())))
        throw new NotFound({ what: 'student' });
      if (actor.personId !== person.id)
        await audit(tx, actor, { action: 'affairs.volunteering.read', subject: { kind: 'student', id: person.id } });
      const { hours, times } = await this.hoursOf(tx, person.id);
      const { starHours } = await this.policy(tx);
      const row = await queryOne<{ stars: number }>(
        tx,
        sql`SELECT coalesce(max(stars), 0) AS stars FROM affairs.volunteer_star WHERE student_id = ${person.id} AND status = 'final'`,
      );
      const { stars } = row!;
      const next = starHours[stars] === undefined ? null : { stars: stars + 1, hours: starHours[stars] };
      return Object.assign(new VolunteeringDto(), { studentId: person.id, hours, times, stars, next });
    });
  }

  get(actor: Actor, id: string): Promise<StarDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const star = await this.find(tx, actor, id);
      if (actor.personId !== star.studentId)
        await audit(tx, actor, { action: 'affairs.star.read', subject: { kind: 'star', id } });
      return this.detail(tx, actor, star);
    });
  }

  /** As many stars as the confirmed hours give, under public notice from now on. Throws HoursTooFew, StarAlready (409). */
  apply(actor: Actor, body: ApplyForStarsDto): Promise<StarDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const today = this.clock.today();
      const studentId = await ownStudent(tx, actor, 'affairs:volunteering:apply', body.studentId, today);
      lockOneStudent(tx, 'volunteering', studentId);
      const { starHours, noticeDays, department } = await this.policy(tx);
      const { hours } = await this.hoursOf(tx, studentId);
      const stars = starHours.filter((needed) => needed <= hours).length;
      if (stars === 0) throw new HoursTooFew({ params: { needed: starHours[0]! } });
      const { date, provisional } = await addWorkingDays(tx, today, noticeDays);
      const noticeUntil = this.clock.instantOf(date, '24:00');
      const departmentId = await departmentOf(tx, department);
      const star = Object.assign(new Star(), { studentId, stars, hours, noticeUntil, provisional, departmentId });
      await onConflict(insert(tx, star), { volunteer_star_once: () => new StarAlready() });
      await this.timers.set(tx, { key: keyOf(star.id), at: noticeUntil, event: new StarNoticeOverV1(star.id) });
      return this.detail(tx, actor, star);
    });
  }

  /** Anybody who may read the notice may say something against it, once; who it was is shown to nobody. */
  object(actor: Actor, id: string, text: string): Promise<{ received: true }> {
    return this.database.transaction(actor, async (tx) => {
      const noticed = sql`s.status = 'notice'`;
      const star = await findInScope(tx, Star, id, { alias: 's', where: noticed, lock: 'update' });
      if (!star) throw new NotFound({ what: 'star' });
      const refused = star.refusal(
        'object',
        { own: actor.personId === star.studentId, decides: false },
        0,
        this.clock.now(),
      );
      if (refused) throw refused;
      const { studentId } = star;
      const objection = Object.assign(new StarObjection(), {
        starId: id,
        studentId,
        byPerson: actor.personId ?? null,
        text,
      });
      await this.students.sealFields(tx, objection);
      await onConflict(insert(tx, objection), { star_objection_once: () => new ObjectedAlready() });
      return { received: true };
    });
  }

  withdraw(actor: Actor, id: string, expected: number): Promise<StarDetailDto> {
    return this.change(actor, id, expected, 'withdraw', async (tx, star) => {
      star.end('withdrawn', this.clock.now());
      await this.timers.cancel(tx, keyOf(id));
    });
  }

  /** The student is erased: what is under notice is withdrawn. Stars that were recognised stay. */
  async endAllOf(tx: Tx, studentId: string): Promise<void> {
    lockOneStudent(tx, 'volunteering', studentId);
    for (const star of await tx.findBy(Star, { studentId, status: 'notice' })) {
      star.end('withdrawn', this.clock.now());
      await update(tx, star);
      await this.timers.cancel(tx, keyOf(star.id));
    }
  }

  /** Answers all objections that are open; where none was upheld and the notice is over, the stars are recognised. */
  answer(actor: Actor, id: string, expected: number, what: 'dismiss' | 'uphold', text: string): Promise<StarDetailDto> {
    return this.change(actor, id, expected, what, async (tx, star) => {
      const objections = await tx.findBy(StarObjection, { starId: id });
      for (const objection of objections.filter(({ outcome }) => outcome === null)) {
        Object.assign(objection, { outcome: what === 'uphold' ? 'upheld' : 'dismissed', answer: text });
        await this.students.sealFields(tx, objection);
        await update(tx, objection);
      }
      const now = this.clock.now();
      if (what === 'uphold') {
        star.end('refused', now);
        await this.timers.cancel(tx, keyOf(id));
      } else if (now >= star.noticeUntil) star.end('final', now);
    });
  }

  /** The notice is over: without an open objection, and while the hours hold, the stars are recognised. */
  async noticeOver(tx: Tx, id: string): Promise<void> {
    const found = await tx.findOneBy(Star, { id });
    if (!found) return;
    lockOneStudent(tx, 'volunteering', found.studentId);
    const star = await findInScope(tx, Star, id, { alias: 's', where: sql`TRUE`, lock: 'update' });
    const now = this.clock.now();
    if (star?.status !== 'notice' || now < star.noticeUntil) return;
    // Asked once the star is locked: whoever was objecting until then has done so.
    if ((await openObjections(tx, id)) > 0) return;
    star.end('final', now);
    await update(tx, star);
    await this.publishChange(tx, star);
  }

  /** Hours of a student were corrected: stars that they no longer give are taken back. */
  async review(tx: Tx, studentId: string): Promise<void> {
    lockOneStudent(tx, 'volunteering', studentId);
    const { hours } = await this.hoursOf(tx, studentId);
    const { starHours } = await this.policy(tx);
    const live = await tx.findBy(Star, { studentId, status: In(LIVE) });
    for (const star of live.filter(({ stars }) => (starHours[stars - 1] ?? Infinity) > hours)) {
      const recognised = star.status === 'final';
      star.end('taken_back', this.clock.now());
      await update(tx, star);
      if (recognised) await this.publishChange(tx, star);
      await this.timers.cancel(tx, keyOf(star.id));
    }
  }

  private async publishChange(tx: Tx, star: Star): Promise<void> {
    const { id: starId, studentId } = star;
    await this.events.publish(tx, new StarChangedV1({ starId, studentId }), star);
  }

  private async hoursOf(tx: Tx, studentId: string): Promise<{ hours: number; times: number }> {
    const { kinds } = (await this.policies.at(tx, ActivityPolicy, this.clock.today())).value;
    const codes = kinds.filter(({ volunteering }) => volunteering).map(({ code }) => code);
    const row = await queryOne<{ hours: number; times: number }>(
      tx,
      sql`SELECT coalesce(sum(e.hours), 0)::float8 AS hours, count(*)::int AS times
            FROM affairs.enrolment e JOIN affairs.activity a ON a.id = e.activity_id
           WHERE e.student_id = ${studentId} AND e.status = 'confirmed' AND a.kind = ANY(${codes}::text[])`,
    );
    return row!;
  }

  private change(
    actor: Actor,
    id: string,
    expected: number,
    action: StarAction,
    fn: (tx: Tx, star: Star) => Promise<void>,
  ): Promise<StarDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const { studentId } = await this.find(tx, actor, id);
      lockOneStudent(tx, 'volunteering', studentId);
      const star = await this.find(tx, actor, id, 'update');
      if (star.version !== expected) throw new StaleVersionError();
      const by = await this.asker(tx, actor, star);
      const refused = star.refusal(action, by, await openObjections(tx, id), this.clock.now());
      if (refused) throw refused;
      await fn(tx, star);
      await update(tx, star);
      if (star.status === 'final') await this.publishChange(tx, star);
      if (!by.own) await audit(tx, actor, { action: `affairs.star.${action}`, subject: { kind: 'star', id } });
      return this.detail(tx, actor, star);
    });
  }

  private async find(tx: Tx, actor: Actor, id: string, lock?: 'update'): Promise<Star> {
    const where = this.visible(actor);
    const star = await findInScope(tx, Star, id, { alias: 's', where, ...(lock && { lock }) });
    if (!star) throw new NotFound({ what: 'star' });
    return star;
  }

  private async detail(tx: Tx, actor: Actor, star: Star): Promise<StarDetailDto> {
    const row = await queryOne<StarDto>(
      tx,
      sql`SELECT ${COLUMNS} FROM affairs.volunteer_star s WHERE s.id = ${star.id}`,
    );
    const objections = await tx.find(StarObjection, { where: { starId: star.id }, order: { id: 'ASC' } });
    const texts = await this.students.openFields(tx, objections);
    const by = await this.asker(tx, actor, star);
    const actions = (Object.keys(STAR_ACTIONS) as StarAction[]).map((action) => {
      const refused = star.refusal(action, by, row!.openObjections, this.clock.now());
      return offered(action, refused);
    });
    const told = objections.map(({ outcome }, i) => ({ ...texts[i]!, outcome }));
    return Object.assign(new StarDetailDto(), { ...row, objections: told, actions });
  }

  private async asker(tx: Tx, actor: Actor, star: Star): Promise<Asker> {
    const own = actor.can('affairs:volunteering:apply') && (actor.personId ?? star.studentId) === star.studentId;
    if (!actor.can('affairs:volunteering:decide') || actor.personId === star.studentId) return { own, decides: false };
    const decides = await queryOne(
      tx,
      sql`SELECT FROM affairs.volunteer_star s WHERE s.id = ${star.id} AND ${this.decided(actor)}`,
    );
    return { own, decides: decides !== undefined };
  }

  private decided(actor: Actor): Sql {
    return decidedBy(actor, 'affairs:volunteering:decide', sql`s.student_id`, sql`s.department_id`, this.clock.today());
  }

  /** Predicate over a star `s`: of students within the scope, or in the decider's charge. */
  private visible(actor: Actor): Sql {
    const scope = actor.scopeOf('affairs:participation:read');
    return sql`(${inScope(scope, sql`s.student_id`, this.clock.today())} OR ${this.decided(actor)})`;
  }

  private async policy(tx: Tx): Promise<VolunteeringPolicy> {
    return (await this.policies.at(tx, VolunteeringPolicy, this.clock.today())).value;
  }
}

async function openObjections(tx: Tx, starId: string): Promise<number> {
  const rows = await query(tx, sql`SELECT FROM affairs.star_objection WHERE star_id = ${starId} AND outcome IS NULL`);
  return rows.length;
}

function keyOf(starId: string): TimerKey {
  return `affairs.star-notice ${starId}`;
}
