import type { ChannelQuota } from './notifications.policy.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** What of a channel has been used for a person, and for all. */
export interface Use {
  minute: number;
  hour: number;
  day: number;
  app: number;
  /** The first use of the last minute and of the last hour. */
  firstOfMinute: Date | null;
  firstOfHour: Date | null;
}

export const UNUSED: Use = { minute: 0, hour: 0, day: 0, app: 0, firstOfMinute: null, firstOfHour: null };

/** When there is room for one more: now, where no quota is used up. Minutes and hours slide, days are those of the campus. */
export function roomAt(use: Use, quota: ChannelQuota | undefined, now: Date, tomorrow: Date): Date {
  if (!quota) return now;
  const { perMinute, perHour, perDay, appPerDay } = quota;
  const full = (used: number, most: number): boolean => most > 0 && used >= most;
  if (full(use.app, appPerDay) || full(use.day, perDay)) return tomorrow;
  const waits = [now.getTime()];
  if (full(use.minute, perMinute)) waits.push((use.firstOfMinute ?? now).getTime() + MINUTE_MS);
  if (full(use.hour, perHour)) waits.push((use.firstOfHour ?? now).getTime() + HOUR_MS);
  return new Date(Math.max(...waits));
}

/** The same with one more. */
export function used(use: Use, at: Date): Use {
  const { minute, hour, day, app, firstOfMinute, firstOfHour } = use;
  return {
    ...{ minute: minute + 1, hour: hour + 1, day: day + 1, app: app + 1 },
    ...{ firstOfMinute: firstOfMinute ?? at, firstOfHour: firstOfHour ?? at },
  };
}
