import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { withPassword } from '#config';
import { SERVICE_NAMES } from '#contracts';
import { migrate } from '#database';
import { grantServiceRoles, migrationSets } from '#service';
import { services } from '../apps/campus/src/services.js';

/**
 * `npm run migrate [-- --passwords FOLDER]`: brings DATABASE_URL (with DATABASE_PASSWORD_FILE) to the newest version and gives
 * each service its role. FOLDER holds a file `<service>.password` per service, for the packing with one process per service.
 */
const { values } = parseArgs({ options: { passwords: { type: 'string' } } });
const { DATABASE_URL: given, DATABASE_PASSWORD_FILE: file } = process.env;
if (!given) {
  process.stderr.write(
    'DATABASE_URL is not set: which database shall be migrated? (postgres://user:password@host:port/database)\n',
  );
  process.exit(1);
}
const url = file ? withPassword(given, file) : given;
try {
  const ran = await migrate(url, migrationSets(services), (line) => process.stdout.write(`${line}\n`));
  await grantServiceRoles(url, values.passwords ? await passwordsIn(values.passwords) : {});
  process.stdout.write(ran.length > 0 ? `${ran.length} migrations done\n` : 'nothing to migrate\n');
} catch (error) {
  // Nobody there, or nobody let in: a trace would say less. What a migration met is told with its trace.
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (!/^(ECONN|EAI_|ENOTFOUND|ETIMEDOUT|28|3D)/.test(code)) throw error;
  process.stderr.write(`DATABASE_URL cannot be used (${message || code}): start PostgreSQL there, or correct it.\n`);
  process.exitCode = 1;
}

async function passwordsIn(folder: string): Promise<Record<string, string>> {
  const read = async (service: string): Promise<[string, string]> => [
    service,
    (await readFile(join(folder, `${service}.password`), 'utf8')).trim(),
  ];
  return Object.fromEntries(await Promise.all(SERVICE_NAMES.map(read)));
}
