import 'reflect-metadata';
import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect, type EntityClass, migrate } from '#database';
import { PolicyVersion } from '#policy';
import { Job, migrationSets } from '#service';
import { services } from '../../apps/campus/src/services.js';
import { startPostgres } from '../local/postgres.js';
import { stopOnSignal } from '../local/stopping.js';

/**
 * What only the migrations know: indexes, checks, foreign keys, exclusions and defaults. TypeORM would drop them because the
 * entities do not repeat them; that is no drift. Everything else it would do to the tables is.
 */
const SQL_ONLY = [
  /^(CREATE|DROP) (UNIQUE )?INDEX /,
  / (ADD|DROP) CONSTRAINT /,
  / ALTER COLUMN "\w+" (SET|DROP) DEFAULT/,
];

/** Statements that would make the tables of `url` what the entities say: columns, types, nullability. */
export async function driftOf(url: string, entities: EntityClass[]): Promise<string[]> {
  const source = await connect({ url, entities, poolSize: 2, applicationName: 'yizhan-drift' });
  try {
    const { upQueries } = await source.driver.createSchemaBuilder().log();
    return upQueries.map(({ query }) => query).filter((query) => !SQL_ONLY.some((pattern) => pattern.test(query)));
  } finally {
    await source.destroy();
  }
}

/** `npm run db:drift`: migrates an empty PostgreSQL of its own and asks TypeORM what it would still change. */
export async function checkDrift(): Promise<void> {
  const stopping = stopOnSignal();
  const home = await realpath(await mkdtemp(join(tmpdir(), 'yizhan-drift-')));
  try {
    await chmod(home, 0o711); // PostgreSQL may run under an account of its own
    const dataDir = join(home, 'postgres');
    const { url } = await stopping.add(startPostgres({ dataDir, persistent: false, fast: true }));
    await migrate(url, migrationSets(services));
    const owners = [
      ['platform', [Job, PolicyVersion] as EntityClass[]] as const,
      ...services.map(({ name, entities }) => [name, entities] as const),
    ];
    for (const [owner, entities] of owners) {
      const statements = await driftOf(url, entities);
      if (statements.length === 0) continue;
      process.stdout.write(`Entities of ${owner} differ from its migrations. To make the tables fit the entities:\n`);
      process.stdout.write(statements.map((statement) => `  ${statement};\n`).join(''));
      process.stdout.write('  Write a migration that does so, or correct the entity.\n');
      process.exitCode = 1;
    }
  } finally {
    await stopping.stop();
    await rm(home, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await checkDrift();
