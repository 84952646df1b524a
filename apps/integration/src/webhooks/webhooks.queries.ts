import { sql, type Sql } from '#database';
import { TOLD } from './webhooks.dto.js';

const NEEDED = JSON.stringify(Object.fromEntries([...TOLD].map(([type, { permission }]) => [type, permission])));

/** SQL: the permission that an app needs to be told of an event, by its type; NULL for a test. */
export function neededFor(type: Sql): Sql {
  return sql`(${NEEDED}::jsonb ->> ${type})`;
}

/** Predicate: the app is active and holds the permission, where one is needed. */
export function permitted(clientId: Sql, needed: Sql): Sql {
  return sql`EXISTS (SELECT FROM directory.published_client_v1 c WHERE c.client_id = ${clientId} AND c.active
    AND coalesce(${needed} = ANY(c.permissions), TRUE))`;
}

/** Where secrets are sealed: the table and the row, as `npm run keys` knows them. */
export function placeOf(id: string): string {
  return `integration.webhook ${id}`;
}
