import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { CronExpressionParser } from 'cron-parser';
import { Config } from '#config';
import { Database, newId, query, queryOne, sql, type Tx } from '#database';
import { CampusClock } from '#time';
import { Handlers, type Schedule } from './handlers.js';
import { Events } from './publishing.js';

export const SCHEDULE_PREFIX = 'schedule/';
const TICK_MS = 2_000;
const MOST_MISSED = 400;

/**
 * Writes a delivery for every period of every schedule of the hosted services. The last period is kept in PostgreSQL, in the same
 * transaction as the delivery: a period is never run twice, and missed ones are caught up.
 */
@Injectable()
export class Schedules implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Schedules');
  private readonly upcoming = new Map<string, { after: number; at: Date }>();
  private timer: NodeJS.Timeout | undefined;
  private ticking: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly config: Config,
    private readonly handlers: Handlers,
    private readonly events: Events,
    private readonly clock: CampusClock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!this.config.roles.includes('worker')) return;
    for (const schedule of this.handlers.schedules) {
      await query(
        this.database.connection,
        sql`INSERT INTO events.schedule (name, service, cron, last_period) VALUES (${schedule.name}, ${schedule.service}, ${schedule.cron}, ${this.clock.now()})
            ON CONFLICT (name) DO UPDATE SET cron = excluded.cron WHERE events.schedule.cron <> excluded.cron`,
      );
    }
    this.timer = setInterval(() => {
      this.ticking = this.ticking
        .then(() => this.tick())
        .catch((error: Error) => this.logger.warn(`schedules: ${error.name}`));
    }, TICK_MS);
    this.timer.unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.ticking;
  }

  /** Writes the deliveries of all periods that ended by `now`. */
  async tick(now = this.clock.now()): Promise<void> {
    const known = await query<{ name: string; lastPeriod: Date }>(
      this.database.connection,
      sql`SELECT name, last_period AS "lastPeriod" FROM events.schedule`,
    );
    const last = new Map(known.map(({ name, lastPeriod }) => [name, lastPeriod]));
    for (const schedule of this.handlers.schedules) {
      const lastPeriod = last.get(schedule.name);
      // Mostly none is due: then none is locked.
      if (!lastPeriod || this.next(schedule, lastPeriod) > now) continue;
      await this.database.background((tx) => this.advance(tx, schedule, now));
    }
  }

  /** Runs the handler of one written period. */
  async handle(tx: Tx, eventName: string, payload: object): Promise<void> {
    const schedule = this.handlers.schedules.find((candidate) => eventName === SCHEDULE_PREFIX + candidate.name);
    if (!schedule) throw new Error(`no schedule for ${eventName}`);
    const at = new Date((payload as { at: string }).at);
    await schedule.handle(tx, {
      at,
      date: this.clock.dateOf(at),
    });
  }

  private async advance(tx: Tx, schedule: Schedule, now: Date): Promise<void> {
    const row = await queryOne<{ lastPeriod: Date }>(
      tx,
      sql`SELECT last_period AS "lastPeriod" FROM events.schedule WHERE name = ${schedule.name} FOR UPDATE SKIP LOCKED`,
    );
    if (!row) return;
    const periods = this.dueOf(schedule, row.lastPeriod, now);
    if (periods.length === 0) return;
    const rows = periods.map((at) => ({
      id: newId(),
      name: SCHEDULE_PREFIX + schedule.name,
      aggregateId: null,
      aggregateVersion: null,
      payload: { at: at.toISOString() },
      trace: null,
      consumers: [schedule.service],
      long: true,
    }));
    await this.events.write(tx, rows);
    await query(
      tx,
      sql`UPDATE events.schedule SET last_period = ${periods.at(-1)}, last_event_id = ${rows.at(-1)?.id} WHERE name = ${schedule.name}`,
    );
  }

  /** The first period after one. Every process asks for all of them every two seconds. */
  private next({ name, cron }: Schedule, lastPeriod: Date): Date {
    const known = this.upcoming.get(name);
    if (known?.after === lastPeriod.getTime()) return known.at;
    const at = CronExpressionParser.parse(cron, { currentDate: lastPeriod, tz: this.clock.timeZone }).next().toDate();
    this.upcoming.set(name, { after: lastPeriod.getTime(), at });
    return at;
  }

  private dueOf({ cron, catchUp }: Schedule, lastPeriod: Date, now: Date): Date[] {
    const due = catchUp === 'latest' ? latestPeriod : periodsBetween;
    return due(cron, this.clock.timeZone, lastPeriod, now);
  }
}

/** The last instant of a crontab in (after, until], if any: however many were missed, and however long. */
export function latestPeriod(cron: string, timeZone: string, after: Date, until: Date): Date[] {
  // `prev` looks before its date: a second on, so that an instant that is just now counts.
  const currentDate = new Date(until.getTime() + 1_000);
  const iterator = CronExpressionParser.parse(cron, { currentDate, tz: timeZone });
  let last = iterator.prev().toDate();
  if (last > until) last = iterator.prev().toDate();
  return last > after ? [last] : [];
}

/** The instants of a crontab in (after, until], the first 400 of them. */
export function periodsBetween(cron: string, timeZone: string, after: Date, until: Date): Date[] {
  const periods: Date[] = [];
  const iterator = CronExpressionParser.parse(cron, { currentDate: after, tz: timeZone });
  while (periods.length < MOST_MISSED) {
    const next = iterator.next().toDate();
    if (next > until) break;
    periods.push(next);
  }
  return periods;
}
