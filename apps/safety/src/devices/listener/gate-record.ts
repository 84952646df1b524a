import { DateTime } from 'luxon';
import type { Direction } from '../../passes/pass.entity.js';

/** By what a device calls itself. */
export const CODE = /^[\w.:-]{1,64}$/;

export const PROTOCOLS = {
  zkteco_attendance: { zh: '中控考勤 PUSH', en: 'ZKTeco attendance PUSH' },
  zkteco_access: { zh: '中控门禁 PUSH', en: 'ZKTeco security PUSH' },
  hikvision: { zh: '海康威视 ISAPI', en: 'Hikvision ISAPI' },
} as const;
export type Protocol = keyof typeof PROTOCOLS;

/** A record of a gate as its protocol tells it; of the person only the number, no name, nothing of their body. */
export interface GateRecord {
  recordId: string;
  studentNumber: string;
  direction: Direction | null;
  /** RFC 3339, or the digits of the device's clock as `YYYY-MM-DDTHH:mm:ss`. */
  at: string;
}

/** What was read out of a delivery. */
export interface GateRecords {
  records: GateRecord[];
  /** Records that are malformed. */
  refused: number;
  /** Kinds that no policy names, and how many there were of each. */
  unknown: Record<string, number>;
}

/** The kinds that a policy names. */
export interface Kinds {
  passes: readonly string[];
  others: readonly string[];
}

/** The instant of `at`, in milliseconds; NaN where it is none. */
export function millisOf(at: string, zone: string): number {
  return DateTime.fromISO(at, { zone }).toMillis();
}
