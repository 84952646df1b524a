import { randomUUID } from 'node:crypto';
import { DataSource, type MigrationInterface } from 'typeorm';
import { dataSourceOptions } from './database.module.js';

export type MigrationClass = new () => MigrationInterface;

/** One owner of a schema: a service, or a lib with tables of its own. */
export interface MigrationSet {
  schema: string;
  migrations: MigrationClass[];
}

const LOCK = 918_273_645;

/**
 * Brings every schema to its newest version, one after the other, under an advisory lock: of several that start at once one
 * works and the others find nothing to do. Returns the names of the migrations that ran.
 */
export async function migrate(
  url: string,
  sets: MigrationSet[],
  onProgress: (line: string) => void = () => {},
): Promise<string[]> {
  const ran: string[] = [];
  const guard = await new DataSource({
    ...dataSourceOptions({ url, entities: [], poolSize: 2, applicationName: 'yizhan-migrate' }),
    name: `guard-${randomUUID()}`,
  } as never).initialize();
  const lock = guard.createQueryRunner();
  try {
    await lock.query('SET lock_timeout = 0');
    await lock.query('SELECT pg_advisory_lock($1)', [LOCK]);
    for (const set of sets) {
      await lock.query(`CREATE SCHEMA IF NOT EXISTS "${set.schema}"`);
      const source = await new DataSource({
        ...dataSourceOptions({ url, entities: [], poolSize: 2, applicationName: 'yizhan-migrate' }),
        schema: set.schema,
        migrations: set.migrations,
        migrationsTableName: 'migration',
        migrationsTransactionMode: 'each',
      } as never).initialize();
      try {
        for (const done of await source.runMigrations()) {
          ran.push(`${set.schema}.${done.name}`);
          onProgress(`migrated ${set.schema}.${done.name}`);
        }
      } finally {
        await source.destroy();
      }
    }
  } finally {
    await lock.query('SELECT pg_advisory_unlock($1)', [LOCK]).catch(() => undefined);
    await lock.release();
    await guard.destroy();
  }
  return ran;
}

/** Names of the migrations that have not run yet; a process refuses to start while there are any. */
export async function pendingMigrations(source: DataSource, sets: MigrationSet[]): Promise<string[]> {
  const pending: string[] = [];
  for (const set of sets) {
    const [table] = (await source.query(`SELECT to_regclass($1) AS name`, [`"${set.schema}".migration`])) as {
      name: string | null;
    }[];
    const rows = table?.name
      ? ((await source.query(`SELECT name FROM "${set.schema}".migration`)) as { name: string }[])
      : [];
    const done = new Set(rows.map((row) => row.name));
    for (const migration of set.migrations) {
      if (!done.has(migration.name)) pending.push(`${set.schema}.${migration.name}`);
    }
  }
  return pending;
}
