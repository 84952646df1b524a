import { createHash } from 'node:crypto';
import { ENTERPRISE, GROUP_SCHEMA, type GroupRow, USER_SCHEMA, type UserRow } from './resources.js';

export const ROOT = '/scim/v2';
export const SCIM_TYPE = 'application/scim+json';

export type Resource = Record<string, unknown> & {
  id: string;
  meta: { resourceType: string; location: string; version: string };
};

/** `root`: public address of SCIM. */
export function userOf(row: UserRow, root: string): Resource {
  const { id, number, name, active, externalId, familyName, givenName, department, groups } = row;
  return withMeta(
    {
      schemas: [USER_SCHEMA, ...(department === null ? [] : [ENTERPRISE])],
      id,
      ...(externalId !== null && { externalId }),
      userName: number,
      name: { formatted: name, ...(familyName && { familyName }), ...(givenName && { givenName }) },
      displayName: name,
      active,
      ...(groups.length > 0 && {
        groups: groups.map((one) => ({ ...one, $ref: `${root}/Groups/${one.value}`, type: 'direct' })),
      }),
      ...(department !== null && { [ENTERPRISE]: { department } }),
    },
    { resourceType: 'User', created: row.created, changed: row.changed, location: `${root}/Users/${id}` },
  );
}

export function groupOf({ id, name, changed, members }: GroupRow, root: string): Resource {
  return withMeta(
    {
      schemas: [GROUP_SCHEMA],
      id,
      displayName: name,
      ...(members.length > 0 && {
        members: members.map((one) => ({ ...one, $ref: `${root}/Users/${one.value}`, type: 'User' })),
      }),
    },
    { resourceType: 'Group', changed, location: `${root}/Groups/${id}` },
  );
}

/** The version is a digest of what is shown: whatever changes it, it changes (a name, a unit, the unit's name). */
function withMeta(
  resource: Record<string, unknown> & { id: string },
  {
    resourceType,
    created,
    changed,
    location,
  }: { resourceType: string; created?: Date; changed: Date; location: string },
): Resource {
  const digest = createHash('sha256').update(JSON.stringify(resource)).digest('base64url').slice(0, 22);
  const times = { ...(created && { created: created.toISOString() }), lastModified: changed.toISOString() };
  return { ...resource, meta: { resourceType, ...times, location, version: `W/"${digest}"` } };
}

export interface ListResponse {
  schemas: string[];
  totalResults: number;
  startIndex: number;
  itemsPerPage: number;
  Resources: object[];
}

export function listResponse(resources: object[], total = resources.length, startIndex = 1): ListResponse {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: total,
    startIndex,
    itemsPerPage: resources.length,
    Resources: resources,
  };
}

/** What of a resource is answered (RFC 7644, 3.9): `schemas` and `id` always. Names in lower case, as `pathOf` gives them. */
export interface Selection {
  only?: string[] | undefined;
  without?: string[] | undefined;
}

export function selected(resource: Resource, { only, without = [] }: Selection): object {
  const named = (names: string[], path: string): boolean =>
    names.some((name) => path === name || path.startsWith(`${name}.`));
  const keep = (path: string): boolean =>
    path === 'id' || path === 'schemas' || (only ? named(only, path) : !named(without, path));
  return kept(resource, '', keep) as object;
}

/** The leaves whose path is kept; what is left empty goes. */
function kept(part: unknown, path: string, keep: (path: string) => boolean): unknown {
  if (Array.isArray(part)) {
    const items = part.map((item) => kept(item, path, keep)).filter((item) => item !== undefined);
    return items.length > 0 ? items : undefined;
  }
  if (typeof part !== 'object' || part === null) return keep(path) ? part : undefined;
  const entries = Object.entries(part).flatMap(([name, inner]): [string, unknown][] => {
    const step = name === ENTERPRISE ? 'enterprise' : name.toLowerCase();
    const left = kept(inner, path === '' ? step : `${path}.${step}`, keep);
    return left === undefined ? [] : [[name, left]];
  });
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}
