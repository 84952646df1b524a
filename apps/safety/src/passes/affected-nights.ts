import type { Tx } from '#database';
import type { Policies } from '#policy';
import { addDays, type CampusClock } from '#time';
import { CurfewPolicy } from '../curfew/curfew.policy.js';
import { nightOf } from '../curfew/night-window.js';

const HOUR = 3_600_000;

/** The nights that passes at these instants can tell something about: their own, and those that look back at them. */
export async function affectedNights(
  tx: Tx,
  policies: Policies,
  instants: readonly Date[],
  clock: CampusClock,
): Promise<Set<string>> {
  const nights = new Set<string>();
  if (instants.length === 0) return nights;
  const { value } = await policies.at(tx, CurfewPolicy, clock.today());
  const ahead = Math.ceil(value.lookbackHours / 24);
  const hours = new Set(instants.map((at) => Math.floor(at.getTime() / HOUR)));
  const own = new Set([...hours].map((hour) => nightOf(new Date(hour * HOUR), clock.timeZone)));
  for (const night of own) for (let day = 0; day <= ahead; day++) nights.add(addDays(night, day));
  return nights;
}
