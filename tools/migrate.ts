import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { migrate } from '#database';
import { grantServiceRoles, migrationSets } from '#service';
import { services } from '../apps/campus/src/services.js';

/**
 * `npm run migrate [-- --passwords FILE]`: brings DATABASE_URL to the newest version and gives each service its role.
 * FILE: JSON `{ "safety": "password", … }`, for the packing with one process per service.
 */
const { values } = parseArgs({ options: { passwords: { type: 'string' } } });
const url = process.env['DATABASE_URL'];
if (!url) {
  process.stderr.write(
    'DATABASE_URL is not set: which database shall be migrated? (postgres://user:password@host:port/database)\n',
  );
  process.exit(1);
}
const ran = await migrate(url, migrationSets(services), (line) => process.stdout.write(`${line}\n`));
await grantServiceRoles(
  url,
  values.passwords ? (JSON.parse(await readFile(values.passwords, 'utf8')) as Record<string, string>) : {},
);
process.stdout.write(ran.length > 0 ? `${ran.length} migrations done\n` : 'nothing to migrate\n');
