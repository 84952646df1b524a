import { Client } from 'pg';
import { services } from '../../apps/campus/src/services.js';
import { connect, Database, migrate } from '../database/index.js';
import { grantServiceRoles, migrationSets } from '../service/index.js';
import { campusNow } from './clock.js';

export const TEMPLATE = 'yizhan_template';

/** Makes the database that test workers clone: migrated, with the small campus in it. */
export async function prepareTemplate(serverUrl: string): Promise<void> {
  const admin = new Client({ connectionString: serverUrl });
  await admin.connect();
  try {
    await admin.query(`DROP DATABASE IF EXISTS ${TEMPLATE}`);
    await admin.query(`CREATE DATABASE ${TEMPLATE}`);
  } finally {
    await admin.end();
  }
  const url = databaseUrl(serverUrl, TEMPLATE);
  await migrate(url, migrationSets(services));
  await grantServiceRoles(url);
  const source = await connect({ url, entities: [], poolSize: 2, applicationName: 'yizhan-seed' });
  try {
    const database = new Database(source);
    // Timers that migrations set are due by the machine's clock.
    await source.query(`UPDATE events.timer SET due_at = due_at - now() + $1::timestamptz`, [campusNow()]);
    for (const service of services)
      if (service.seed) await database.transaction(null, (tx) => (service.seed as (tx: unknown) => Promise<void>)(tx));
  } finally {
    await source.destroy();
  }
}

/** The URL of a database on the server of `serverUrl`. */
export function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.toString();
}
