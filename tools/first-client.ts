import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Actor } from '#auth';
import { Config } from '#config';
import { connect, Database } from '#database';
import { ClientsService } from '../apps/directory/src/clients/clients.service.js';
import { Client, ClientSecret } from '../apps/directory/src/clients/client.entity.js';
import { Vault } from '#vault';

/**
 * `npm run client:first -- <client-id>`: makes the client from which all others are made through the API. For a new installation,
 * run on the server with DATABASE_URL (the owner's) and SECRET_KEY_FILE (default: the one of `npm start`). Its secret is printed once and stored hashed.
 */
const clientId = process.argv[2];
if (!clientId) {
  process.stderr.write('What shall it be called? npm run client:first -- operations\n');
  process.exit(1);
}
if (!process.env['DATABASE_URL']) {
  process.stderr.write(
    'DATABASE_URL is not set: in which database? (postgres://user:password@host:port/database, of the owner). The demo has its clients already.\n',
  );
  process.exit(1);
}
const ownKey = resolve('.local/secret.key'); // the one that `npm start` has made
const config = Config.fromEnv({
  REDIS_URL: 'redis://unused.invalid:6379',
  ...(existsSync(ownKey) && { SECRET_KEY_FILE: ownKey }),
  ...process.env,
});
const source = await connect({
  url: config.databaseUrl,
  entities: [Client, ClientSecret],
  poolSize: 2,
  applicationName: 'yizhan-first-client',
});
try {
  const clients = new ClientsService(new Database(source), Vault.fromFile(config.secretKeyFile));
  const issued = await clients.create(Actor.system('directory'), {
    clientId,
    name: clientId,
    grants: ['client_credentials'],
    permissions: ['directory:client:read', 'directory:client:write'],
  });
  process.stdout.write(
    `client_id ${issued.client.clientId}\nclient_secret ${issued.secret}\nIt may make clients (directory:client:read, directory:client:write) and nothing else: POST ${config.origin}/directory/v1/clients\n`,
  );
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
} finally {
  await source.destroy();
}
