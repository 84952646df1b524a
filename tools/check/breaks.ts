import type { Content, Contract, Operation, Schema } from './contract.js';

/** Who sends what is looked at: apps must go on being understood (`asked`), and go on understanding (`answered`). */
type Direction = 'asked' | 'answered';

/**
 * What an app written against `before` may run into with `after`, a line each. Answers may get more fields and codes more values,
 * requests more optional parts and wider bounds; nothing else is free. A parameter that is gone breaks, as unknown ones are refused.
 */
export function breaksBetween(before: Contract, after: Contract): string[] {
  const comparison = new Comparison(before, after);
  for (const [path, item] of Object.entries(before.paths))
    for (const [method, operation] of Object.entries(item))
      comparison.operation(`${method.toUpperCase()} ${path}`, operation, after.paths[path]?.[method]);
  return [...comparison.breaks];
}

class Comparison {
  readonly breaks = new Set<string>();
  /** Named schemas that were compared: what is wrong with one is said once. */
  private readonly seen = new Set<string>();

  constructor(
    private readonly before: Contract,
    private readonly after: Contract,
  ) {}

  operation(name: string, before: Operation, after: Operation | undefined): void {
    const say = (what: string): void => void this.breaks.add(`${name}: ${what}`);
    if (!after) return say('is gone');
    if (after.operationId !== before.operationId)
      say(`is called ${after.operationId} in SDKs, no longer ${before.operationId}`);
    this.permissions(say, before, after);
    this.parameters(name, say, before, after);
    const body = before.requestBody;
    const now = after.requestBody;
    if (body && !now) say('takes no body any more');
    if (now?.required && !body?.required) say('must have a body');
    if (body && now) this.content(`${name} body`, body.content, now.content, 'asked');
    for (const [status, { content }] of Object.entries(before.responses)) {
      const answer = after.responses[status];
      if (!answer) say(`no longer answers ${status}`);
      else this.content(`${name} ${status}`, content ?? {}, answer.content, 'answered');
    }
  }

  /** Who was let in with one permission still is. */
  private permissions(say: (what: string) => void, before: Operation, after: Operation): void {
    if (after.security.length === 0) return;
    if (before.security.length === 0) return say('takes a token');
    const enough = (permissions: string[]): boolean =>
      after.security.some(({ oauth2 = [] }) => oauth2.every((one) => permissions.includes(one)));
    for (const { oauth2 = [] } of before.security)
      if (!enough(oauth2)) say(`${oauth2.join(' + ') || 'any token'} is not enough any more`);
  }

  private parameters(name: string, say: (what: string) => void, before: Operation, after: Operation): void {
    const kept = after.parameters ?? [];
    for (const parameter of before.parameters ?? []) {
      const place = `${parameter.in} ${parameter.name}`;
      const now = kept.find((one) => one.name === parameter.name && one.in === parameter.in);
      // An unknown header harms nobody.
      if (!now) {
        if (parameter.in !== 'header') say(`${place} is gone`);
        continue;
      }
      if (now.required && !parameter.required) say(`${place} must be given`);
      this.schema(`${name}: ${place}`, parameter.schema ?? {}, now.schema ?? {}, 'asked');
    }
    for (const parameter of kept) {
      const known = before.parameters?.some((one) => one.name === parameter.name && one.in === parameter.in);
      if (!known && parameter.required) say(`${parameter.in} ${parameter.name} must be given`);
    }
  }

  private content(place: string, before: Content, after: Content | undefined, direction: Direction): void {
    for (const [type, { schema }] of Object.entries(before)) {
      const now = after?.[type];
      if (!now) this.breaks.add(`${place}: ${type} is gone`);
      else this.schema(place, schema ?? {}, now.schema ?? {}, direction);
    }
  }

