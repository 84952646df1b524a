import { addDays, dateOf, instantOf, weekdayOf } from '#time';
import { type CurfewPolicy, LATEST_END, type Weekday, WEEKDAYS } from './curfew.policy.js';

/** One building's night: all instants. */
export interface NightWindow {
  buildingId: string;
  curfewAt: Date;
  /** The last instant that is still in time. */
  deadlineAt: Date;
  /** Not in before this instant = not returned. */
  endsAt: Date;
  /** Passes before this instant tell nothing any more. */
  sinceAt: Date;
  /** An outage from here to `endsAt` makes findings doubtful. */
  outageFromAt: Date;
}

const MINUTE = 60_000;

/** The instant of a wall-clock time within the night of `night`: before noon is the next morning. */
export function instantOfNight(night: string, time: string, timeZone: string): Date {
  return instantOf(time < '12:00' ? addDays(night, 1) : night, time, timeZone);
}

/** The night an instant belongs to: from noon to noon. */
export function nightOf(at: Date, timeZone: string): string {
  return dateOf(new Date(at.getTime() - 720 * MINUTE), timeZone);
}

/** The newest night that is over and may be checked. */
export function lastNight(now: Date, timeZone: string): string {
  const current = nightOf(now, timeZone);
  return now >= instantOfNight(current, LATEST_END, timeZone) ? current : addDays(current, -1);
}

/** The day of the week whose rules an evening has; `working` = the next day is a working day. */
function weekdayFor(policy: CurfewPolicy, night: string, working: boolean): Weekday {
  const weekday = (Object.keys(WEEKDAYS) as Weekday[])[weekdayOf(night) - 1] as Weekday;
  const beforeWeekend = weekday === 'fri' || weekday === 'sat';
  if (policy.eveningsBy === 'weekday' || beforeWeekend !== working) return weekday;
  return working ? 'sun' : 'fri';
}

/** The nights of all buildings that have a curfew on that evening; `working` = the next day is a working day. */
export function windowsOf(
  policy: CurfewPolicy,
  buildings: readonly { id: string; code: string }[],
  night: string,
  working: boolean,
  timeZone: string,
): NightWindow[] {
  const weekday = weekdayFor(policy, night, working);
  const rules = policy.rules.filter((rule) => rule.weekdays.includes(weekday));
  const endsAt = instantOfNight(night, policy.notReturnedAfter, timeZone);
  return buildings.flatMap(({ id, code }) => {
    const rule = rules.find((one) => one.buildings?.includes(code)) ?? rules.find((one) => one.buildings === undefined);
    if (!rule) return [];
    const curfewAt = instantOfNight(night, rule.curfew, timeZone);
    return {
      buildingId: id,
      curfewAt,
      deadlineAt: new Date(curfewAt.getTime() + policy.graceMinutes * MINUTE),
      endsAt,
      sinceAt: new Date(curfewAt.getTime() - policy.lookbackHours * 60 * MINUTE),
      outageFromAt: instantOfNight(night, policy.outageFrom, timeZone),
    };
  });
}
