import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import {
  Database,
  findInScope,
  insert,
  onConflict,
  queryOne,
  sql,
  StaleVersionError,
  type Tx,
  update,
} from '#database';
import { anyOf, list, type Page } from '#http';
import { Policies } from '#policy';
import { NotFound, type Problem } from '#problems';
import { personRef } from '#roster';
import { addDays, addMonths, CampusClock } from '#time';
import { offered } from '#workflow';
import { lockOneStudent } from '../students.queries.js';
import { mondayOf, type Over, overCaps } from './hour-caps.js';
import { payRefusal } from './pay-floor.js';
import { Post } from './post.entity.js';
import { Shift, SHIFT_ACTIONS, type ShiftAction } from './shift.entity.js';
import { type BookShiftDto, ShiftDetailDto, ShiftDto, type ShiftsQuery } from './shifts.dto.js';
import { WorkStudyPolicy } from './work-study.policy.js';
import { NotAssigned, ShiftOverlaps, ShiftOverMonth, ShiftOverWeek, ShiftTimesWrong } from './work-study.problems.js';
import { capsOf, manages, ofPostVisible, shiftsOf, vacations } from './work-study.queries.js';

const COLUMNS = sql`s.id, json_build_object('id', p.id, 'title', p.title) AS post, ${personRef(sql`s.student_id`)} AS student, s.day::text,
  s.starts_at AS "startsAt", s.ends_at AS "endsAt", s.minutes, s.hourly_fen AS "hourlyFen", s.status, s.version`;
const FROM = sql`affairs.work_study_shift s JOIN affairs.work_study_post p ON p.id = s.post_id`;
const MINUTE = 60_000;

/** Times at which students work: within the hours of a week and a month, of all their posts, when booked and when confirmed. */
@Injectable()
export class Shifts {
  constructor(
    private readonly database: Database,
    private readonly policies: Policies,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: ShiftsQuery): Promise<Page<ShiftDto>> {
    const { status, postId, studentId, from, to, updatedSince } = request;
    return this.database.read((tx) =>
      list(tx, request, {
        select: COLUMNS,
        from: FROM,
        where: [
          ofPostVisible(actor, sql`s.student_id`, this.clock.today()),
          anyOf(sql`s.status`, status),
          anyOf(sql`s.post_id`, postId, 'uuid'),
          anyOf(sql`s.student_id`, studentId, 'uuid'),
          from && sql`s.day >= ${from}`,
          to && sql`s.day <= ${to}`,
          updatedSince && sql`s.updated_at >= ${updatedSince}`,
        ],
        sorts: { startsAt: sql`s.starts_at`, updatedAt: sql`s.updated_at` },
        defaultSort: '-startsAt',
        id: sql`s.id`,
        to: ShiftDto.from,
      }),
    );
  }

  get(actor: Actor, id: string): Promise<ShiftDetailDto> {
    return this.database.read(async (tx) => this.detail(tx, actor, await this.find(tx, actor, id)));
  }

