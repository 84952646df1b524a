import { query, sql } from '#database';
import { Handlers, Relay, Timers } from '#events';
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

/** Fires the timers that are due by `at` (none given: now on campus), as though it were then, and waits until their events took effect. */
export async function fireTimers(test: TestApp, at = test.clock.now()): Promise<void> {
  await test.app.get(Timers).fire(at);
  await drainEvents(test);
}
