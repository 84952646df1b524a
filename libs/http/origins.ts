import { type Database, query, sql } from '#database';

const FRESH_MS = 10_000;

/** The origins of the apps' pages in browsers, at most ten seconds old; while the database is away those known last, asked again every ten seconds. */
export class Origins {
  private known = new Set<string>();
  private loadedAt = -Infinity;
  private loading: Promise<unknown> | undefined;

  constructor(private readonly database: Database) {}

  /** Is it exactly an origin of a client that is active? */
  async include(origin: string): Promise<boolean> {
    if (performance.now() - this.loadedAt > FRESH_MS) {
      this.loading ??= this.load()
        .catch(() => (this.loadedAt = performance.now()))
        .finally(() => (this.loading = undefined));
      await this.loading;
    }
    return this.known.has(origin);
  }

  private async load(): Promise<void> {
    const startedAt = performance.now();
    const rows = await query<{ origin: string }>(
      this.database.connection,
      sql`SELECT origin FROM directory.published_client_origin_v1`,
    );
    this.known = new Set(rows.map(({ origin }) => origin));
    this.loadedAt = startedAt;
  }
}
