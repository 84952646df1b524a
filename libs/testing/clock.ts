import { type DurationLike, DateTime } from 'luxon';
import type { Config } from '#config';
import { CampusClock, dateOf } from '#time';

const ZONE = 'Asia/Shanghai';

/**
 * How far the campus clocks of a test file are ahead of the machine's when they begin, in milliseconds. TEST_CAMPUS_TIME sets it: an hour
 * of today (`01:05`), or an instant (`2026-12-01T01:05:00+08:00`).
 */
const AHEAD_MS = aheadOf(process.env['TEST_CAMPUS_TIME']);

function aheadOf(wanted: string | undefined): number {
  if (!wanted) return 0;
  const now = DateTime.now().setZone(ZONE);
  const at = DateTime.fromISO(wanted.includes('T') ? wanted : `${now.toISODate()}T${wanted}`, { zone: ZONE });
  if (!at.isValid) throw new Error(`TEST_CAMPUS_TIME=${wanted} is neither an hour of the day (01:05) nor an instant`);
  return at.toMillis() - now.toMillis();
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

  /** Moves it on, e.g. `{ hours: 9 }`; days and months by the campus calendar. */
  advance(by: DurationLike): void {
    this.set(DateTime.fromJSDate(this.now(), { zone: this.timeZone }).plus(by).toJSDate());
  }
}
