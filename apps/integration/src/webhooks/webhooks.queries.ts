import { sql, type Sql } from '#database';
import { TOLD } from './webhooks.dto.js';

/** SQL: event type → the permission that an app needs to be told. */
const NEEDED = JSON.stringify(Object.fromEntries([...TOLD].map(([type, { permission }]) => [type, permission])));

/** Predicate: the app is active, and may be told of what it is that is to be told; of a test it always may. */
export function permitted(clientId: Sql, type: Sql): Sql {
  return sql`EXISTS (SELECT FROM directory.published_client_v1 c WHERE c.client_id = ${clientId} AND c.active
    AND coalesce(${NEEDED}::jsonb ->> ${type} = ANY(c.permissions), TRUE))`;
}

/** Where secrets are sealed: the table and the row, as `npm run keys` knows them. */
export function placeOf(id: string): string {
  return `integration.webhook ${id}`;
}
