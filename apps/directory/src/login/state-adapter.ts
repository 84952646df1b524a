import { type Adapter, type AdapterPayload, errors } from './oidc-provider.js';
import { type Database, query, queryOne, sql, type Tx } from '#database';
import type { Vault } from '#vault';
import { refuseTokens } from '../clients/revocation.js';

/** What ids are hashed under. */
export const STATE = 'oidc state';
const NO_EXPIRY_SECONDS = 86_400;
const SWEEP_EVERY_MS = 60_000;
const SWEEP_ROWS = 1_000;

/** The name by which grants are found: whose, and which app's. */
export function holderOf(personId: string, clientId: string): string {
  return `${personId} ${clientId}`;
}

/** Who ends a session waits for what is being written of it; what comes later finds it ended. */
export function lockOf(sessionName: string): ReturnType<typeof sql> {
  return sql`hashtextextended(${`directory session ${sessionName}`}, 0)`;
}

interface Row {
  payload: Buffer;
  consumed: number | null;
}

/**
 * What the issuer remembers (codes, refresh tokens, grants, sessions, interactions) in `directory.oidc_state`. An id is as
 * good as the token itself, so ids are stored as keyed hashes and payloads sealed: a dump of the database opens nothing.
 */
export class StateAdapter implements Adapter {
  private static sweptAt = -Infinity;

  constructor(
    private readonly model: string,
    private readonly database: Database,
    private readonly vault: Vault,
  ) {}

  async upsert(id: string, payload: AdapterPayload, expiresIn = NO_EXPIRY_SECONDS): Promise<void> {
    const session = this.model === 'Session' ? payload.uid : payload.sessionUid;
    if (session === undefined) await this.write(this.database.connection, id, payload, expiresIn);
    else {
      await this.database.transaction(null, async (tx) => {
        const name = this.hash(session);
        await query(tx, sql`SELECT pg_advisory_xact_lock_shared(${lockOf(name)})`);
        const ended = await queryOne(
          tx,
          sql`SELECT 1 FROM directory.published_revocation_v1 WHERE session_hash = ${name} AND client_id IS NULL`,
        );
        if (!ended) await this.write(tx, id, payload, expiresIn);
        else if (this.model !== 'Session') throw new errors.InvalidGrant('the session has ended');
      });
    }
    await this.sweep();
  }

  private async write(tx: Tx, id: string, payload: AdapterPayload, expiresIn: number): Promise<void> {
    const key = this.hash(id);
    const { grantId, sessionUid } = payload;
    const uid = this.model === 'Grant' ? holderOf(payload.accountId!, payload.clientId!) : payload.uid;
    // A used assertion (RFC 7523 §3 jti) is remembered once: of two at the same time one must lose.
    const overwrite = this.model === 'ReplayDetection' ? sql`oidc_state.expires_at <= now()` : sql`TRUE`;
    const written = await query(
      tx,
      sql`INSERT INTO directory.oidc_state (model, id_hash, grant_hash, uid_hash, session_hash, payload, expires_at)
          VALUES (${this.model}, ${key}, ${grantId ? this.hash(grantId) : null}, ${uid ? this.hash(uid) : null},
                  ${sessionUid ? this.hash(sessionUid) : null}, ${this.vault.seal(this.place(key), JSON.stringify(payload))}, now() + make_interval(secs => ${expiresIn}))
          ON CONFLICT (model, id_hash) DO UPDATE SET
            grant_hash = excluded.grant_hash, uid_hash = excluded.uid_hash, session_hash = excluded.session_hash,
            payload = excluded.payload, expires_at = excluded.expires_at
            WHERE ${overwrite}
          RETURNING 1`,
    );
    if (written.length === 0) throw new errors.InvalidClientAuth('client assertion tokens must only be used once');
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    return this.findWhere(sql`id_hash = ${this.hash(id)}`);
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return this.findWhere(sql`uid_hash = ${this.hash(uid)}`);
  }

  /** The device flow is off: there are no user codes. */
  async findByUserCode(): Promise<undefined> {
    return undefined;
  }

  /** Of two that redeem the same code at the same time, one gets `invalid_grant`. */
  async consume(id: string): Promise<void> {
    const consumed = await query(
      this.database.connection,
      sql`WITH used AS (
            UPDATE directory.oidc_state SET consumed_at = now()
             WHERE model = ${this.model} AND id_hash = ${this.hash(id)} AND consumed_at IS NULL RETURNING 1
          ) SELECT * FROM used`,
    );
    if (consumed.length === 0) throw new errors.InvalidGrant('already consumed');
  }

  async destroy(id: string): Promise<void> {
    await query(
      this.database.connection,
      sql`DELETE FROM directory.oidc_state WHERE model = ${this.model} AND id_hash = ${this.hash(id)}`,
    );
  }

  /** What an app was granted in a session is over: its codes, refresh tokens and, within a second, its access tokens. */
  async revokeByGrantId(grantId: string): Promise<void> {
    const gone = await query<{ key: string; payload: Buffer; session: string | null }>(
      this.database.connection,
      sql`WITH gone AS (
            DELETE FROM directory.oidc_state WHERE model = ${this.model} AND grant_hash = ${this.hash(grantId)}
            RETURNING id_hash AS key, payload, session_hash AS session
          ) SELECT * FROM gone`,
    );
    for (const { key, payload, session } of gone) {
      if (session === null) continue;
      const { clientId } = JSON.parse(this.vault.open(this.place(key), payload)) as AdapterPayload;
      await refuseTokens(this.database.connection, { session, clientId });
    }
  }

  private async findWhere(condition: ReturnType<typeof sql>): Promise<AdapterPayload | undefined> {
    const row = await queryOne<Row & { key: string }>(
      this.database.connection,
      sql`SELECT id_hash AS key, payload, extract(epoch FROM consumed_at)::int AS consumed FROM directory.oidc_state
           WHERE model = ${this.model} AND ${condition} AND expires_at > now()`,
    );
    if (!row) return undefined;
    const payload = JSON.parse(this.vault.open(this.place(row.key), row.payload)) as AdapterPayload;
    return row.consumed === null ? payload : { ...payload, consumed: row.consumed };
  }

  private hash(id: string): string {
    return this.vault.digest(STATE, id);
  }

  private place(key: string): string {
    return `directory.oidc_state ${this.model} ${key}`;
  }

  /** Removes expired rows, at most once a minute in a process; with the next write again while there are more. */
  private async sweep(): Promise<void> {
    if (performance.now() - StateAdapter.sweptAt < SWEEP_EVERY_MS) return;
    StateAdapter.sweptAt = performance.now();
    const swept = await query(
      this.database.connection,
      sql`WITH swept AS (
            DELETE FROM directory.oidc_state WHERE (model, id_hash) IN (
              SELECT model, id_hash FROM directory.oidc_state WHERE expires_at < now() LIMIT ${SWEEP_ROWS} FOR UPDATE SKIP LOCKED)
            RETURNING 1
          ) SELECT * FROM swept`,
    );
    if (swept.length === SWEEP_ROWS) StateAdapter.sweptAt = -Infinity;
  }
}
