import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as oidc from 'openid-client';
import { Client } from 'pg';
import { Database, sql } from '#database';
import { ClientsService } from '../src/clients/clients.service.js';
import { Vault } from '#vault';
import { SigningKeysService } from '../src/login/signing-keys.service.js';
import { ADMIN, IssuerApp } from './issuer.js';

/** docs/deploying.md: what to do when the file of SECRET_KEY_FILE is lost. */
describe('after the secret key is lost', () => {
  let issuer: IssuerApp;
  beforeAll(async () => {
    issuer = await IssuerApp.create({ demo: false });
  });
  afterAll(() => issuer?.close());

  it('deploy/key-lost.sql lets the deployment go on with a new key, and apps with new secrets', async () => {
    const { id, secret } = await issuer.register({ clientId: 'portal' });
    await oidc.clientCredentialsGrant(await issuer.discover('portal', secret), { scope: 'directory:unit:read' });

    await issuer.query(
      sql`INSERT INTO platform.idempotency_key (app, person_id, route, key, status, answer) VALUES ('portal', '', 'POST /x', 'k', 201, 'sealed')`,
    );

    const file = join(mkdtempSync(join(tmpdir(), 'yizhan-key-')), 'secret.key');
    writeFileSync(file, randomBytes(32).toString('base64'));
    const [database, vault] = [issuer.app.get(Database), Vault.fromFile(file)];
    const keys = new SigningKeysService(database, vault);
    await expect(keys.published()).rejects.toThrow();

    const owner = new Client({ connectionString: issuer.config.databaseUrl });
    await owner.connect();
    await owner.query(readFileSync('deploy/key-lost.sql', 'utf8'));
    await owner.end();
    expect(await keys.published()).toHaveLength(2);
    const answers = await issuer.query(sql`SELECT answer FROM platform.idempotency_key WHERE key = 'k'`);
    expect(answers).toEqual([{ answer: null }]);
    const renewed = await new ClientsService(database, vault).addSecret(ADMIN, id);
    const [row] = await issuer.query<{ hash: string }>(sql`SELECT hash FROM directory.client_secret`);
    expect(row?.hash).toBe(vault.digest('client secret', renewed.secret!));
  });
});
