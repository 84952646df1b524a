import { isDeepStrictEqual } from 'node:util';
import { pointerPart } from '#problems';

/** A place at which two contents differ; `undefined` = there is nothing. */
export interface Difference {
  /** JSON pointer (RFC 6901) as a fragment. */
  pointer: string;
  before: unknown;
  after: unknown;
}

/** Where two JSON values differ, as deep as it can be told: what is left out on one side is one difference, whatever is in it. */
export function differences(before: unknown, after: unknown, at = '#'): Difference[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isComposite(before) || !isComposite(after) || Array.isArray(before) !== Array.isArray(after))
    return [{ pointer: at, before, after }];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => differences(memberOf(before, key), memberOf(after, key), `${at}/${pointerPart(key)}`));
}

function isComposite(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function memberOf(value: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}
