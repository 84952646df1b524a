import { type DurationLike, DateTime } from 'luxon';
import type { Config } from '#config';
import { CampusClock, dateOf } from '#time';

const ZONE = 'Asia/Shanghai';

/**
 * How far the campus clocks of a test file are ahead of the machine's when they begin, in milliseconds. They begin at ten in the morning,
 * the next there is: what a run of the tests says must not depend on the hour it is made at, and what the machine dates lies in their past.
 * Faults of other hours show by TEST_CAMPUS_TIME, which is an hour too (`01:05`), `now`, or an instant (`2026-12-01T01:05:00+08:00`).
 */
const AHEAD_MS = aheadOf(process.env['TEST_CAMPUS_TIME'] ?? '10:00');

function aheadOf(wanted: string): number {
  if (wanted === 'now') return 0;
  const now = DateTime.now().setZone(ZONE);
  const at = DateTime.fromISO(wanted.includes('T') ? wanted : `${now.toISODate()}T${wanted}`, { zone: ZONE });
  if (!at.isValid) throw new Error(`TEST_CAMPUS_TIME=${wanted} is neither an hour (01:05) nor an instant`);
  const next = wanted.includes('T') || at >= now ? at : at.plus({ days: 1 });
  return next.toMillis() - now.toMillis();
}

/** What time it is on campus to a clock that no test has moved. */
export function campusNow(): Date {
  return new Date(Date.now() + AHEAD_MS);
}

/** The date of `campusNow`, YYYY-MM-DD. */
export function campusToday(): string {
  return dateOf(campusNow(), ZONE);
}

/** The campus clock of a test app. It runs on from where it is set; tokens, and when rows were written, stay with the machine's. */
export class TestClock extends CampusClock {
  private aheadMs = AHEAD_MS;

  constructor(config: Config) {
    super(config);
  }

  override now(): Date {
    return new Date(super.now().getTime() + this.aheadMs);
  }

  /** Sets it to an instant, e.g. `2026-12-01T01:05:00+08:00`. */
  set(at: string | Date): void {
    const to = DateTime.fromISO(at instanceof Date ? at.toISOString() : at, { zone: this.timeZone });
    if (!to.isValid) throw new Error(`${String(at)} is no instant`);
    this.aheadMs = to.toMillis() - super.now().getTime();
  }

  /** Sets it back to where it began. */
  reset(): void {
    this.aheadMs = AHEAD_MS;
  }

  /** Moves it on, e.g. `{ hours: 9 }`; days and months by the campus calendar. */
  advance(by: DurationLike): void {
    this.set(DateTime.fromJSDate(this.now(), { zone: this.timeZone }).plus(by).toJSDate());
  }
}
