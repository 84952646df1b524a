import pg from 'pg';

/** Statements that a connection keeps prepared: PostgreSQL holds some 50 kB for each. */
const MOST_PREPARED = 150;
/** Texts that a connection remembers to have sent once. */
const MOST_SENT = 500;
/** A pooler between us and PostgreSQL has forgotten the statement; a migration has changed what it returns. */
const FORGOTTEN = new Set(['26000', '0A000']);

/** What the driver keeps of it; else it would never forget a name. */
interface Driver {
  connection: { parsedStatements: Record<string, string> };
}

type Send = (query: unknown, values?: unknown, callback?: unknown) => Promise<pg.QueryResult>;

/**
 * A connection that prepares a statement with values when its text comes for the second time: it is parsed once, and planned once where
 * PostgreSQL finds that values make no difference (`plan_cache_mode = auto`). What was not asked longest makes room. A text should
 * therefore be the same from call to call: `= ANY($1)` rather than a list of placeholders.
 *
 * Statements belong to the connection: a pooler that lends it out by transaction must know of them (PgBouncer ≥ 1.21 with
 * `max_prepared_statements` above ours).
 */
export class PreparingClient extends pg.Client {
  /** Names by text, in the order of use. */
  private readonly names = new Map<string, string>();
  private readonly sentOnce = new Set<string>();
  private count = 0;

  constructor(config?: pg.ClientConfig) {
    super(config);
    const send = this.query.bind(this) as Send;
    const prepared = (query: unknown, values?: unknown, callback?: unknown): Promise<pg.QueryResult> => {
      if (typeof query !== 'string' || !Array.isArray(values) || values.length === 0 || callback !== undefined)
        return send(query, values, callback);
      const name = this.nameOf(query, send);
      if (name === undefined) return send(query, values);
      return send({ name, text: query, values }).catch((error: { code?: string }) => {
        if (FORGOTTEN.has(error.code ?? '')) this.names.delete(query);
        throw error;
      });
    };
    this.query = prepared as typeof this.query;
  }

  private nameOf(text: string, send: Send): string | undefined {
    const known = this.names.get(text);
    if (known !== undefined) {
      this.names.delete(text);
      this.names.set(text, known);
      return known;
    }
    if (!this.sentOnce.delete(text)) {
      if (this.sentOnce.size >= MOST_SENT) this.sentOnce.clear();
      this.sentOnce.add(text);
      return undefined;
    }
    if (this.names.size >= MOST_PREPARED) this.drop(send);
    const name = `s${++this.count}`;
    this.names.set(text, name);
    return name;
  }

  private drop(send: Send): void {
    const [text, name] = this.names.entries().next().value!;
    this.names.delete(text);
    delete (this as unknown as Driver).connection.parsedStatements[name];
    // It fails only in a transaction that has failed, in which nothing more is asked.
    send(`DEALLOCATE ${name}`).catch(() => undefined);
  }
}
