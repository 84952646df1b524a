import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { type Actor, audit } from '#auth';
import { PLACE_KINDS } from '#contracts';
import { Database, findInScope, insert, query, queryOne, sql, StaleVersionError, type Tx, update } from '#database';
import { anyOf, list, type Page } from '#http';
import { Policies } from '#policy';
import { Invalid, NotFound } from '#problems';
import { calendarDays, holdsOn, personRef, unitById, unitInScope, unitsBelow } from '#roster';
import { addDays, CampusClock, daysBetween } from '#time';
import { offered, RefusalDto } from '#workflow';
import { Bookable, type BookableKind } from './bookable.entity.js';
import {
  BookableDto,
  type BookableRulesDto,
  type BookablesQuery,
  MOST_DAYS,
  type OpenBookableDto,
  SlotDto,
  type SlotsQuery,
} from './bookables.dto.js';
import { mondayOf, refusalOf, refusalOfAny, type Standing, standingOf } from './booking-limits.js';
import { TAKING } from './booking.entity.js';
import { BookingPolicy } from './bookings.policy.js';
import { BookableClosed, BookingFull, BookingNotKept, BookingNotOwn, HostWrong } from './bookings.problems.js';
import { keeps, lockBookable, visible } from './bookings.queries.js';
import { slotsOf, type Span } from './opening-hours.js';
import { WaitingList } from './waiting-list.service.js';

interface Row {
  id: string;
  kept: boolean;
  host: BookableDto['host'];
}

/** What can be booked, and by which rules. */
@Injectable()
export class Bookables {
  constructor(
    private readonly database: Database,
    private readonly policies: Policies,
    private readonly waitingList: WaitingList,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: BookablesQuery): Promise<Page<BookableDto>> {
    const { kind, status, unitId, hostId, kept, updatedSince } = request;
    const manages = keeps(actor, 'affairs:booking:manage', true);
    return this.database.read(async (tx) => {
      const { data, ...rest } = await list(tx, request, {
        select: sql`k.id, ${manages} AS kept, ${personRef(sql`k.host_id`)} AS host`,
        from: sql`affairs.bookable k`,
        where: [
          visible(actor, this.clock.today()),
          anyOf(sql`k.kind`, kind),
          anyOf(sql`k.status`, status),
          unitId?.length ? sql`k.unit_id IN (${unitsBelow(unitId)})` : undefined,
          anyOf(sql`k.host_id`, hostId, 'uuid'),
          kept === undefined ? undefined : sql`${manages} = ${kept}`,
          updatedSince && sql`k.updated_at >= ${updatedSince}`,
        ],
        sorts: { name: sql`k.name`, updatedAt: sql`k.updated_at` },
        defaultSort: 'name',
        id: sql`k.id`,
        to: (row: Row) => row,
      });
      return { data: await this.answers(tx, actor, data), ...rest };
    });
  }

  get(actor: Actor, id: string): Promise<BookableDto> {
    return this.database.read((tx) => this.read(tx, actor, id));
  }

  /** Opens a place or hours for booking. Throws NotFound for a unit or place that the actor does not answer for. */
  open(actor: Actor, { kind, unitId, hostId, ...rules }: OpenBookableDto): Promise<BookableDto> {
    return this.database.transaction(actor, async (tx) => {
      await this.mustAnswerFor(tx, actor, kind, unitId);
      const bookable = Bookable.open(kind, unitId, hostId ?? null, rules);
      if (hostId) await this.mustBeStaff(tx, actor, hostId);
      await insert(tx, bookable);
      return this.answer(tx, actor, bookable.id, 'open');
    });
  }

  /** What is booked already stays as it is; where there is more place than before, whoever waits is offered it. */
  change(actor: Actor, id: string, expected: number, rules: BookableRulesDto): Promise<BookableDto> {
    return this.write(actor, id, expected, 'change', async (tx, bookable) => {
      bookable.change(rules);
      await this.waitingList.offer(tx, bookable);
    });
  }

