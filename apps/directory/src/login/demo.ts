import type { Config } from '#config';
import { type Bilingual, type Permission, PERMISSIONS } from '#contracts';
import { insert, query, queryOne, sql, type Tx } from '#database';
import { Client, ClientSecret } from '../clients/client.entity.js';
import { CLIENT_SECRET } from '../clients/clients.service.js';
import type { Vault } from '#vault';
import { DEMO_CLIENT } from './demo-client.js';

/** Somebody one can be in the demo. */
export interface Persona extends Bilingual {
  /** Short name for the command line, e.g. `counselor`. */
  name: string;
  personId: string;
}

/** Brings in the demo's client and personas; doing it again changes nothing but the personas given. */
export async function seedDemoLogin(tx: Tx, vault: Vault, personas: Persona[]): Promise<void> {
  if (!(await tx.existsBy(Client, { clientId: DEMO_CLIENT.clientId }))) {
    const client = await insert(
      tx,
      Object.assign(new Client(), {
        clientId: DEMO_CLIENT.clientId,
        name: '一站导览 / Guided tour',
        grants: ['client_credentials', 'authorization_code', 'refresh_token'],
        redirectUris: [DEMO_CLIENT.redirectUri],
        origins: [],
        isPublic: false,
        permissions: Object.keys(PERMISSIONS) as Permission[],
        jwks: null,
      }),
    );
    await insert(tx, ClientSecret.of(client, vault.digest(CLIENT_SECRET, DEMO_CLIENT.secret)));
  }
  for (const [sort, { name, personId, zh, en }] of personas.entries()) {
    await query(
      tx,
      sql`INSERT INTO directory.demo_persona (name, person_id, label_zh, label_en, sort)
          VALUES (${name}, ${personId}, ${zh}, ${en}, ${sort})
          ON CONFLICT (name) DO UPDATE SET person_id = excluded.person_id, label_zh = excluded.label_zh,
            label_en = excluded.label_en, sort = excluded.sort`,
    );
  }
}

export async function demoPersonas(tx: Tx): Promise<Persona[]> {
  return query<Persona>(
    tx,
    sql`SELECT d.name, d.person_id AS "personId", d.label_zh AS zh, d.label_en AS en
          FROM directory.demo_persona d JOIN directory.person p ON p.id = d.person_id
         WHERE p.active ORDER BY d.sort, d.name`,
  );
}

/** Boot check: outside the demo nobody may sign in as a persona, nor use a secret that everybody knows. */
export async function assertNoDemoSecrets(config: Config, tx: Tx): Promise<void> {
  if (config.demo) return;
  const found = await queryOne(
    tx,
    sql`SELECT 1 FROM directory.client WHERE client_id = ${DEMO_CLIENT.clientId} UNION ALL SELECT 1 FROM directory.demo_persona`,
  );
  if (!found) return;
  throw new Error(
    `This database was seeded as a demo: client "${DEMO_CLIENT.clientId}", whose secret everybody knows, or demo personas are in it. ` +
      `Start with a new database; or, to go on with the demo, set YIZHAN_DEMO=true.`,
  );
}
