import { Injectable } from '@nestjs/common';
import {
  calculateJwkThumbprint,
  compactVerify,
  CompactSign,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from 'jose';
import { type Actor, audit } from '#auth';
import { Database, query, queryOne, sql, type Tx } from '#database';
import { CampusClock } from '#time';
import { Vault } from '#vault';
import { CertificateKeyDto, CertificateKeysDto } from './certificates.dto.js';
import { CertificateKeyRotatedTooRecently } from './certificates.problems.js';

const ALGORITHM = 'EdDSA';
/** What the header of a signature calls what it signs (RFC 7515 §4.1.9). */
const TYPE = 'yizhan-certificate+json';
const BETWEEN_ROTATIONS_MS = 60_000;

/**
 * The keys that sign certificates (Ed25519, RFC 8037). One signs. Rotation makes another and throws the private half of the former away;
 * the public halves stay for good, as a certificate is verified years later.
 */
@Injectable()
export class CertificateKeys {
  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
    private readonly clock: CampusClock,
  ) {}

  /** A compact JWS of the content. */
  async sign(content: object): Promise<string> {
    const tx = this.database.connection;
    const { kid, sealed } = (await this.current(tx)) ?? (await this.begin());
    const key = await importJWK(JSON.parse(this.vault.open(placeOf(kid), sealed)) as JWK, ALGORITHM);
    return new CompactSign(Buffer.from(JSON.stringify(content)))
      .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid })
      .sign(key);
  }

  /** What was signed. Throws when it was changed, or signed with a key that is not ours. */
  async verified<T>(tx: Tx, jws: string): Promise<T> {
    const { payload } = await compactVerify(
      jws,
      async ({ kid }) => {
        const row = await queryOne<{ jwk: JWK }>(
          tx,
          sql`SELECT public_jwk AS jwk FROM affairs.certificate_key WHERE kid = ${kid ?? ''}`,
        );
        if (!row) throw new Error(`Certificates were not signed with a key ${kid}`);
        return importJWK(row.jwk, ALGORITHM);
      },
      { algorithms: [ALGORITHM] },
    );
    return JSON.parse(Buffer.from(payload).toString('utf8')) as T;
  }

  /** All public keys there have been, the one that signs first. */
  async list(): Promise<CertificateKeysDto> {
    const rows = await query<{ jwk: JWK }>(
      this.database.connection,
      sql`SELECT public_jwk AS jwk FROM affairs.certificate_key ORDER BY created_at DESC, kid`,
    );
    return CertificateKeysDto.from(rows.map(({ jwk }) => CertificateKeyDto.from(jwk)));
  }

  /** What is signed from now on is signed with another key. */
  async rotate(actor: Actor): Promise<CertificateKeysDto> {
    return this.database.transaction(actor, async (tx) => {
      const now = this.clock.now();
      await this.lock(tx);
      const recent = await queryOne(
        tx,
        sql`SELECT FROM affairs.certificate_key WHERE created_at > ${new Date(now.getTime() - BETWEEN_ROTATIONS_MS)} AND retired_at IS NULL`,
      );
      if (recent) throw new CertificateKeyRotatedTooRecently({ retryAfter: 60 });
      await query(
        tx,
        sql`UPDATE affairs.certificate_key SET retired_at = ${now}, sealed_jwk = NULL WHERE retired_at IS NULL`,
      );
      const { kid } = await this.add(tx, now);
      await audit(tx, actor, {
        action: 'affairs.certificate-key.rotate',
        subject: { kind: 'certificate-key', id: kid },
      });
      const rows = await query<{ jwk: JWK }>(
        tx,
        sql`SELECT public_jwk AS jwk FROM affairs.certificate_key ORDER BY created_at DESC, kid`,
      );
      return CertificateKeysDto.from(rows.map(({ jwk }) => CertificateKeyDto.from(jwk)));
    });
  }

  /** One process at a time; the first one ever makes the key. */
  private async begin(): Promise<SealedKey> {
    return this.database.transaction(null, async (tx) => {
      await this.lock(tx);
      return (await this.current(tx)) ?? this.add(tx, this.clock.now());
    });
  }

  private async lock(tx: Tx): Promise<void> {
    await query(tx, sql`LOCK TABLE affairs.certificate_key IN SHARE ROW EXCLUSIVE MODE`);
  }

  private current(tx: Tx): Promise<SealedKey | undefined> {
    return queryOne<SealedKey>(
      tx,
      sql`SELECT kid, sealed_jwk AS sealed FROM affairs.certificate_key WHERE retired_at IS NULL`,
    );
  }

  private async add(tx: Tx, now: Date): Promise<SealedKey> {
    const { publicKey, privateKey } = await generateKeyPair(ALGORITHM, { crv: 'Ed25519', extractable: true });
    const jwk = await exportJWK(publicKey);
    const kid = await calculateJwkThumbprint(jwk);
    const known: JWK = { ...jwk, kid, alg: ALGORITHM, use: 'sig' };
    const sealed = this.vault.seal(placeOf(kid), JSON.stringify(await exportJWK(privateKey)));
    await query(
      tx,
      sql`INSERT INTO affairs.certificate_key (kid, public_jwk, sealed_jwk, created_at) VALUES (${kid}, ${JSON.stringify(known)}::jsonb, ${sealed}, ${now})`,
    );
    return { kid, sealed };
  }
}

interface SealedKey {
  kid: string;
  sealed: Buffer;
}

function placeOf(kid: string): string {
  return `affairs.certificate_key ${kid}`;
}