  close(actor: Actor, id: string, expected: number): Promise<BookableDto> {
    return this.write(actor, id, expected, 'close', (_, bookable) => bookable.close());
  }

  reopen(actor: Actor, id: string, expected: number): Promise<BookableDto> {
    return this.write(actor, id, expected, 'reopen', async (tx, bookable) => {
      bookable.reopen();
      await this.waitingList.offer(tx, bookable);
    });
  }

  /** Slots of some days with the places that are left, and for a student why one cannot be booked. */
  slots(actor: Actor, id: string, { from, to }: SlotsQuery): Promise<SlotDto[]> {
    if (to < from || daysBetween(from, to) >= MOST_DAYS) {
      const text = {
        zh: `须在首日及其后 ${MOST_DAYS} 天之内`,
        en: `must be one of the ${MOST_DAYS} days from the first`,
      };
      throw new Invalid({ errors: [{ pointer: '?to', ...text }] });
    }
    return this.database.read(async (tx) => {
      const bookable = await findInScope(tx, Bookable, id, { alias: 'k', where: visible(actor, this.clock.today()) });
      if (!bookable) throw new NotFound({ what: 'bookable' });
      const days = await calendarDays(tx, from, to);
      const slots = days.flatMap((day) => slotsOf(bookable, day, this.clock.timeZone));
      const there = await this.bookingsBetween(tx, bookable, from, to);
      const standing = await this.standing(tx, actor);
      const own = there.filter(({ studentId }) => studentId === actor.personId);
      return slots.map((slot) => {
        const free = placesIn(bookable, slot, there);
        const week = mondayOf(this.clock.dateOf(slot.startsAt));
        const inWeek = own.filter(({ startsAt }) => mondayOf(this.clock.dateOf(startsAt)) === week).length;
        const refused = standing && refusalOf(bookable, standing, slot, inWeek, this.clock);
        const reason = refused ?? (free === 0 ? new BookingFull() : undefined);
        const waiting = there.filter((one) => one.status === 'waiting' && overlap(one, slot)).length;
        return Object.assign(new SlotDto(), { ...slot, free, waiting, reason: RefusalDto.of(reason) });
      });
    });
  }

  /** Bookings of whole weeks around some days that take a place or wait for one. */
  private async bookingsBetween(tx: Tx, { id }: Bookable, from: string, to: string): Promise<There[]> {
    const first = this.clock.instantOf(mondayOf(from), '00:00');
    const last = this.clock.instantOf(addDays(mondayOf(to), 7), '00:00');
    return query(
      tx,
      sql`SELECT student_id AS "studentId", starts_at AS "startsAt", ends_at AS "endsAt", attendees, status FROM affairs.booking
           WHERE bookable_id = ${id} AND starts_at >= ${first} AND starts_at < ${last} AND status = ANY(${[...TAKING, 'waiting']}::text[])`,
    );
  }

  /** Of the caller, where that is a student. */
  private async standing(tx: Tx, actor: Actor): Promise<Standing | undefined> {
    const studentId = actor.scopeOf('affairs:booking:book').personId;
    if (!studentId) return undefined;
    return standingOf(tx, studentId, await this.policies.at(tx, BookingPolicy, this.clock.today()), this.clock);
  }

  private write(
    actor: Actor,
    id: string,
    expected: number,
    action: string,
    fn: (tx: Tx, bookable: Bookable) => void | Promise<void>,
  ): Promise<BookableDto> {
    return this.database.transaction(actor, async (tx) => {
      const bookable = await lockBookable(tx, id, keeps(actor, 'affairs:booking:manage', true));
      if (bookable.version !== expected) throw new StaleVersionError();
      await fn(tx, bookable);
      await update(tx, bookable);
      return this.answer(tx, actor, id, action);
    });
  }

  private async answer(tx: Tx, actor: Actor, id: string, action: string): Promise<BookableDto> {
    await audit(tx, actor, { action: `affairs.bookable.${action}`, subject: { kind: 'bookable', id } });
    return this.read(tx, actor, id);
  }

