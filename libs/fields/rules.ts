import type { Bilingual } from '#contracts';

/** Text of an error of a value; `at` points below it (`/3` = the fourth item). */
export interface Violation extends Bilingual {
  at?: string;
}

/** What is wrong with a value, or undefined when it is right. */
export type Check = (value: unknown) => Violation | undefined;

const SEPARATOR = ' ‖ ';

/** class-validator carries one string per error: both languages travel in it. `$` would be a placeholder there. */
export function encode(broken: Violation | undefined): string {
  const { zh, en, at = '' } = broken ?? { zh: '不符合要求', en: 'is not valid' };
  return [zh, en, at].join(SEPARATOR).replaceAll('$', '＄');
}

/** The reverse of `encode`; a message of a plain class-validator decorator serves both languages. */
export function decode(message: string): Violation {
  const [zh = message, en = message, at = ''] = message.split(SEPARATOR);
  return { zh, en, at };
}

export const REQUIRED: Violation = { zh: '必填', en: 'is required' };

const no = (zh: string, en: string): Violation => ({ zh, en });
const NOT_TEXT = no('必须是文本', 'must be text');

/** No control characters; in text of several lines, line breaks and tabs only. */
export const LINE = '^[^\\u0000-\\u001f\\u007f]*$';
export const LINES = '^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f]*$';

export function text(min: number, max: number, pattern: RegExp | undefined, lines: boolean): Check {
  const printable = new RegExp(lines ? LINES : LINE);
  return (value) => {
    if (typeof value !== 'string') return NOT_TEXT;
    const length = codePoints(value);
    if (length < min) return no(`至少 ${min} 个字符`, `must have at least ${min} character(s)`);
    if (length > max) return no(`最多 ${max} 个字符`, `must have at most ${max} characters`);
    if (!printable.test(value)) return no('不能含控制字符', 'must not contain control characters');
    if (pattern && !pattern.test(value)) return no('格式不正确', 'has the wrong format');
    return undefined;
  };
}

function codePoints(value: string): number {
  let pairs = 0;
  for (let i = 0; i < value.length; i++) if ((value.charCodeAt(i) & 0xfc00) === 0xd800) pairs++;
  return value.length - pairs;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
export const uuid: Check = (value) =>
  typeof value === 'string' && UUID.test(value) ? undefined : no('必须是 UUID', 'must be a UUID');

/** A UUID, or each of a list, as the database writes it; what is no text stays as it is, for the check to refuse. */
export function inSmallLetters(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inSmallLetters);
  return typeof value === 'string' ? value.toLowerCase() : value;
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
function isDate(value: string): boolean {
  const [, y, m, d] = DATE.exec(value) ?? [];
  if (!y || Number(y) < 1) return false;
  const date = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.getUTCMonth() + 1 === Number(m) && date.getUTCDate() === Number(d);
}
export const dateOnly: Check = (value) =>
  typeof value === 'string' && isDate(value) ? undefined : no('必须是日期 YYYY-MM-DD', 'must be a date, YYYY-MM-DD');

const INSTANT =
  /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|[+-](0\d|1[0-3]):[0-5]\d|[+-]14:00)$/;
export const instant: Check = (value) => {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return undefined;
  const day = typeof value === 'string' ? INSTANT.exec(value)?.[1] : undefined;
  return day && isDate(day)
    ? undefined
    : no('必须是带时区的时间（RFC 3339）', 'must be an RFC 3339 instant with an offset');
};

export function int(min: number, max: number): Check {
  return (value) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) return no('必须是整数', 'must be a whole number');
    return between(value, min, max);
  };
}

export function decimal(min: number, max: number): Check {
  return (value) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) return no('必须是数字', 'must be a number');
    return between(value, min, max);
  };
}

function between(value: number, min: number, max: number): Violation | undefined {
  return value < min || value > max
    ? no(`必须在 ${min} 到 ${max} 之间`, `must be between ${min} and ${max}`)
    : undefined;
}

