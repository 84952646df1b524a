import type { Claims } from './token-verifier.js';
import { type Database, query, sql } from '#database';

const FRESH_MS = 1_000;

interface Revocation {
  client_id: string | null;
  person_id: string | null;
  session_hash: string | null;
  token_id: string | null;
  /** Tokens issued before it are no longer good; seconds since the epoch. */
  not_before: number;
}

/** What was revoked lately, at most a second old. Fails closed: without the database nobody is let in. */
export class Revocations {
  private loadedAt = -Infinity;
  private loading: Promise<void> | undefined;
  private byHolder = new Map<string, number>();

  constructor(private readonly database: Database) {}

  async isRevoked({ clientId, personId, sessionId, tokenId, issuedAt }: Claims): Promise<boolean> {
    if (performance.now() - this.loadedAt > FRESH_MS) {
      this.loading ??= this.load().finally(() => (this.loading = undefined));
      await this.loading;
    }
    const notBefore = Math.max(
      this.byHolder.get(`client ${clientId}`) ?? 0,
      this.byHolder.get(`token ${tokenId}`) ?? 0,
      this.byHolder.get(`person ${personId}`) ?? 0,
      this.byHolder.get(`client ${clientId} person ${personId}`) ?? 0,
      this.byHolder.get(`session ${sessionId}`) ?? 0,
      this.byHolder.get(`client ${clientId} session ${sessionId}`) ?? 0,
    );
    return issuedAt < notBefore;
  }

  private async load(): Promise<void> {
    const startedAt = performance.now();
    const rows = await query<Revocation>(
      this.database.connection,
      sql`SELECT client_id, person_id, session_hash, token_id, extract(epoch FROM not_before)::float8 AS not_before FROM directory.published_revocation_v1`,
    );
    const byHolder = new Map<string, number>();
    for (const row of rows) {
      const holder = holderOf(row);
      byHolder.set(holder, Math.max(byHolder.get(holder) ?? 0, row.not_before));
    }
    this.byHolder = byHolder;
    this.loadedAt = startedAt;
  }
}

/** Whose tokens are refused: one token's, a client's, a person's, a session's, or what a client has of one of the last two. */
function holderOf({ client_id, person_id, session_hash, token_id }: Revocation): string {
  const parts = { client: client_id, person: person_id, session: session_hash, token: token_id };
  return Object.entries(parts)
    .filter(([, id]) => id !== null)
    .map(([kind, id]) => `${kind} ${id}`)
    .join(' ');
}
