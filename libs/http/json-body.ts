import { type FieldError, Invalid, MalformedJson } from './problems.js';
import { isCleanText } from './text-hygiene.js';

const MAX_DEPTH = 32;
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Parses a JSON body, stricter than JSON.parse. Answers 400 for: not UTF-8, nesting deeper than 32, a key twice in one object,
 * keys that reach an object's prototype, NUL or lone surrogates. An empty body is undefined.
 */
export function parseJsonBody(bytes: Buffer): unknown {
  const source = decodeUtf8(bytes);
  if (source.trim() === '') return undefined;
  scan(source);
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch {
    throw new MalformedJson();
  }
  // Raw bytes are well-formed by now: only an escape can write such a character.
  if (source.includes('\\u')) refuseDirtyText(value, '#');
  return value;
}

function decodeUtf8(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new MalformedJson();
  }
}

/** One pass before parsing: depth and keys. What is not JSON at all is left to JSON.parse. */
function scan(source: string): void {
  const objects: (Set<string> | null)[] = [];
  let depth = 0;
  for (let i = 0; i < source.length; i++) {
    switch (source.charCodeAt(i)) {
      case 0x22: {
        const end = endOfString(source, i);
        const keys = objects[depth - 1];
        if (keys && nextIsColon(source, end + 1)) addKey(keys, source.slice(i, end + 1));
        i = end;
        break;
      }
      case 0x7b:
      case 0x5b:
        if (++depth > MAX_DEPTH) {
          throw invalid('#', `嵌套不能超过 ${MAX_DEPTH} 层`, `must not be nested deeper than ${MAX_DEPTH}`);
        }
        objects[depth - 1] = source.charCodeAt(i) === 0x7b ? new Set() : null;
        break;
      case 0x7d:
      case 0x5d:
        if (--depth < 0) throw new MalformedJson();
        break;
    }
  }
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

function addKey(keys: Set<string>, literal: string): void {
  let key = literal.slice(1, -1);
  if (key.includes('\\')) {
    try {
      key = JSON.parse(literal) as string;
    } catch {
      throw new MalformedJson();
    }
  }
  if (keys.has(key)) throw invalid(`#/${pointerPart(key)}`, '同一对象中键重复', 'is there twice in one object');
  if (FORBIDDEN_KEYS.has(key)) throw invalid(`#/${key}`, '不允许的键', 'is not allowed as a key');
  keys.add(key);
}

function refuseDirtyText(value: unknown, pointer: string): void {
  if (typeof value === 'string') {
    if (!isCleanText(value)) throw dirty(pointer);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, child] of Object.entries(value)) {
      if (!isCleanText(key)) throw dirty(pointer);
      refuseDirtyText(child, `${pointer}/${pointerPart(key)}`);
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
