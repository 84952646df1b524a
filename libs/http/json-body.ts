import { type FieldError, Invalid, MalformedJson, pointerPart } from '#problems';
import { isCleanText } from './text-hygiene.js';

const MAX_DEPTH = 32;
/** More keys than any object here has; checking unknown ones costs their square. */
const MAX_KEYS = 1_000;
/** In a whole body of a megabyte; a route that takes more bytes takes more keys. */
export const KEYS_PER_MB = 20_000;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Parses a JSON body, stricter than JSON.parse, in linear time. Throws Invalid or MalformedJson (400) for: not UTF-8, a byte order mark
 * (RFC 8259 §8.1), nesting deeper than 32, more than 1,000 keys in one object or `maxKeys` in all of them, a key twice in one,
 * keys that every object has (`toString`), NUL or lone surrogates. An empty body is undefined.
 *
 * `rows` names a list in the body whose entries are judged one by one by its reader: an entry that is nested too deep, has such a key
 * or a key twice becomes undefined, and its text is for the reader to look at. Keys in the list
 * do not count among `maxKeys`.
 */
export function parseJsonBody(bytes: Buffer, rows?: string, maxKeys = KEYS_PER_MB): unknown {
  const source = decodeUtf8(bytes);
  if (source.startsWith('\uFEFF')) throw new MalformedJson();
  if (source.trim() === '') return undefined;
  const flawed = scan(source, rows, maxKeys);
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch {
    throw new MalformedJson();
  }
  const list = rows === undefined ? undefined : (value as Record<string, unknown> | null)?.[rows];
  if (Array.isArray(list)) for (const i of flawed) list[i] = undefined;
  // Raw bytes are well-formed by now: only an escape can write such a character.
  if (source.includes('\\u')) refuseInvalidText(value, '#', Array.isArray(list) ? list : undefined);
  return value;
}

function decodeUtf8(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new MalformedJson();
  }
}

/**
 * One pass before parsing: depth and keys. What is not JSON at all is left to JSON.parse. Returns the places of the flawed entries of
 * the list that `rows` names.
 */
function scan(source: string, rows: string | undefined, maxKeys: number): ReadonlySet<number> {
  const objects: (Set<string> | null)[] = [];
  const flawed = new Set<number>();
  let depth = 0;
  /** Place of the entry in the list of rows; -1 = not in it. */
  let row = -1;
  let rowsNext = false;
  let keysInAll = 0;
  for (let i = 0; i < source.length; i++) {
    switch (source.charCodeAt(i)) {
      case 0x22: {
        const end = endOfString(source, i);
        const keys = depth <= MAX_DEPTH ? objects[depth - 1] : null;
        if (keys && nextIsColon(source, end + 1)) {
          const key = keyOf(source.slice(i, end + 1));
          const flaw = row < 0 && ++keysInAll > maxKeys ? tooManyInAll(maxKeys) : flawOf(keys, key);
          if (flaw && row < 0) throw invalid(`#/${pointerPart(key)}`, ...flaw);
          if (flaw) flawed.add(row);
          keys.add(key);
          if (depth === 1) rowsNext = key === rows;
        }
        i = end;
        break;
      }
      case 0x7b:
      case 0x5b: {
        const isObject = source.charCodeAt(i) === 0x7b;
        if (depth === 1 && rowsNext && !isObject) row = 0;
        if (++depth <= MAX_DEPTH) objects[depth - 1] = isObject ? new Set() : null;
        else if (row >= 0) flawed.add(row);
        else throw invalid('#', `嵌套不能超过 ${MAX_DEPTH} 层`, `must not be nested deeper than ${MAX_DEPTH}`);
        break;
      }
      case 0x2c:
        if (depth === 2 && row >= 0) row++;
        break;
      case 0x7d:
      case 0x5d:
        if (--depth < 0) throw new MalformedJson();
        if (depth === 1) row = -1;
        break;
    }
  }
  return flawed;
}

function endOfString(source: string, start: number): number {
  for (let i = start + 1; i < source.length; i++) {
    const code = source.charCodeAt(i);
    if (code === 0x5c) i++;
    else if (code === 0x22) return i;
  }
  throw new MalformedJson();
}

function nextIsColon(source: string, from: number): boolean {
  for (let i = from; i < source.length; i++) {
    const code = source.charCodeAt(i);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code === 0x3a;
  }
  return false;
}

function keyOf(literal: string): string {
  if (!literal.includes('\\')) return literal.slice(1, -1);
  try {
    return JSON.parse(literal) as string;
  } catch {
    throw new MalformedJson();
  }
}

function tooManyInAll(most: number): [zh: string, en: string] {
  return [`使键数超限：整个请求体最多 ${most} 个键`, `is one key too many: a body may have ${most}`];
}

function flawOf(keys: ReadonlySet<string>, key: string): [zh: string, en: string] | undefined {
  if (keys.has(key)) return ['同一对象中键重复', 'is there twice in one object'];
  if (key in Object.prototype || key === 'prototype') return ['不允许的键', 'is not allowed as a key'];
  if (keys.size >= MAX_KEYS)
    return [`一个对象最多 ${MAX_KEYS} 个键`, `is one key too many: an object may have ${MAX_KEYS}`];
  return undefined;
}

/** `except` is left out. */
function refuseInvalidText(value: unknown, pointer: string, except: unknown): void {
  if (typeof value === 'string') {
    if (!isCleanText(value)) throw dirty(pointer);
  } else if (typeof value === 'object' && value !== null && value !== except) {
    for (const [key, child] of Object.entries(value)) {
      if (!isCleanText(key)) throw dirty(pointer);
      refuseInvalidText(child, `${pointer}/${pointerPart(key)}`, except);
    }
  }
}

export function dirty(pointer: string): Error {
  return invalid(pointer, '不能含 NUL 或不成对的代理字符', 'must not contain NUL or lone surrogates');
}

function invalid(pointer: string, zh: string, en: string): Error {
  const error: FieldError = { pointer, zh, en };
  return new Invalid({ errors: [error] });
}
