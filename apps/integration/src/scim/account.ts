import { fullName } from '#exchange';
import { pathOf } from './filter.js';
import { USER_SCHEMA, type UserRow } from './resources.js';
import { NoTarget, PathRefused, ReadOnly, SyntaxRefused, ValueRefused } from './scim.problems.js';

/** What a client can set of an account, by path in lower case. What is not there it did not say. */
export interface Said {
  username?: string;
  externalid?: string | null;
  displayname?: string | null;
  'name.formatted'?: string | null;
  'name.familyname'?: string | null;
  'name.givenname'?: string | null;
  active?: boolean;
  'enterprise.department'?: string | null;
}
type Path = keyof Said;

const TEXTS: ReadonlySet<string> = new Set<Path>([
  'username',
  'externalid',
  'displayname',
  'name.formatted',
  'name.familyname',
  'name.givenname',
  'enterprise.department',
]);
const COMPLEX = new Set(['name', 'enterprise']);
/** What an account cannot be without. */
const NEEDED = new Set(['username', 'active', 'name', 'name.formatted', 'displayname']);
const READ_ONLY = /^(?:id|schemas|meta|groups)(?:\.|$)/;
const LONGEST = 200;

/** The body of a POST or PUT. What it has beyond what is kept here is left aside, as RFC 7644 (3.3) has it of what clients cannot set. */
export function accountIn(body: unknown): Said {
  const object = objectIn(body);
  const schemas = memberOf(object, 'schemas');
  if (!Array.isArray(schemas) || !schemas.some((one) => String(one).toLowerCase() === USER_SCHEMA.toLowerCase()))
    throw new SyntaxRefused({ pointer: '#/schemas', params: { why: `schemas names ${USER_SCHEMA}` } });
  return membersIn(object);
}

export const PATCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const MOST_OPERATIONS = 100;

/** What a PATCH says, its operations one after the other (RFC 7644, 3.5.2). */
export function patchIn(body: unknown): Said {
  const object = objectIn(body);
  const schemas = memberOf(object, 'schemas');
  if (!Array.isArray(schemas) || !schemas.includes(PATCH_SCHEMA))
    throw new SyntaxRefused({ pointer: '#/schemas', params: { why: `schemas names ${PATCH_SCHEMA}` } });
  const operations = memberOf(object, 'operations');
  if (!Array.isArray(operations) || operations.length === 0 || operations.length > MOST_OPERATIONS)
    throw new SyntaxRefused({ pointer: '#/Operations', params: { why: `Operations has 1 to ${MOST_OPERATIONS}` } });
  return Object.assign({}, ...operations.map(operationIn)) as Said;
}

function operationIn(operation: unknown): Said {
  const object = objectIn(operation);
  const op = String(memberOf(object, 'op')).toLowerCase();
  const path = memberOf(object, 'path');
  const value = memberOf(object, 'value');
  if (!['add', 'replace', 'remove'].includes(op))
    throw new SyntaxRefused({ pointer: '#/Operations', params: { why: 'op is add, replace or remove' } });
  if (path !== undefined && typeof path !== 'string')
    throw new SyntaxRefused({ pointer: '#/Operations', params: { why: 'path is a text' } });
  if (op === 'remove') return removed(path);
  if (path === undefined) return membersIn(objectIn(value));
  const at = targetOf(path);
  if (!COMPLEX.has(at)) return valueAt(at, value);
  return membersIn({ [at]: objectIn(value) });
}

function removed(path: string | undefined): Said {
  if (path === undefined) throw new NoTarget();
  const at = targetOf(path);
  if (NEEDED.has(at)) throw new ReadOnly({ params: { attribute: path } });
  return { [at === 'enterprise' ? 'enterprise.department' : at]: null };
}

function targetOf(path: string): string {
  const at = pathOf(path);
  if (at === undefined) throw new PathRefused({ params: { path: path.slice(0, LONGEST) } });
  if (READ_ONLY.test(at)) throw new ReadOnly({ params: { attribute: path } });
  if (at !== 'active' && !TEXTS.has(at) && !COMPLEX.has(at))
    throw new PathRefused({ params: { path: path.slice(0, LONGEST) } });
  return at;
}

/** Names of attributes differ not by case. Dotted ones, `"name.givenName": "…"`, are read as some directories write them. */
function membersIn(object: Record<string, unknown>, prefix = ''): Said {
  const said: Said = {};
  for (const [name, value] of Object.entries(object)) {
    const path = pathOf(name);
    if (path === undefined) continue;
    const at = prefix + path;
    if (value === null && at === 'enterprise') said['enterprise.department'] = null;
    else if (COMPLEX.has(at)) Object.assign(said, value === null ? {} : membersIn(objectIn(value), `${at}.`));
    else if (at === 'active' || TEXTS.has(at)) Object.assign(said, valueAt(at, value));
  }
  return said;
}

function valueAt(at: string, value: unknown): Said {
  const wrong = (why: string): Error => new ValueRefused({ params: { attribute: at, why } });
  if (at === 'active') {
    // Some directories send the words.
    const flag = typeof value === 'string' ? { true: true, false: false }[value.toLowerCase()] : value;
    if (typeof flag !== 'boolean') throw wrong('true or false');
    return { active: flag };
  }
  if (value === null || value === '') {
    if (at === 'username') throw wrong('must not be empty');
    return { [at]: null };
  }
  if (typeof value !== 'string') throw wrong('must be a text');
  if (value.length > LONGEST) throw wrong(`has ${LONGEST} characters at most`);
  return { [at]: value };
}

function objectIn(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SyntaxRefused({ params: { why: 'an object is expected' } });
  return value as Record<string, unknown>;
}

function memberOf(object: Record<string, unknown>, name: string): unknown {
  return Object.entries(object).find(([key]) => key.toLowerCase() === name)?.[1];
}

/**
 * The full name that is meant: of what differs from what is there, `name.formatted` before the parts of a name, and these before
 * `displayName`. Undefined where no name is said.
 */
export function nameSaid(said: Said, before?: Pick<UserRow, 'name' | 'familyName' | 'givenName'>): string | undefined {
  const { 'name.formatted': formatted, displayname } = said;
  if (formatted && formatted !== before?.name) return formatted;
  const [family, given] = [
    partSaid(said['name.familyname'], before?.familyName),
    partSaid(said['name.givenname'], before?.givenName),
  ];
  const differs = family !== (before?.familyName ?? '') || given !== (before?.givenName ?? '');
  if (differs && (family || given)) return fullName(family, given, '');
  return displayname ?? undefined;
}

function partSaid(said: string | null | undefined, before: string | null | undefined): string {
  return said === undefined ? (before ?? '') : (said ?? '');
}
