import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import ical, { ICalEventStatus, ICalEventTransparency } from 'ical-generator';
import { Actor } from '#auth';
import { Database, findInScope, insert, queryOne, sql, type Tx, update } from '#database';
import { list, type Page } from '#http';
import { NotFound } from '#problems';
import { personWithPosts } from '#roster';
import { addDays, CampusClock } from '#time';
import { CalendarFeed, type FeedKind } from './calendar-feed.entity.js';
import { CalendarFeedDto, type CalendarFeedsQuery, NewCalendarFeedDto } from './calendar-feeds.dto.js';
import { FeedIsPersonal, FeedWithdrawn } from './calendar-feeds.problems.js';

/** 192 bits: not to be guessed, and the only thing that guards the calendar. */
const SECRET_BYTES = 24;
export const SECRET = /^[A-Za-z0-9_-]{32}$/;
/** Days back that a calendar shows. */
const PAST_DAYS = 30;
const HOUR_SECONDS = 3_600;
export const MOST_ENTRIES = 1_000;

/** An entry of a calendar. It says nothing about a student. */
export interface Entry {
  /** The same as long as it is this entry. */
  id: string;
  /** An hour, or a whole day (YYYY-MM-DD). */
  when: { startsAt: Date; endsAt: Date } | { day: string };
  summary: string;
  /** Grows with each change, which was at `changedAt`. */
  sequence: number;
  changedAt: Date;
  status: 'confirmed' | 'tentative' | 'cancelled';
  /** Where it is seen to. */
  url?: string;
}

/** A kind of calendar: what its feeds show, and where they are read. */
export interface CalendarKind {
  kind: FeedKind;
  name: string;
  /** Path before the secret part of the address. */
  path: string;
  /** From a day (YYYY-MM-DD) on, `MOST_ENTRIES` at the most. What was cancelled stays in it. */
  entries(tx: Tx, feedId: string, actor: Actor & { personId: string }, from: string): Promise<Entry[]>;
}

/** Addresses at which calendar programs read what is somebody's. Such a program has no token: the address is the secret. */
@Injectable()
export class CalendarFeeds {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, { kind }: CalendarKind, request: CalendarFeedsQuery): Promise<Page<CalendarFeedDto>> {
    return this.database.read((tx) =>
      list(tx, request, {
        select: sql`f.id, f.created_at AS "createdAt", f.withdrawn_at AS "withdrawnAt", f.version`,
        from: sql`affairs.calendar_feed f`,
        where: [sql`f.person_id = ${actor.personId ?? null}`, sql`f.kind = ${kind}`],
        sorts: { createdAt: sql`f.created_at` },
        defaultSort: '-createdAt',
        id: sql`f.id`,
        to: (row: CalendarFeedDto) => Object.assign(new CalendarFeedDto(), row),
      }),
    );
  }

  /** Makes an address; its secret part is told this once. */
  make(actor: Actor, { kind, path }: CalendarKind): Promise<NewCalendarFeedDto> {
    const { personId } = actor;
    if (!personId) throw new FeedIsPersonal();
    return this.database.transaction(actor, async (tx) => {
      const { secret, digest } = newSecret();
      const permissions = [...actor.granted].filter((permission) => permission.startsWith('affairs:'));
      const feed = Object.assign(new CalendarFeed(), { personId, kind, digest, permissions });
      await insert(tx, feed);
      return Object.assign(new NewCalendarFeedDto(), { ...answerOf(feed), path: path + secret });
    });
  }

  /** Another secret for a feed: the address that it had answers 404. */
  renew(actor: Actor, kind: CalendarKind, id: string, expected: number): Promise<NewCalendarFeedDto> {
    return this.database.transaction(actor, async (tx) => {
      const feed = await this.own(tx, actor, kind, id);
      if (feed.withdrawnAt) throw new FeedWithdrawn();
      const { secret, digest } = newSecret();
      feed.digest = digest;
      await update(tx, feed, expected);
      return Object.assign(new NewCalendarFeedDto(), { ...answerOf(feed), path: kind.path + secret });
    });
  }

  /** From now on the address answers 404. */
  withdraw(actor: Actor, kind: CalendarKind, id: string, expected: number): Promise<CalendarFeedDto> {
    return this.database.transaction(actor, async (tx) => {
      const feed = await this.own(tx, actor, kind, id);
      feed.withdraw(this.clock.now());
      await update(tx, feed, expected);
      return answerOf(feed);
    });
  }

  /** What is at the address, as iCalendar (RFC 5545, RFC 7986); NotFound when its person has left. */
  async calendar(kind: CalendarKind, secret: string): Promise<string> {
    const found = SECRET.test(secret)
      ? await queryOne<Pick<CalendarFeed, 'id' | 'personId' | 'permissions'>>(
          this.database.connection,
          sql`SELECT id, person_id AS "personId", permissions FROM affairs.calendar_feed
               WHERE digest = ${digestOf(secret)} AND kind = ${kind.kind} AND withdrawn_at IS NULL`,
        )
      : undefined;
    const today = this.clock.today();
    const person = found && (await personWithPosts(this.database.connection, found.personId, today));
    if (!person?.active) throw new NotFound({ what: 'calendar-feed' });
    const { id, posts } = person;
    const asking = { id, posts, student: person.kind === 'student' };
    const actor = Object.assign(Actor.person('calendar', asking, found!.permissions), { personId: id });
    const entries = await this.database.transaction(null, (tx) =>
      kind.entries(tx, found!.id, actor, addDays(today, -PAST_DAYS)),
    );
    return textOf(kind, entries);
  }

  private async own(tx: Tx, actor: Actor, { kind }: CalendarKind, id: string): Promise<CalendarFeed> {
    const where = sql`f.person_id = ${actor.personId ?? null} AND f.kind = ${kind}`;
    const feed = await findInScope(tx, CalendarFeed, id, { alias: 'f', where });
    if (!feed) throw new NotFound({ what: 'calendar-feed' });
    return feed;
  }
}

const STATUSES = {
  confirmed: ICalEventStatus.CONFIRMED,
  tentative: ICalEventStatus.TENTATIVE,
  cancelled: ICalEventStatus.CANCELLED,
};

function textOf({ kind, name }: CalendarKind, entries: readonly Entry[]): string {
  const calendar = ical({ name, ttl: HOUR_SECONDS, prodId: { company: 'yizhan', product: kind, language: 'ZH' } });
  for (const { id, when, summary, sequence, changedAt, status, url } of entries)
    calendar.createEvent({
      ...{ id, summary, sequence, stamp: changedAt, status: STATUSES[status], ...(url && { url }) },
      ...('day' in when
        ? { start: new Date(when.day), allDay: true, transparency: ICalEventTransparency.TRANSPARENT }
        : { start: when.startsAt, end: when.endsAt }),
    });
  return calendar.toString();
}

function newSecret(): { secret: string; digest: Buffer } {
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  return { secret, digest: digestOf(secret) };
}

function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

function answerOf({ id, createdAt, withdrawnAt, version }: CalendarFeed): CalendarFeedDto {
  return Object.assign(new CalendarFeedDto(), { id, createdAt, withdrawnAt, version });
}