  private async read(tx: Tx, actor: Actor, id: string): Promise<BookableDto> {
    const manages = keeps(actor, 'affairs:booking:manage', true);
    const row = await queryOne<Row>(
      tx,
      sql`SELECT k.id, ${manages} AS kept, ${personRef(sql`k.host_id`)} AS host FROM affairs.bookable k
           WHERE k.id = ${id} AND (${visible(actor, this.clock.today())} OR ${manages})`,
    );
    if (!row) throw new NotFound({ what: 'bookable' });
    return (await this.answers(tx, actor, [row]))[0]!;
  }

  private async answers(tx: Tx, actor: Actor, rows: Row[]): Promise<BookableDto[]> {
    const bookables = await tx.findBy(Bookable, { id: In(rows.map(({ id }) => id)) });
    const byId = new Map(bookables.map((bookable) => [bookable.id, bookable]));
    const standing = await this.standing(tx, actor);
    return rows.map(({ id, kept, host }) => answerOf(byId.get(id)!, host, kept, standing));
  }

  private async mustAnswerFor(tx: Tx, actor: Actor, kind: BookableKind, unitId: string): Promise<void> {
    const scope = actor.scopeOf('affairs:booking:manage');
    const unit = await unitById(tx, unitId);
    const inCharge = await queryOne(tx, sql`SELECT WHERE ${unitInScope(scope, sql`${unitId}::uuid`)}`);
    if (!unit?.active || !inCharge || (kind === 'place' && !(unit.kind in PLACE_KINDS)))
      throw new NotFound({ pointer: '#/unitId', what: kind === 'place' ? 'place' : 'unit' });
  }

  /** A host is the actor, or holds a post in the actor's charge today. */
  private async mustBeStaff(tx: Tx, actor: Actor, hostId: string): Promise<void> {
    if (hostId === actor.personId) return;
    const scope = actor.scopeOf('affairs:booking:manage');
    const post = await queryOne(
      tx,
      sql`SELECT FROM staffing.published_appointment_v1 a
           WHERE a.person_id = ${hostId} AND ${holdsOn(sql`a`, this.clock.today())} AND ${unitInScope(scope, sql`a.unit_id`)} LIMIT 1`,
    );
    if (!post) throw new HostWrong({ pointer: '#/hostId' });
  }
}

interface There extends Span {
  studentId: string;
  attendees: number;
  status: string;
}

const overlap = (a: Span, b: Span): boolean => a.startsAt < b.endsAt && a.endsAt > b.startsAt;

function placesIn({ exclusive, capacity }: Bookable, slot: Span, there: readonly There[]): number {
  const taking = there.filter((one) => one.status !== 'waiting' && overlap(one, slot));
  if (exclusive) return taking.length > 0 ? 0 : capacity;
  return Math.max(0, capacity - taking.reduce((sum, { attendees }) => sum + attendees, 0));
}

function answerOf(
  bookable: Bookable,
  host: BookableDto['host'],
  kept: boolean,
  standing: Standing | undefined,
): BookableDto {
  const { id, kind, unitId, status, name, capacity, exclusive, openingHours, closedOnHolidays, closedOn } = bookable;
  const { slotMinutes, maxSlots, audienceUnitIds, daysAhead, cancelMinutes, perWeek, version } = bookable;
  const notKept = kept ? undefined : new BookingNotKept();
  return Object.assign(new BookableDto(), {
    ...{ id, kind, unitId, host, status, name, capacity, exclusive, openingHours, closedOnHolidays, closedOn },
    ...{ slotMinutes, maxSlots, audienceUnitIds, daysAhead, cancelMinutes, perWeek, version },
    limits: standing ?? null,
    actions: [
      offered('book', standing ? refusalOfAny(bookable, standing) : new BookingNotOwn()),
      offered('change', notKept),
      offered('close', notKept ?? (status === 'closed' ? new BookableClosed() : undefined)),
      offered('reopen', notKept),
    ],
  });
}
