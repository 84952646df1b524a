import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { Config } from '#config';
import { query, queryOne, sql, type Tx } from '#database';
import { CampusClock } from '#time';
import type { ToldEntry } from '../calendar-feeds/calendar-feed.entity.js';
import { type CalendarKind, type Entry, MOST_ENTRIES } from '../calendar-feeds/calendar-feeds.service.js';
import { type Deadline, Tasks } from './tasks.service.js';

/** A person's deadlines: one entry for what is to be done of a kind by a day. It counts, and names nobody. */
@Injectable()
export class DeadlineCalendar implements CalendarKind {
  readonly kind = 'deadlines';
  readonly name = '待办时限';
  readonly path = '/affairs/v1/deadline-calendars/';

  constructor(
    private readonly config: Config,
    private readonly clock: CampusClock,
    private readonly tasks: Tasks,
  ) {}

  async entries(tx: Tx, feedId: string, actor: Actor, from: string): Promise<Entry[]> {
    // Programs that read at once are told the same sequences.
    const feed = await queryOne<{ told: Record<string, ToldEntry> }>(
      tx,
      sql`SELECT told FROM affairs.calendar_feed WHERE id = ${feedId} FOR UPDATE`,
    );
    const before = feed?.told ?? {};
    const now = tell(before, await this.tasks.deadlines(tx, actor, from, MOST_ENTRIES), from, this.clock.now());
    if (JSON.stringify(now) !== JSON.stringify(before))
      await query(tx, sql`UPDATE affairs.calendar_feed SET told = ${JSON.stringify(now)}::jsonb WHERE id = ${feedId}`);
    const url = `${this.config.origin}/#/`;
    return Object.entries(now).map(([key, { day, summary, sequence, cancelled, changedAt }]) => ({
      ...{ id: `${feedId}.${key}`, when: { day }, summary, sequence, changedAt: new Date(changedAt), url },
      status: cancelled ? 'cancelled' : 'confirmed',
    }));
  }
}

/** What is told now, by key and in its order: what has changed has the next sequence, and what is done with is cancelled until its day is past. */
export function tell(
  before: Readonly<Record<string, ToldEntry>>,
  deadlines: readonly Deadline[],
  from: string,
  now: Date,
): Record<string, ToldEntry> {
  const changedAt = now.toISOString();
  const told = new Map<string, ToldEntry>();
  for (const [key, entry] of Object.entries(before)) {
    if (entry.day < from) continue;
    const gone = { ...entry, cancelled: true, sequence: entry.sequence + 1, changedAt };
    told.set(key, entry.cancelled ? entry : gone);
  }
  for (const { kind, step, day, name, count } of deadlines) {
    const key = `${kind}.${step}.${day}`;
    const entry = before[key];
    const summary = `${name}（${count}）`;
    const same = entry?.summary === summary && !entry.cancelled;
    told.set(
      key,
      same ? entry : { day, summary, sequence: entry ? entry.sequence + 1 : 0, cancelled: false, changedAt },
    );
  }
  return Object.fromEntries([...told].sort(([a], [b]) => (a < b ? -1 : 1)));
}