  private schema(place: string, before: Schema, after: Schema, direction: Direction): void {
    const names = [before.$ref, after.$ref].map((ref) => ref?.split('/').at(-1));
    if (names[0] !== undefined || names[1] !== undefined) {
      const key = `${direction} ${names[0] ?? place} ${names[1] ?? place}`;
      if (this.seen.has(key)) return;
      this.seen.add(key);
      const named = names[0] === undefined ? place : `${names[0]} (${direction})`;
      this.schema(
        named,
        names[0] === undefined ? before : (this.before.schemas[names[0]] ?? {}),
        names[1] === undefined ? after : (this.after.schemas[names[1]] ?? {}),
        direction,
      );
      return;
    }
    const say = (what: string): void => void this.breaks.add(`${place}: ${what}`);
    // What the taker does not expect: of a request what was allowed, of an answer what was not.
    const [giver, taker] = direction === 'asked' ? [before, after] : [after, before];
    this.types(say, giver, taker, direction);
    this.properties(place, say, before, after, direction);
    if (before.items && after.items) this.schema(`${place}[]`, before.items, after.items, direction);
    this.choices(place, say, before, after, direction);
  }

  private types(say: (what: string) => void, giver: Schema, taker: Schema, direction: Direction): void {
    const expected = typesOf(taker);
    const foreign = typesOf(giver).filter(
      (type) => !expected.includes(type) && !(type === 'integer' && expected.includes('number')),
    );
    if (expected.length > 0 && (foreign.length > 0 || typesOf(giver).length === 0))
      say(
        direction === 'asked'
          ? `may no longer be ${foreign.join(' or ') || 'anything'}`
          : `may be ${foreign.join(' or ') || 'anything'}`,
      );
    if (direction === 'answered') return;
    for (const [word, worse] of BOUNDS) {
      const [was, is] = [giver[word], taker[word]] as [number | undefined, number | undefined];
      if (is !== undefined && (was === undefined || worse(was, is))) say(`${word} is ${is}, was ${was ?? 'not there'}`);
    }
    for (const word of ['pattern', 'format', 'uniqueItems'])
      if (taker[word] && taker[word] !== giver[word]) say(`${word} is ${String(taker[word])}`);
    if (taker.enum) {
      const gone = (giver.enum ?? ['other values']).filter((value) => !taker.enum!.includes(value));
      if (gone.length > 0) say(`takes no ${gone.map(String).join(', ')} any more`);
    }
  }

  private properties(
    place: string,
    say: (what: string) => void,
    before: Schema,
    after: Schema,
    direction: Direction,
  ): void {
    for (const [name, property] of Object.entries(before.properties ?? {})) {
      const now = after.properties?.[name];
      if (now) this.schema(`${place}.${name}`, property, now, direction);
      else if (direction === 'answered' || after.additionalProperties === false) say(`.${name} is gone`);
    }
    const [was, is] = [before.required ?? [], after.required ?? []];
    if (direction === 'asked') for (const name of is.filter((one) => !was.includes(one))) say(`.${name} must be given`);
    else
      for (const name of was.filter((one) => !is.includes(one)))
        if (after.properties?.[name]) say(`.${name} may be missing`);
  }

  /** Alternatives in the order in which they stand; new ones come last. */
  private choices(
    place: string,
    say: (what: string) => void,
    before: Schema,
    after: Schema,
    direction: Direction,
  ): void {
    for (const word of ['oneOf', 'anyOf'] as const) {
      const [was, is] = [before[word] ?? [], after[word] ?? []];
      if (was.length === 0 && is.length === 0) continue;
      if (is.length < was.length && direction === 'asked') say(`has fewer alternatives`);
      if (is.length > was.length && direction === 'answered') say(`has more alternatives`);
      for (const [at, one] of was.entries()) if (is[at]) this.schema(`${place}|${at + 1}`, one, is[at], direction);
    }
  }
}

/** Bounds of what is taken, and when one is narrower than it was. */
const BOUNDS: [string, (was: number, is: number) => boolean][] = [
  ...['minimum', 'minLength', 'minItems', 'minProperties'].map(
    (word) => [word, (was: number, is: number) => is > was] as [string, (was: number, is: number) => boolean],
  ),
  ...['maximum', 'maxLength', 'maxItems', 'maxProperties'].map(
    (word) => [word, (was: number, is: number) => is < was] as [string, (was: number, is: number) => boolean],
  ),
];

function typesOf({ type }: Schema): string[] {
  return type === undefined ? [] : [type].flat();
}