  /**
   * By the student, or by whoever manages the post. Throws NotFound for a post out of reach, NotAssigned, ShiftOverlaps, ShiftOverWeek,
   * ShiftOverMonth (409), ShiftTimesWrong and what the pay is refused for (422).
   */
  book(actor: Actor, body: BookShiftDto): Promise<ShiftDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const [startsAt, endsAt] = [new Date(body.startsAt), new Date(body.endsAt)];
      const studentId = body.studentId ?? actor.personId ?? null;
      const own = sql`EXISTS (SELECT FROM affairs.work_study_application a WHERE a.post_id = p.id AND a.student_id = ${actor.personId ?? null}::uuid)`;
      const where = actor.personId === studentId && studentId ? sql`(${own} OR ${manages(actor)})` : manages(actor);
      const post = await findInScope(tx, Post, body.postId, { alias: 'p', where, lock: 'share' });
      if (!post) throw new NotFound({ pointer: '#/postId', what: 'post' });
      const day = this.clock.dateOf(startsAt);
      const within = day >= post.startsOn && day <= post.endsOn && endsAt <= this.clock.instantOf(day, '24:00');
      if (startsAt >= endsAt || !within) throw new ShiftTimesWrong({ pointer: '#/startsAt' });
      const assigned = await queryOne(
        tx,
        sql`SELECT FROM affairs.work_study_application WHERE post_id = ${post.id} AND student_id = ${studentId}::uuid AND status = 'assigned' FOR SHARE`,
      );
      if (!assigned) throw new NotAssigned({ pointer: '#/studentId' });
      const { value: policy } = await this.policies.at(tx, WorkStudyPolicy, day);
      const tooLow = payRefusal(post, policy, day);
      if (tooLow) throw tooLow;
      const minutes = Math.floor((endsAt.getTime() - startsAt.getTime()) / MINUTE);
      const values = {
        postId: post.id,
        studentId: studentId!,
        day,
        startsAt,
        endsAt,
        minutes,
        hourlyFen: post.hourlyFen,
      };
      const shift = Object.assign(new Shift(), values);
      await this.mustFit(tx, shift);
      await onConflict(insert(tx, shift), { work_study_shift_own: () => new ShiftOverlaps({ pointer: '#/startsAt' }) });
      if (actor.personId !== studentId) await this.audit(tx, actor, shift.id, 'book');
      return this.detail(tx, actor, shift);
    });
  }

  cancel(actor: Actor, id: string, expected: number): Promise<ShiftDetailDto> {
    return this.act(actor, id, expected, 'cancel', (_, shift) => void (shift.status = 'cancelled'));
  }

  /**
   * What was worked: within the hours too. After it was paid this is a correction, which the next payroll settles. Where the pay it was
   * booked with is too low by now, the post's holds if that has been raised; what is still too low the payroll refuses.
   */
  confirm(actor: Actor, id: string, expected: number, minutes: number): Promise<ShiftDetailDto> {
    return this.act(actor, id, expected, 'confirm', async (tx, shift) => {
      shift.confirm(minutes);
      const post = await tx.findOneByOrFail(Post, { id: shift.postId });
      const { value: policy } = await this.policies.at(tx, WorkStudyPolicy, shift.day);
      const { kind, location, region } = post;
      if (payRefusal({ kind, location, region, hourlyFen: shift.hourlyFen }, policy, shift.day))
        shift.hourlyFen = Math.max(shift.hourlyFen, post.hourlyFen);
      await this.mustFit(tx, shift);
    });
  }

  /** With all shifts of the student in that week and month, one request after the other. */
  private async mustFit(tx: Tx, { id, studentId, day, minutes }: Shift): Promise<void> {
    lockOneStudent(tx, 'work-study', studentId);
    const month = `${day.slice(0, 7)}-01`;
    const [monday, last] = [mondayOf(day), addDays(addMonths(month, 1), -1)];
    const [from, to] = [monday < month ? monday : month, addDays(monday, 6) > last ? addDays(monday, 6) : last];
    const others = (await shiftsOf(tx, [studentId], from, to, id)).get(studentId) ?? [];
    const shifts = [...others, { date: day, minutes }];
    // Others that are over already are no reason against this one, and an end of the range is no whole month.
    const over = overCaps(shifts, await vacations(tx), await capsOf(tx, this.policies, shifts));
    const own = over.find(({ period, from: first }) => first === (period === 'month' ? month : monday));
    if (own) throw refusalOf(own);
  }

  private act(
    actor: Actor,
    id: string,
    expected: number,
    action: ShiftAction,
    fn: (tx: Tx, shift: Shift) => void | Promise<void>,
  ): Promise<ShiftDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const shift = await this.find(tx, actor, id, 'update');
      if (shift.version !== expected) throw new StaleVersionError();
      const by = await this.asker(tx, actor, shift);
      const refused = shift.refusal(action, by, this.clock.now());
      if (refused) throw refused;
      await fn(tx, shift);
      await update(tx, shift);
      if (!by.own) await this.audit(tx, actor, id, action);
      return this.detail(tx, actor, shift);
    });
  }

  private audit(tx: Tx, actor: Actor, id: string, action: string): Promise<void> {
    return audit(tx, actor, {
      action: `affairs.work-study-shift.${action}`,
      subject: { kind: 'work-study-shift', id },
    });
  }

  private async find(tx: Tx, actor: Actor, id: string, lock?: 'update'): Promise<Shift> {
    const visible = ofPostVisible(actor, sql`s.student_id`, this.clock.today());
    const where = sql`EXISTS (SELECT FROM affairs.work_study_post p WHERE p.id = s.post_id AND ${visible})`;
    const shift = await findInScope(tx, Shift, id, { alias: 's', where, ...(lock && { lock }) });
    if (!shift) throw new NotFound({ what: 'shift' });
    return shift;
  }

  private async detail(tx: Tx, actor: Actor, shift: Shift): Promise<ShiftDetailDto> {
    const row = await queryOne<ShiftDto>(tx, sql`SELECT ${COLUMNS} FROM ${FROM} WHERE s.id = ${shift.id}`);
    const by = await this.asker(tx, actor, shift);
    const actions = (Object.keys(SHIFT_ACTIONS) as ShiftAction[]).map((action) => {
      const refused = shift.refusal(action, by, this.clock.now());
      return offered(action, refused);
    });
    return Object.assign(new ShiftDetailDto(), { ...row, actions });
  }

  private async asker(tx: Tx, actor: Actor, { studentId, postId }: Shift) {
    const own = actor.can('affairs:work-study:apply') && actor.personId === studentId;
    const managed = await queryOne(
      tx,
      sql`SELECT FROM affairs.work_study_post p WHERE p.id = ${postId} AND ${manages(actor)}`,
    );
    return { own, manages: managed !== undefined };
  }
}

function refusalOf({ period, from, most }: Over): Problem {
  const details = { pointer: '#/startsAt', params: { from, hours: most / 60 } };
  return period === 'month' ? new ShiftOverMonth(details) : new ShiftOverWeek(details);
}
