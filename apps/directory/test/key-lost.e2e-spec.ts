import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as oidc from 'openid-client';
import { Client } from 'pg';
import { Database, newId, sql } from '#database';
import { ClientsService } from '../src/clients/clients.service.js';
import { CampusClock } from '#time';
import { StudentKeys, Vault } from '#vault';
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

    const studentId = newId();
    const place = (id: string, column: string): string => `affairs.leave ${id} ${column}`;
    const [leave, plain] = [newId(), newId()];
    const given = new StudentKeys(Vault.fromFile(issuer.config.secretKeyFile));
    const [reason, destination] = await issuer.app.get(Database).transaction(null, (tx) =>
      given.seal(tx, [
        { studentId, place: place(leave, 'reason'), text: '机密' },
        { studentId, place: place(leave, 'destination'), text: '宝鸡' },
      ]),
    );
    for (const [id, one, other] of [
      [leave, reason!, destination!] as const,
      [plain, Buffer.from('明文'), Buffer.from('西安')] as const,
    ])
      await issuer.query(
        sql`INSERT INTO affairs.leave (id, student_id, kind, status, starts_at, ends_at, planned_ends_at, reason, destination, urgent, proof_pending, submitted_by_app, returned_count)
            VALUES (${id}, ${studentId}, 'personal', 'withdrawn', now(), now() + interval '1 hour', now() + interval '1 hour', ${one}, ${other}, false, false, 'portal', 0)`,
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
    const students = new StudentKeys(vault);
    const texts = async (id: string): Promise<(string | null)[]> => {
      const [row] = await issuer.query<{ reason: Buffer; destination: Buffer; contact: Buffer | null }>(
        sql`SELECT reason, destination, contact FROM affairs.leave WHERE id = ${id}`,
      );
      const columns = Object.entries(row!).map(([column, sealed]) => ({ studentId, place: place(id, column), sealed }));
      return students.open(database.connection, columns);
    };
    const [again] = await database.transaction(null, (tx) =>
      students.seal(tx, [{ studentId, place: 'x', text: '新的' }]),
    );
    expect(await students.open(database.connection, [{ studentId, place: 'x', sealed: again! }])).toEqual(['新的']);
    expect([await texts(leave), await texts(plain)]).toEqual([
      [null, null, null],
      ['明文', '西安', null],
    ]);
    const renewed = await new ClientsService(database, vault, new CampusClock(issuer.config)).addSecret(ADMIN, id);
    const [row] = await issuer.query<{ hash: string }>(sql`SELECT hash FROM directory.client_secret`);
    expect(row?.hash).toBe(vault.digest('client secret', renewed.secret!));
  });
});
