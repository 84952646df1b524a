/** An event that its device has numbered. */
export interface Numbered {
  serial: number;
  /** The number of the event before it, where the device says so. */
  front: number | null;
  /** Milliseconds. */
  at: number;
}

export type LastSerial = Omit<Numbered, 'front'>;

/** A time in which a device had events that did not come; by its own clock, in milliseconds. */
export interface Skipped {
  from: number;
  to: number;
  events: number;
}

/**
 * Follows the numbers of a device: the newest, and what was skipped before it. A lower number of a later time: it has begun to count anew; of
 * an earlier time: sent again. Of a device that is met the first time nothing is missing.
 */
export function followSerials(
  last: LastSerial | null,
  events: readonly Numbered[],
): { last: LastSerial | null; skipped: Skipped[] } {
  const skipped: Skipped[] = [];
  for (const { serial, front, at } of events) {
    const anew = last !== null && serial < last.serial && at > last.at;
    if (last && !anew && serial <= last.serial) continue;
    const before = anew ? 0 : (last?.serial ?? serial);
    // A device that does not tell the number before counts one by one.
    const missing = Math.min(front ?? serial - 1, serial - 1) - before;
    if (last && missing > 0) skipped.push({ from: Math.min(last.at, at), to: Math.max(last.at, at), events: missing });
    last = { serial, at };
  }
  return { last, skipped };
}
