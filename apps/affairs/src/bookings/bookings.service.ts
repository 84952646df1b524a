import { Injectable } from '@nestjs/common';
import { In, MoreThan } from 'typeorm';
import { type Actor, audit, ownStudent } from '#auth';
import { BookingCancelledV1 } from '#contracts';
import {
  Database,
  findInScope,
  insert,
  newId,
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
import { type PolicyAt, Policies } from '#policy';
import { NotFound, type Problem } from '#problems';
import { calendarDays, personRef } from '#roster';
import { addDays, CampusClock } from '#time';
import { StudentKeys } from '#vault';
import { offered } from '#workflow';
import { lockOneStudent } from '../students.queries.js';
import { Bookable } from './bookable.entity.js';
import { mondayOf, refusalOf, standingOf } from './booking-limits.js';
import { type Asker, Booking, BOOKING_ACTIONS, type BookingAction, TAKING } from './booking.entity.js';
import {
  type BookDto,
  BookingDetailDto,
  BookingDto,
  BookingSeriesDto,
  type BookingsQuery,
  type BookSeriesDto,
  type SkippedWeekDto,
} from './bookings.dto.js';
import { BookingPolicy } from './bookings.policy.js';
import {
  BookingFull,
  BookingOverlapsOwn,
  ClosedThatDay,
  OutsideHours,
  SeriesNotPossible,
  TooManyAttendees,
} from './bookings.problems.js';
import { hasPlace, isFor, keeps, lockBookable } from './bookings.queries.js';
import { fits, inWeeks, isClosed, type Span } from './opening-hours.js';
import { WaitingList } from './waiting-list.service.js';

const COLUMNS = sql`b.id, json_build_object('id', k.id, 'kind', k.kind, 'name', k.name) AS bookable, ${personRef(sql`b.student_id`)} AS student,
  b.starts_at AS "startsAt", b.ends_at AS "endsAt", b.attendees, b.status, b.series_id AS "seriesId", b.offered_until AS "offeredUntil",
  b.by_staff AS "byStaff", b.appealed_at AS "appealedAt", b.answered_at AS "answeredAt", b.forgiven, b.created_at AS "createdAt", b.version`;
const FROM = sql`affairs.booking b JOIN affairs.bookable k ON k.id = b.bookable_id`;

/** What a booking is about, as it is asked for. */
interface Ask extends Span {
  attendees: number;
  note: string | null;
  seriesId: string | null;
}

/** Students book, wait, cancel and appeal; who keeps what is booked sees who comes, and says who came. */
@Injectable()
export class Bookings {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly policies: Policies,
    private readonly waitingList: WaitingList,
    private readonly students: StudentKeys,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: BookingsQuery): Promise<Page<BookingDto>> {
    const { status, bookableId, studentId, seriesId, from, to, mine, appealed, updatedSince } = request;
    return this.database.read((tx) =>
      list(tx, request, {
        select: COLUMNS,
        from: FROM,
        where: [
          this.visible(actor),
          anyOf(sql`b.status`, status),
          anyOf(sql`b.bookable_id`, bookableId, 'uuid'),
          anyOf(sql`b.student_id`, studentId, 'uuid'),
          seriesId && sql`b.series_id = ${seriesId}`,
          from && sql`b.ends_at > ${this.clock.instantOf(from, '00:00')}`,
          to && sql`b.starts_at < ${this.clock.instantOf(to, '24:00')}`,
          mine ? sql`b.student_id = ${actor.personId ?? null}` : undefined,
          appealed === undefined ? undefined : sql`(b.appealed_at IS NOT NULL AND b.answered_at IS NULL) = ${appealed}`,
          updatedSince && sql`b.updated_at >= ${updatedSince}`,
        ],
        sorts: { startsAt: sql`b.starts_at`, createdAt: sql`b.created_at`, updatedAt: sql`b.updated_at` },
        defaultSort: '-startsAt',
        id: sql`b.id`,
        to: BookingDto.from,
      }),
    );
  }

  /** One booking with what the student wrote; staff who read it are in the audit. */
  get(actor: Actor, id: string): Promise<BookingDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const booking = await this.find(tx, actor, id);
      if (actor.personId !== booking.studentId)
        await audit(tx, actor, { action: 'affairs.booking.read', subject: { kind: 'booking', id } });
      return this.detail(tx, actor, booking);
    });
  }

  /** Books a time, or where there is no place left and the student says so, puts them on the waiting list. */
  book(actor: Actor, body: BookDto): Promise<BookingDetailDto> {
    return this.placing(actor, body, async (tx, bookable, studentId, policy) => {
      const ask = { ...spanOf(body), attendees: body.attendees, note: body.note ?? null, seriesId: null };
      const refused =
        (await this.refusal(tx, bookable, studentId, ask, policy)) ?? (await this.closedFor(tx, bookable, ask));
      if (refused) throw refused;
      const free = await hasPlace(tx, bookable, ask);
      if (!free && !body.waitIfFull) throw new BookingFull({ pointer: '#/startsAt' });
      const booking = await this.place(tx, bookable, studentId, ask, free ? 'booked' : 'waiting');
      if (!free) await this.waitingList.enter(tx, booking);
      return this.detail(tx, actor, booking);
    });
  }

  /**
   * Books the same time of several weeks, all or none; days on which it is closed are passed over and told. What a student may have counts
   * the bookings of the series itself.
   */
  bookSeries(actor: Actor, body: BookSeriesDto): Promise<BookingSeriesDto> {
    return this.placing(actor, body, async (tx, bookable, studentId, policy) => {
      const seriesId = newId();
      const bookings: string[] = [];
      const skipped: SkippedWeekDto[] = [];
      const refused: string[][] = [];
      for (let week = 0; week < body.weeks; week++) {
        const span = inWeeks(spanOf(body), week, this.clock.timeZone);
        const date = this.clock.dateOf(span.startsAt);
        const ask = { ...span, attendees: body.attendees, note: body.note ?? null, seriesId };
        const closed = await this.closedFor(tx, bookable, span);
        const problem =
          (await this.refusal(tx, bookable, studentId, ask, policy)) ??
          (closed || (await hasPlace(tx, bookable, ask)) ? undefined : new BookingFull());
        if (closed) skipped.push({ date, ...closed.text });
        else if (problem) refused.push([`${date}：${problem.text.zh}`, `${date}: ${problem.text.en}`]);
        else if (refused.length === 0) bookings.push((await this.place(tx, bookable, studentId, ask, 'booked')).id);
      }
      if (refused.length > 0 || bookings.length === 0) {
        const errors = refused.map(([zh = '', en = '']) => ({ pointer: '#/weeks', zh, en }));
        const closed = skipped.map(({ zh, en }) => ({ pointer: '#/weeks', zh, en }));
        throw new SeriesNotPossible({ errors: errors.length > 0 ? errors : closed });
      }
      const { data } = await list(
        tx,
        { limit: body.weeks },
        {
          select: COLUMNS,
          from: FROM,
          where: [sql`b.series_id = ${seriesId}`],
          sorts: { startsAt: sql`b.starts_at` },
          defaultSort: 'startsAt',
          id: sql`b.id`,
          to: BookingDto.from,
        },
      );
      return Object.assign(new BookingSeriesDto(), { id: seriesId, bookings: data, skipped });
    });
  }

  accept(actor: Actor, id: string, expected: number): Promise<BookingDetailDto> {
    return this.change(actor, id, expected, 'accept', async (tx, booking) => {
      booking.accept();
      await this.waitingList.leave(tx, booking);
    });
  }

  /** Gives the place to whoever waits for it. */
  cancel(actor: Actor, id: string, expected: number): Promise<BookingDetailDto> {
    return this.change(actor, id, expected, 'cancel', async (tx, booking, { own }) => {
      const had = TAKING.includes(booking.status);
      booking.end('cancelled', !own, this.clock.now());
      await this.waitingList.leave(tx, booking);
      const { id: bookingId, studentId } = booking;
      if (!own) await this.events.publish(tx, new BookingCancelledV1({ bookingId, studentId }));
      return had;
    });
  }

  /**
   * The student is erased: ends what is still to come, and gives the places to whoever waits for them. An appeal that waits for an answer
   * counts for the student: nobody can read it any more.
   */
  async endAllOf(tx: Tx, studentId: string): Promise<void> {
    const now = this.clock.now();
    await query(
      tx,
      sql`UPDATE affairs.booking SET forgiven = TRUE, answered_at = ${now}, updated_at = now(), version = version + 1
           WHERE student_id = ${studentId} AND status = 'no_show' AND appealed_at IS NOT NULL AND answered_at IS NULL`,
    );
    const coming = { studentId, status: In(['booked', 'waiting', 'offered']), startsAt: MoreThan(now) };
    const found = await tx.find(Booking, { where: coming, order: { bookableId: 'ASC', id: 'ASC' } });
    for (const { id, bookableId } of found) {
      const bookable = await lockBookable(tx, bookableId);
      const booking = await tx.findOneBy(Booking, { ...coming, id });
      if (!booking) continue;
      const had = TAKING.includes(booking.status);
      booking.end('cancelled', false, now);
      await this.waitingList.leave(tx, booking);
      await update(tx, booking);
      if (had) await this.waitingList.offer(tx, bookable, booking);
    }
  }

  /** Says whether the student came; what was said before can be corrected. */
  record(actor: Actor, id: string, expected: number, what: 'attend' | 'no_show'): Promise<BookingDetailDto> {
    return this.change(actor, id, expected, what, (_, booking) =>
      booking.record(what === 'attend' ? 'attended' : 'no_show'),
    );
  }

  /** A student says why a no-show should not count; until it is answered it does not. */
  appeal(actor: Actor, id: string, expected: number, text: string): Promise<BookingDetailDto> {
    return this.change(actor, id, expected, 'appeal', async (tx, booking) => {
      booking.takeAppeal(text, this.clock.now());
      await this.students.sealFields(tx, booking);
    });
  }

  /** Answers an appeal, or forgives without one. */
  answer(actor: Actor, id: string, expected: number, what: 'forgive' | 'uphold'): Promise<BookingDetailDto> {
    return this.change(actor, id, expected, what, (_, booking) =>
      booking.answerAppeal(what === 'forgive', this.clock.now()),
    );
  }

  /** The student, the bookable and the policy of a booking that is about to be made; student and bookable are locked. */
  private placing<T>(
    actor: Actor,
    body: { studentId?: string; bookableId: string },
    fn: (tx: Tx, bookable: Bookable, studentId: string, policy: PolicyAt<BookingPolicy>) => Promise<T>,
  ): Promise<T> {
    return this.database.transaction(actor, async (tx) => {
      const today = this.clock.today();
      const studentId = await ownStudent(tx, actor, 'affairs:booking:book', body.studentId, this.clock.today());
      const policy = await this.policies.at(tx, BookingPolicy, today);
      lockOneStudent(tx, 'booking', studentId);
      const bookable = await lockBookable(tx, body.bookableId, isFor(studentId, today));
      return fn(tx, bookable, studentId, policy);
    });
  }

  /** Why a student cannot book a time, places apart. */
  private async refusal(
    tx: Tx,
    bookable: Bookable,
    studentId: string,
    { startsAt, endsAt, attendees }: Ask,
    policy: PolicyAt<BookingPolicy>,
  ): Promise<Problem | undefined> {
    const { slotMinutes: minutes, maxSlots: slots, capacity } = bookable;
    const date = this.clock.dateOf(startsAt);
    if (!fits(bookable, date, { startsAt, endsAt }, this.clock.timeZone))
      return new OutsideHours({ pointer: '#/startsAt', params: { minutes, slots } });
    if (attendees > capacity) return new TooManyAttendees({ pointer: '#/attendees', params: { capacity } });
    const monday = mondayOf(date);
    const own = await queryOne<{ inWeek: number; overlaps: boolean }>(
      tx,
      sql`SELECT count(*) FILTER (WHERE bookable_id = ${bookable.id} AND status = ANY(${[...TAKING, 'waiting']}::text[])
                   AND starts_at >= ${this.clock.instantOf(monday, '00:00')})::int AS "inWeek",
                 coalesce(bool_or(status = ANY(${['booked', 'offered', 'waiting']}::text[]) AND starts_at < ${endsAt} AND ends_at > ${startsAt}), false) AS overlaps
            FROM affairs.booking WHERE student_id = ${studentId} AND starts_at < ${this.clock.instantOf(addDays(monday, 7), '00:00')}
             AND ends_at > ${this.clock.instantOf(monday, '00:00')}`,
    );
    const standing = await standingOf(tx, studentId, policy, this.clock);
    const refused = refusalOf(bookable, standing, { startsAt, endsAt }, own!.inWeek, this.clock);
    if (refused) return refused;
    return own!.overlaps ? new BookingOverlapsOwn({ pointer: '#/startsAt' }) : undefined;
  }

  private async closedFor(tx: Tx, bookable: Bookable, { startsAt }: Span): Promise<Problem | undefined> {
    const date = this.clock.dateOf(startsAt);
    const [day] = await calendarDays(tx, date, date);
    return isClosed(bookable, day!) ? new ClosedThatDay({ pointer: '#/startsAt', params: { date } }) : undefined;
  }

  private async place(
    tx: Tx,
    bookable: Bookable,
    studentId: string,
    ask: Ask,
    status: 'booked' | 'waiting',
  ): Promise<Booking> {
    const booking = Booking.make(bookable, studentId, ask, status, this.clock.now());
    await this.students.sealFields(tx, booking);
    await onConflict(insert(tx, booking), CONFLICTS);
    return booking;
  }

  /** Whoever sees a booking is told why they cannot change it; to others it does not exist. `fn` answers whether its place is free now. */
  private change(
    actor: Actor,
    id: string,
    expected: number,
    action: BookingAction,
    fn: (tx: Tx, booking: Booking, by: Asker) => boolean | void | Promise<boolean | void>,
  ): Promise<BookingDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const { bookableId } = await this.find(tx, actor, id);
      const bookable = await lockBookable(tx, bookableId);
      const booking = await this.find(tx, actor, id);
      if (booking.version !== expected) throw new StaleVersionError();
      const by = await this.asker(tx, actor, booking);
      const refused = booking.refusal(action, by, await this.terms(tx, bookable), this.clock.now());
      if (refused) throw refused;
      const freed = await fn(tx, booking, by);
      await onConflict(update(tx, booking), CONFLICTS);
      if (!by.own) await audit(tx, actor, { action: `affairs.booking.${action}`, subject: { kind: 'booking', id } });
      if (freed) await this.waitingList.offer(tx, bookable, booking);
      return this.detail(tx, actor, booking);
    });
  }

  private async find(tx: Tx, actor: Actor, id: string): Promise<Booking> {
    const where = sql`EXISTS (SELECT FROM affairs.bookable k WHERE k.id = b.bookable_id AND ${this.visible(actor)})`;
    const booking = await findInScope(tx, Booking, id, { alias: 'b', where });
    if (!booking) throw new NotFound({ what: 'booking' });
    return booking;
  }

  private async detail(tx: Tx, actor: Actor, booking: Booking): Promise<BookingDetailDto> {
    const row = await queryOne<BookingDto & { ahead: number }>(
      tx,
      sql`SELECT ${COLUMNS}, (SELECT count(*)::int FROM affairs.booking o WHERE o.bookable_id = b.bookable_id AND o.status = 'waiting'
                 AND (o.asked_at, o.id) < (b.asked_at, b.id) AND o.starts_at < b.ends_at AND o.ends_at > b.starts_at) AS ahead
            FROM ${FROM} WHERE b.id = ${booking.id}`,
    );
    const [texts] = await this.students.openFields(tx, [booking]);
    const bookable = await tx.findOneByOrFail(Bookable, { id: booking.bookableId });
    const [by, terms, now] = [await this.asker(tx, actor, booking), await this.terms(tx, bookable), this.clock.now()];
    const actions = (Object.keys(BOOKING_ACTIONS) as BookingAction[]).map((action) => {
      const refused = booking.refusal(action, by, terms, now);
      return offered(action, refused);
    });
    const ahead = booking.status === 'waiting' ? row!.ahead : null;
    return Object.assign(new BookingDetailDto(), { ...row, ahead, note: texts!.note, appeal: texts!.appeal, actions });
  }

  private async asker(tx: Tx, actor: Actor, { studentId, bookableId }: Booking): Promise<Asker> {
    const own = actor.can('affairs:booking:book') && (actor.personId === studentId || actor.personId === undefined);
    const kept = await queryOne(
      tx,
      sql`SELECT FROM affairs.bookable k WHERE k.id = ${bookableId} AND ${keeps(actor, 'affairs:booking:manage')}`,
    );
    return { own, keeps: kept !== undefined };
  }

  private async terms(tx: Tx, { cancelMinutes }: Bookable) {
    const { afterDays } = (await this.policies.at(tx, BookingPolicy, this.clock.today())).value;
    return { cancelMinutes, afterDays };
  }

  /** Predicate over a booking `b` of a bookable `k`. */
  private visible(actor: Actor): Sql {
    const { personId } = actor.scopeOf('affairs:booking:read');
    const own = personId ? sql`b.student_id = ${personId}` : sql`FALSE`;
    return sql`(${own} OR ${keeps(actor, 'affairs:booking:read')})`;
  }
}

/** What the database alone can rule out between two requests at once. */
const CONFLICTS = {
  booking_exclusive: () => new BookingFull({ pointer: '#/startsAt' }),
  booking_own: () => new BookingOverlapsOwn({ pointer: '#/startsAt' }),
};

function spanOf({ startsAt, endsAt }: { startsAt: string; endsAt: string }): Span {
  return { startsAt: new Date(startsAt), endsAt: new Date(endsAt) };
}
