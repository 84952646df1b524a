import pg from 'pg';

/** Time is counted in looks, so that time in which this process itself stood still blames nobody. */
const LOOK_MS = 500;
/** After so many looks without a byte PostgreSQL is asked whether it answers at all, */
const SUSPECT = 3;
/** and when it has not answered after so many more, */
const UNANSWERED = 4;
/** the connections are thrown away that have been silent for so many: of requests, and of work that nobody waits for (60 s). */
const PATIENCE = 4;
const PATIENCE_OF_WORK = 120;
/** A question may itself be lost on its way: it is asked again after so many looks. */
const ASK_AGAIN = 10;

/** Thrown by the statements of a connection that was thrown away. What has become of a transaction that was being committed is unknown. */
export class DatabaseSilent extends Error {
  /** SQLSTATE connection_failure. */
  readonly code = '08006';

  constructor() {
    super('PostgreSQL does not answer');
  }
}

interface Held {
  bytes: number;
  silent: number;
  patience: number;
}

/**
 * Throws away the connections of a pool that wait for a PostgreSQL which answers nobody (frozen, or out of reach without a word), so that
 * requests are answered within 5 s. A statement that only takes long is left alone: then PostgreSQL lets another connection in.
 */
export class SilenceWatch {
  private readonly held = new Map<pg.PoolClient, Held>();
  private readonly timer = setInterval(() => this.look(), LOOK_MS).unref();
  private question: { client: pg.Client; looks: number } | undefined;
  private silent = false;

  constructor(
    pool: pg.Pool,
    private readonly url: string,
  ) {
    pool.on('acquire', (client) => this.held.set(client, { bytes: bytesOf(client), silent: 0, patience: PATIENCE }));
    pool.on('release', (_error, client) => this.held.delete(client));
    pool.on('remove', (client) => this.held.delete(client));
  }

  /** Nobody waits for the work of this connection, until it is given back. */
  beLenient(client: pg.PoolClient): void {
    const held = this.held.get(client);
    if (held) held.patience = PATIENCE_OF_WORK;
  }

  close(): void {
    clearInterval(this.timer);
    this.drop();
  }

  private look(): void {
    let longest = 0;
    for (const [client, held] of this.held) {
      const bytes = bytesOf(client);
      held.silent = bytes === held.bytes ? held.silent + 1 : 0;
      held.bytes = bytes;
      longest = Math.max(longest, held.silent);
    }
    if (this.question) {
      this.question.looks++;
      if (this.question.looks >= UNANSWERED) this.silent = true;
      if (this.question.looks >= ASK_AGAIN) this.ask();
    } else if (longest >= SUSPECT) this.ask();
    // What has arrived by now is read first.
    if (this.silent) setImmediate(() => this.throwAway());
  }

  private throwAway(): void {
    if (!this.silent) return;
    for (const [client, { bytes, silent, patience }] of this.held)
      if (silent >= patience && bytesOf(client) === bytes) streamOf(client).destroy(new DatabaseSilent());
  }

  /** Whatever PostgreSQL or its machine says to a new connection, even no, is an answer. */
  private ask(): void {
    this.drop();
    const client = new pg.Client({ connectionString: this.url, application_name: 'yizhan-watch' });
    const question = (this.question = { client, looks: 0 });
    const answered = (): void => {
      if (this.question !== question) return;
      this.silent = false;
      this.drop();
    };
    client.on('error', answered);
    client.connect().then(answered, answered);
  }

  private drop(): void {
    const client = this.question?.client;
    this.question = undefined;
    if (client) streamOf(client).destroy();
  }
}

interface Stream {
  bytesRead: number;
  destroy(error?: Error): void;
}

function streamOf(client: pg.ClientBase): Stream {
  return (client as unknown as { connection: { stream: Stream } }).connection.stream;
}

function bytesOf(client: pg.ClientBase): number {
  return streamOf(client).bytesRead;
}
