import { Actor } from '#auth';
import { connect, Database } from '#database';
import { CampusClock } from '#time';
import { Vault } from '#vault';
import { ClientApproval } from '../apps/directory/src/client-approvals/client-approval.entity.js';
import { ClientsService } from '../apps/directory/src/clients/clients.service.js';
import { Client, ClientSecret } from '../apps/directory/src/clients/client.entity.js';
import { assertKeyFits, ownerConfig, runOwnerCommand } from './local/owner.js';

/**
 * `npm run client:first -- <client-id>`: makes the client from which all others are made through the API; see ownerConfig. Its secret is
 * printed once and stored hashed.
 */
await runOwnerCommand(async () => {
  const clientId = process.argv[2];
  if (!clientId) throw new Error('What shall it be called? npm run client:first -- operations');
  const config = ownerConfig();
  const vault = Vault.fromFile(config.secretKeyFile);
  const source = await connect({
    url: config.databaseUrl,
    entities: [Client, ClientSecret, ClientApproval],
    poolSize: 2,
    applicationName: 'yizhan-first-client',
  });
  try {
    const database = new Database(source);
    await assertKeyFits(database, vault);
    const issued = await new ClientsService(database, vault, new CampusClock(config)).create(
      Actor.system('directory'),
      {
        clientId,
        name: clientId,
        grants: ['client_credentials'],
        permissions: ['directory:client:read', 'directory:client:write'],
      },
    );
    process.stdout.write(
      `client_id ${issued.client.clientId}\nclient_secret ${issued.secret}\nIt may make clients (directory:client:read, directory:client:write) and nothing else: POST ${config.origin}/directory/v1/clients\n`,
    );
  } finally {
    await source.destroy();
  }
});
