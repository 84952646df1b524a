import { DateTime } from 'luxon';
import type { Bilingual } from '#contracts';
import { instantIn } from '#exchange';
import { DIRECTIONS, type Direction } from './pass.entity.js';

/** A row of a batch whose form is right. */
export interface PassRow {
  index: number;
  deviceCode: string;
  recordId: string;
  studentNumber: string;
  direction: Direction | null;
  /** RFC 3339, or the digits alone. */
  at: string;
  replaces: boolean;
}

/** Why a row was left out; `pointer` is into the request's body. */
export interface RejectedRow extends Bilingual {
  index: number;
  pointer: string;
  /** Sent again later it may be taken. */
  forNow?: true;
}

const KNOWN = new Set(['deviceCode', 'recordId', 'studentNumber', 'direction', 'at', 'replaces']);
const TOKEN = /^[^\s\p{Cc}](?:[^\p{Cc}]{0,62}[^\s\p{Cc}])?$/u;
const WITH_OFFSET = /(Z|[+-]\d\d:\d\d)$/;

export function reject(index: number, property: string, zh: string, en: string): RejectedRow {
  return { index, pointer: `#/passes/${index}${property && `/${property}`}`, zh, en };
}

export function rejectForNow(...about: Parameters<typeof reject>): RejectedRow {
  return { ...reject(...about), forNow: true };
}

/** Checks the form of a row: the row, or what is wrong with it. */
export function readRow(value: unknown, index: number): PassRow | RejectedRow {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return reject(index, '', '必须是对象', 'must be an object');
  }
  const row = value as Record<string, unknown>;
  const unknown = Object.keys(row).find((key) => !KNOWN.has(key));
  if (unknown !== undefined) return reject(index, '', '含有未知的字段', 'has a property that is not known');
  for (const key of ['deviceCode', 'recordId', 'studentNumber'] as const) {
    if (row[key] === undefined) return reject(index, key, '必填', 'is required');
    if (typeof row[key] !== 'string' || !TOKEN.test(row[key])) {
      return reject(index, key, '必须是 1–64 个字符的文本', 'must be text of 1 to 64 characters');
    }
  }
  const { direction = null, at, replaces = false } = row;
  if (direction !== null && !Object.hasOwn(DIRECTIONS, String(direction))) {
    return reject(index, 'direction', '必须是 in 或 out', 'must be in or out');
  }
  if (at === undefined) return reject(index, 'at', '必填', 'is required');
  const instant = typeof at === 'string' ? instantIn(at) : undefined;
  // No gate is older.
  if (instant === undefined || instant < '2000') {
    return reject(
      index,
      'at',
      '必须是带时区的时间，或设备当地时间',
      'must be an instant with an offset, or the wall-clock time of the device',
    );
  }
  if (typeof replaces !== 'boolean') return reject(index, 'replaces', '必须是 true 或 false', 'must be true or false');
  return {
    index,
    ...(row as { deviceCode: string; recordId: string; studentNumber: string }),
    direction: direction as Direction | null,
    at: instant,
    replaces,
  };
}

/** The instant, and the digits where the device sent no offset. */
export function readTime(at: string, deviceZone: string): { at: Date; rawAt: string | null } {
  if (WITH_OFFSET.test(at)) return { at: new Date(at), rawAt: null };
  return { at: DateTime.fromISO(at, { zone: deviceZone }).toJSDate(), rawAt: at };
}
