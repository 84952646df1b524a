import { query, sql } from '#database';
import { Handlers, Relay, Schedules, Timers } from '#events';
import { type TestApp } from './app.js';

/** Tries `check` until it stops throwing; fails with its last error after `ms`. */
export async function eventually<T>(check: () => Promise<T> | T, ms = 15_000): Promise<T> {
  const until = Date.now() + ms;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}

/**
 * Waits until every event for the services this app hosts is handled or dead. Failed tries do not wait for their time.
 */
export async function drainEvents(test: TestApp): Promise<void> {
  const hosted = test.app.get(Handlers).hosted;
  const relay = test.app.get(Relay);
  await eventually(async () => {
    await query(
      test.tx,
      sql`UPDATE events.delivery SET due_at = now() WHERE handled_at IS NULL AND dead_at IS NULL AND due_at > now() AND due_at < 'infinity' AND consumer = ANY(${hosted}::text[])`,
    );
    relay.kick();
    const [open] = await query<{ n: number }>(
      test.tx,
      sql`SELECT count(*)::int AS n FROM events.delivery
           WHERE handled_at IS NULL AND dead_at IS NULL AND due_at < 'infinity' AND consumer = ANY(${hosted}::text[])`,
    );
    if (open?.n !== 0) throw new Error(`${open?.n} deliveries are still open`);
  }, 60_000);
}

/** From now on no timer fires and no period of a schedule ends by itself: a test that moves the clock says what is due. */
export async function holdTimers({ app }: TestApp): Promise<void> {
  await app.get(Timers).beforeApplicationShutdown();
  await app.get(Schedules).beforeApplicationShutdown();
}

/** Takes `holdTimers` back. */
export async function releaseTimers(test: TestApp): Promise<void> {
  await holdTimers(test);
  const { app } = test;
  app.get(Timers).onApplicationBootstrap();
  await app.get(Schedules).onApplicationBootstrap();
}

/**
 * Fires the timers that are due by `at` (none given: now on campus), as though it were then, and waits until their events took effect. From
 * the first time on nothing else is due by itself (`holdTimers`).
 */
export async function fireTimers(test: TestApp, at = test.clock.now()): Promise<void> {
  await holdTimers(test);
  await test.app.get(Timers).fire(at);
  await drainEvents(test);
}
