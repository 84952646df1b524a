import { type Database, query, sql } from '#database';

const FRESH_MS = 10_000;

export interface AppLimit {
  requests: number | null;
  bulk: number | null;
}

interface Row extends AppLimit {
  app: string;
}

/** The limits that apps were given, at most ten seconds older than the last request. No request waits for them, or fails without them. */
export class AppLimits {
  private known = new Map<string, AppLimit>();
  private askedAt = -Infinity;

  constructor(private readonly database: Database) {}

  of(app: string): AppLimit | undefined {
    if (performance.now() - this.askedAt > FRESH_MS) {
      this.askedAt = performance.now();
      void this.load().catch(() => undefined);
    }
    return this.known.get(app);
  }

  private async load(): Promise<void> {
    const rows = await query<Row>(
      this.database.connection,
      sql`SELECT client_id AS app, requests_per_minute AS requests, bulk_requests_per_minute AS bulk
            FROM directory.published_client_limit_v1`,
    );
    this.known = new Map(rows.map((row) => [row.app, row]));
  }
}
