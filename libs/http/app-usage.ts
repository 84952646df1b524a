import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Actor } from '#auth';
import { type Database, query, sql } from '#database';
import type { CampusClock } from '#time';
import { isBulk } from './rate-limit.js';

/** What was counted waits so long in memory: a process that is killed loses that much. */
const WRITE_AFTER_MS = 10_000;
const HOUR_MS = 3_600_000;

const FORBIDDEN = 403;
const TOO_MANY = 429;

/** What a service's database role needs to write what apps have asked. */
export const USAGE_RIGHTS = 'EXECUTE ON FUNCTION platform.add_app_usage(jsonb)';
/** Where it is read. */
export const USAGE_TABLE = 'platform.app_usage';

/** What an app has asked on a day, as far as the database does not know it yet. */
interface Use {
  app: string;
  day: string;
  requests: number;
  bulk: number;
  limited: number;
  forbidden: number;
  failed: number;
  /** The hour of the last request, for more would tell when somebody was at work. */
  usedAt: string;
}

/**
 * Counts what apps ask, by app and day of the campus; whom they ask for is not looked at. A request costs an addition in memory, and a
 * process one statement in ten seconds, however many requests it answers. What a process answers while it stops is not counted.
 */
@Injectable()
export class AppUsage implements BeforeApplicationShutdown {
  private readonly logger = new Logger('AppUsage');
  private uses = new Map<string, Use>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
  ) {}

  /** Of a request that was answered. One of nobody known is not counted. */
  count(request: FastifyRequest, status: number): void {
    const { actor } = request as FastifyRequest & { actor?: Actor };
    if (!actor) return;
    const now = this.clock.now();
    const use = this.useOf(actor.app, this.clock.dateOf(now));
    if (isBulk(request)) use.bulk++;
    else use.requests++;
    if (status === TOO_MANY) use.limited++;
    else if (status === FORBIDDEN) use.forbidden++;
    else if (status >= 500) use.failed++;
    use.usedAt = new Date(Math.floor(now.getTime() / HOUR_MS) * HOUR_MS).toISOString();
    this.timer ??= setTimeout(() => void this.write(), WRITE_AFTER_MS).unref();
  }

  /** Adds what was counted to the database; what it does not take is kept for the next time. */
  async write(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.uses.size === 0) return;
    const { uses } = this;
    this.uses = new Map();
    try {
      await query(
        this.database.connection,
        sql`SELECT platform.add_app_usage(${JSON.stringify([...uses.values()])}::jsonb)`,
      );
    } catch (error) {
      this.logger.warn(`what apps asked is written later: ${(error as Error).name}`);
      for (const use of uses.values()) this.keep(use);
      this.timer ??= setTimeout(() => void this.write(), WRITE_AFTER_MS).unref();
    }
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.write();
  }

  private keep({ app, day, usedAt, ...counts }: Use): void {
    const use = this.useOf(app, day);
    for (const [name, count] of Object.entries(counts)) use[name as keyof typeof counts] += count;
    if (use.usedAt < usedAt) use.usedAt = usedAt;
  }

  private useOf(app: string, day: string): Use {
    const key = `${day} ${app}`;
    let use = this.uses.get(key);
    if (!use)
      this.uses.set(key, (use = { app, day, requests: 0, bulk: 0, limited: 0, forbidden: 0, failed: 0, usedAt: '' }));
    return use;
  }
}