export const flag: Check = (value) =>
  typeof value === 'boolean' ? undefined : no('必须是 true 或 false', 'must be true or false');

export function oneOf(values: readonly string[]): Check {
  const set = new Set<unknown>(values);
  const listed = values.length > 20 ? `${values.slice(0, 20).join(', ')}, …` : values.join(', ');
  return (value) => (set.has(value) ? undefined : no(`必须是以下之一：${listed}`, `must be one of: ${listed}`));
}

export const object: Check = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? undefined
    : no('必须是对象', 'must be an object');

export function list(item: Check, min: number, max: number, unique: boolean): Check {
  return (value) => {
    if (!Array.isArray(value)) return no('必须是数组', 'must be a list');
    if (value.length < min) return no(`至少 ${min} 项`, `must have at least ${min} item(s)`);
    if (value.length > max) return no(`最多 ${max} 项`, `must have at most ${max} items`);
    if (unique && new Set(value).size !== value.length) return no('不能有重复项', 'must not repeat items');
    for (const [index, one] of value.entries()) {
      const broken = item(one);
      if (broken) return { ...broken, at: `/${index}` };
    }
    return undefined;
  };
}

export function json(maxBytes: number): Check {
  return (value) => {
    const broken = object(value);
    if (broken) return broken;
    const bytes = Buffer.byteLength(JSON.stringify(value));
    return bytes > maxBytes ? no(`最多 ${maxBytes} 字节`, `must have at most ${maxBytes} bytes`) : undefined;
  };
}

/** Text of a query becomes a number only when it is written as one; anything else stays text, which the check refuses. */
export function numberFromQuery(value: unknown): unknown {
  return typeof value === 'string' && /^-?(0|[1-9]\d{0,15})(\.\d{1,15})?$/.test(value) ? Number(value) : value;
}

export function flagFromQuery(value: unknown): unknown {
  return value === 'true' ? true : value === 'false' ? false : value;
}

export function listFromQuery(item: (value: unknown) => unknown = (value) => value) {
  return (value: unknown): unknown =>
    value === undefined ? undefined : (Array.isArray(value) ? value : [value]).map(item);
}

export const schemas = {
  uuid: { type: 'string', format: 'uuid', minLength: 36, maxLength: 36 },
  date: { type: 'string', format: 'date', minLength: 10, maxLength: 10 },
  instant: { type: 'string', format: 'date-time', minLength: 20, maxLength: 35 },
} as const;

export function codeSchema(values: readonly string[]) {
  return { type: 'string', enum: [...values] };
}

interface Plain {
  check: Check;
  schema: object;
  example: unknown;
  fromQuery?: (value: unknown) => unknown;
}
const SAFE = Number.MAX_SAFE_INTEGER;

/** The values a list may have, besides objects and codes. */
export const plain = {
  text: {
    check: text(1, 200, undefined, false),
    schema: { type: 'string', minLength: 1, maxLength: 200, pattern: LINE },
    example: '文本',
  },
  uuid: { check: uuid, schema: schemas.uuid, example: '0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f' },
  date: { check: dateOnly, schema: schemas.date, example: '2026-09-01' },
  instant: { check: instant, schema: schemas.instant, example: '2026-09-01T07:30:00+08:00' },
  int: {
    check: int(-SAFE, SAFE),
    schema: { type: 'integer', format: 'int64', minimum: -SAFE, maximum: SAFE },
    example: 1,
    fromQuery: numberFromQuery,
  },
  decimal: {
    check: decimal(-SAFE, SAFE),
    schema: { type: 'number', format: 'double', minimum: -SAFE, maximum: SAFE },
    example: 1.5,
    fromQuery: numberFromQuery,
  },
} satisfies Record<string, Plain> as Record<'text' | 'uuid' | 'date' | 'instant' | 'int' | 'decimal', Plain>;
export type PlainKind = keyof typeof plain;
