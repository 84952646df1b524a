import { Injectable } from '@nestjs/common';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { type Actor, audit } from '#auth';
import { Database, newId, query, queryOne, sql, type Tx } from '#database';
import { Vault } from '#vault';
import { RotatedTooRecently } from './login.problems.js';
import { type SigningKeyDto, SigningKeysDto } from './signing-keys.dto.js';

/** A retired key is published until no token it signed is alive: ten minutes and the skews. */
const PUBLISHED_AFTER_RETIREMENT = sql`interval '15 minutes'`;
/** Verifiers keep the published keys for ten minutes at most; by then everybody knows the next one. */
const BETWEEN_ROTATIONS = sql`interval '10 minutes'`;

const STATE = sql`CASE WHEN activated_at IS NULL THEN 'next' WHEN retired_at IS NULL THEN 'current' ELSE 'previous' END`;

interface SealedKey {
  kid: string;
  sealed: Buffer;
}

/**
 * The keys that sign tokens (ES256). Always two: `current` signs, `next` is only published, so that every verifier knows it
 * long before it signs. Rotation makes next current and a new next; the previous one is published until its tokens end.
 */
@Injectable()
export class SigningKeysService {
  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
  ) {}

  /** Private JWKs, current first, then next, then previous. Makes the first two when there are none. */
  async published(): Promise<JWK[]> {
    const keys = await this.load(this.database.connection);
    return keys.length > 0 ? keys : this.database.transaction(null, (tx) => this.begin(tx));
  }

  async list(_actor: Actor): Promise<SigningKeysDto> {
    return listed(this.database.connection);
  }

  /** Every process signs with the new key within ten seconds. */
  async rotate(actor: Actor): Promise<SigningKeysDto> {
    return this.database.transaction(actor, async (tx) => {
      await this.begin(tx);
      const recent = await queryOne(
        tx,
        sql`SELECT 1 FROM directory.signing_key WHERE retired_at > now() - ${BETWEEN_ROTATIONS}`,
      );
      if (recent) throw new RotatedTooRecently();
      await query(tx, sql`DELETE FROM directory.signing_key WHERE retired_at < now() - ${PUBLISHED_AFTER_RETIREMENT}`);
      await query(
        tx,
        sql`UPDATE directory.signing_key SET retired_at = now() WHERE activated_at IS NOT NULL AND retired_at IS NULL`,
      );
      await query(tx, sql`UPDATE directory.signing_key SET activated_at = now() WHERE activated_at IS NULL`);
      await this.add(tx, sql`NULL`);
      await audit(tx, actor, { action: 'directory.signing-key.rotated', subject: { kind: 'signing-keys', id: 'all' } });
      return listed(tx);
    });
  }

  /** One process at a time; the first one ever makes the keys. */
  private async begin(tx: Tx): Promise<JWK[]> {
    await query(tx, sql`LOCK TABLE directory.signing_key IN SHARE ROW EXCLUSIVE MODE`);
    const keys = await this.load(tx);
    if (keys.length > 0) return keys;
    await this.add(tx, sql`now()`);
    await this.add(tx, sql`NULL`);
    return this.load(tx);
  }

  private async add(tx: Tx, activatedAt: ReturnType<typeof sql>): Promise<void> {
    const kid = newId();
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const jwk: JWK = { ...(await exportJWK(privateKey)), kid, alg: 'ES256', use: 'sig' };
    await query(
      tx,
      sql`INSERT INTO directory.signing_key (kid, sealed_jwk, activated_at)
          VALUES (${kid}, ${this.vault.seal(placeOf(kid), JSON.stringify(jwk))}, ${activatedAt})`,
    );
  }

  private async load(tx: Tx): Promise<JWK[]> {
    const rows = await query<SealedKey>(
      tx,
      sql`SELECT kid, sealed_jwk AS sealed FROM directory.signing_key
           WHERE retired_at IS NULL OR retired_at > now() - ${PUBLISHED_AFTER_RETIREMENT}
           ORDER BY ${STATE} = 'current' DESC, ${STATE} = 'next' DESC, retired_at DESC`,
    );
    return rows.map(({ kid, sealed }) => JSON.parse(this.vault.open(placeOf(kid), sealed)) as JWK);
  }
}

function placeOf(kid: string): string {
  return `directory.signing_key ${kid}`;
}

async function listed(tx: Tx): Promise<SigningKeysDto> {
  const keys = await query<SigningKeyDto>(
    tx,
    sql`SELECT kid, ${STATE} AS state, created_at AS "createdAt" FROM directory.signing_key ORDER BY created_at DESC, kid DESC`,
  );
  return SigningKeysDto.from(keys);
}
