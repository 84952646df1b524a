import pg from 'pg';

/** Statements that a connection keeps prepared: PostgreSQL holds some 50 kB for each. */
const MOST_PREPARED = 150;
/** Texts that a connection remembers to have sent once. */
const MOST_SENT = 500;
/** A pooler between us and PostgreSQL has forgotten the statement; a migration has changed what it returns. */
const FORGOTTEN = new Set(['26000', '0A000']);

/** What the driver keeps to itself. */
interface Driver {
  /** It sends a statement without waiting for the answer to the one before (pg 8.23); COPY cannot be among such. */
  pipeline: boolean;
  readyForQuery: boolean;
  connection: {
    parsedStatements: Record<string, string>;
    stream: { cork(): void; uncork(): void };
    close(what: { type: 'S'; name: string }): void;
  };
}

type Send = (query: unknown, values?: unknown, callback?: unknown) => Promise<pg.QueryResult>;

const NOTHING_DONE = { command: '', rowCount: null, oid: 0, rows: [], fields: [] } as pg.QueryResult;
const SQLSTATE = /^[0-9A-Z]{5}$/;
const IN_FAILED_TRANSACTION = '25P02';
const NO_SUCH_STATEMENT = '26000';
const ROLLED_BACK = Object.assign(new Error('The transaction had failed: it was rolled back'), {
  code: IN_FAILED_TRANSACTION,
});

/**
 * The one kind of connection of the house.
 *
 * It prepares a statement with values when its text comes for the second time: it is parsed once, and planned once where PostgreSQL finds
 * that values make no difference (`plan_cache_mode = auto`). What was not asked longest makes room. A text should therefore be the same
 * from call to call: `= ANY($1)` rather than a list of placeholders. Statements belong to the connection: a pooler that lends it out by
 * transaction must know of them (PgBouncer ≥ 1.21 with `max_prepared_statements` above ours).
 *
 * It waits for answers only where somebody does: what is sent in one go travels together, a transaction begins with its first statement,
 * and `later` ends with it (docs/adr/0016).
 */
export class HouseClient extends pg.Client {
  /** Names by text, in the order of use. */
  private readonly names = new Map<string, string>();
  private readonly sentOnce = new Set<string>();
  private count = 0;
  private corked = false;
  /** Of a transaction of which nothing was sent yet: the statement that begins it. */
  private beginning: string | undefined;
  /** The failure of a statement that nobody has waited for. */
  private unseen: Error | undefined;
  private readonly send: Send;

  constructor(config?: pg.ClientConfig) {
    super(config);
    this.send = this.query.bind(this) as Send;
    this.query = ((...given: Parameters<Send>) => this.ask(...given)) as typeof this.query;
    // Its statements tell of a lost connection, and the pool throws it away: an 'error' that nobody hears would end the process.
    this.on('error', () => undefined);
  }

  /** Sends a statement that nobody need wait for. Its failure is that of whatever comes next in the transaction, at the latest of the COMMIT. */
  async later(text: string, values?: unknown[]): Promise<pg.QueryResult> {
    try {
      return await this.ask(text, values);
    } catch (error) {
      this.unseen ??= error as Error;
      // Of what the driver itself refused, a value that cannot be sent, PostgreSQL knows nothing: the transaction must fail all the same.
      if (!SQLSTATE.test((error as { code?: string }).code ?? '')) this.send('SELECT 1 / 0').catch(() => undefined);
      return NOTHING_DONE;
    }
  }

  private ask(query: unknown, values?: unknown, callback?: unknown): Promise<pg.QueryResult> {
    if (typeof query !== 'string' || callback !== undefined) return this.askAlone(query, values, callback);
    this.driver.pipeline ||= this.driver.readyForQuery;
    if (query.startsWith('START TRANSACTION')) {
      this.beginning = query;
      this.unseen = undefined;
      return Promise.resolve(NOTHING_DONE);
    }
    const ends = query === 'COMMIT' || query === 'ROLLBACK';
    const { beginning } = this;
    this.beginning = undefined;
    if (beginning !== undefined && ends) return Promise.resolve(NOTHING_DONE);
    this.gather();
    const begun = beginning === undefined ? undefined : this.send(beginning);
    const answer = this.sendPrepared(query, values).then(
      // PostgreSQL answers the COMMIT of a transaction that has failed with ROLLBACK, and no error.
      (result) => {
        if (query === 'COMMIT' && result.command === 'ROLLBACK') return this.failed(ROLLED_BACK);
        // What failed there was undone, and is no failure of what follows.
        if (query.startsWith('ROLLBACK TO')) this.unseen = undefined;
        return result;
      },
      (error: Error & { code?: string }) => this.failed(error),
    );
    return begun ? Promise.all([answer, begun]).then(([result]) => result) : answer;
  }

  /** What is no text, as a COPY is, goes by itself. See `copyConnection`. */
  private askAlone(query: unknown, values: unknown, callback: unknown): Promise<pg.QueryResult> {
    const { driver } = this;
    if (this.beginning !== undefined || !driver.readyForQuery)
      throw new Error('Something is under way on this connection: take it from copyConnection(tx)');
    driver.pipeline = false;
    return this.send(query, values, callback);
  }

  /** What is sent until this turn of the event loop ends goes to the network at once. */
  private gather(): void {
    if (this.corked) return;
    const { stream } = this.driver.connection;
    this.corked = true;
    stream.cork();
    process.nextTick(() => {
      this.corked = false;
      stream.uncork();
    });
  }

  /** Throws the failure; or, where the transaction had failed before, the one that nobody has seen, once. */
  private async failed(error: Error & { code?: string }): Promise<never> {
    // A statement that was to be parsed in a failed transaction is not there for the next one either.
    if (error.code !== IN_FAILED_TRANSACTION && error.code !== NO_SUCH_STATEMENT) throw error;
    // Both may have come in the same packet.
    await new Promise((resolve) => setImmediate(resolve));
    const { unseen = error } = this;
    this.unseen = undefined;
    throw unseen;
  }

  private sendPrepared(text: string, values: unknown): Promise<pg.QueryResult> {
    if (!Array.isArray(values) || values.length === 0) return this.send(text, values);
    const name = this.nameOf(text);
    if (name === undefined) return this.send(text, values);
    return this.send({ name, text, values }).catch((error: { code?: string }) => {
      const { parsedStatements } = this.driver.connection;
      if (FORGOTTEN.has(error.code ?? '') || parsedStatements[name] === undefined) this.names.delete(text);
      throw error;
    });
  }

  private nameOf(text: string): string | undefined {
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
    // Not into the midst of a COPY.
    if (this.names.size >= MOST_PREPARED && this.driver.pipeline) this.drop();
    const name = `s${++this.count}`;
    this.names.set(text, name);
    return name;
  }

  private drop(): void {
    const [text, name] = this.names.entries().next().value!;
    this.names.delete(text);
    const { connection } = this.driver;
    delete connection.parsedStatements[name];
    // Unlike DEALLOCATE: to close what is not there is no error, in a transaction that has failed neither.
    connection.close({ type: 'S', name });
  }

  private get driver(): Driver {
    return this as unknown as Driver;
  }
}
