import { type FieldError, Invalid, MalformedJson } from './problems.js';
import { isCleanText } from './text-hygiene.js';

const MAX_DEPTH = 32;
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Parses a JSON body, stricter than JSON.parse. Answers 400 for: not UTF-8, nesting deeper than 32, a key twice in one object,
 * keys that reach an object's prototype, NUL or lone surrogates. An empty body is undefined.
 *
 * `rows` names a list in the body whose entries are judged one by one by its reader: an entry that is nested too deep, has such a key
 * or a key twice becomes undefined, and its text is for the reader to look at.
 */
export function parseJsonBody(bytes: Buffer, rows?: string): unknown {
  const source = decodeUtf8(bytes);
  if (source.trim() === '') return undefined;
  const flawed = scan(source, rows);
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch {
    throw new MalformedJson();
  }
  const list = rows === undefined ? undefined : (value as Record<string, unknown> | null)?.[rows];
  if (Array.isArray(list)) for (const i of flawed) list[i] = undefined;
  // Raw bytes are well-formed by now: only an escape can write such a character.
  if (source.includes('\\u')) refuseDirtyText(value, '#', Array.isArray(list) ? list : undefined);
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
 * One pass before parsing: depth and keys. What is not JSON at all is left to JSON.parse. Answers the places of the flawed entries of
 * the list that `rows` names.
 */
function scan(source: string, rows: string | undefined): ReadonlySet<number> {
  const objects: (Set<string> | null)[] = [];
  const flawed = new Set<number>();
  let depth = 0;
  /** Place of the entry in the list of rows; -1 = not in it. */
  let row = -1;
  let rowsNext = false;
  for (let i = 0; i < source.length; i++) {
    switch (source.charCodeAt(i)) {
      case 0x22: {
        const end = endOfString(source, i);
        const keys = depth <= MAX_DEPTH ? objects[depth - 1] : null;
        if (keys && nextIsColon(source, end + 1)) {
          const key = keyOf(source.slice(i, end + 1));
          const flaw = flawOf(keys, key);
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

function flawOf(keys: ReadonlySet<string>, key: string): [zh: string, en: string] | undefined {
  if (keys.has(key)) return ['同一对象中键重复', 'is there twice in one object'];
  if (FORBIDDEN_KEYS.has(key)) return ['不允许的键', 'is not allowed as a key'];
  return undefined;
}

/** `but` is left out. */
function refuseDirtyText(value: unknown, pointer: string, but: unknown): void {
  if (typeof value === 'string') {
    if (!isCleanText(value)) throw dirty(pointer);
  } else if (typeof value === 'object' && value !== null && value !== but) {
    for (const [key, child] of Object.entries(value)) {
      if (!isCleanText(key)) throw dirty(pointer);
      refuseDirtyText(child, `${pointer}/${pointerPart(key)}`, but);
    }
  }
}

/** One step of a JSON pointer (RFC 6901), cut to a sane length. */
export function pointerPart(key: string): string {
  return key.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1');
}

export function dirty(pointer: string): Error {
  return invalid(pointer, '不能含 NUL 或不成对的代理字符', 'must not contain NUL or lone surrogates');
}

function invalid(pointer: string, zh: string, en: string): Error {
  const error: FieldError = { pointer, zh, en };
  return new Invalid({ errors: [error] });
}
