import pg from 'pg';
import { tlsOf } from './tls.js';
import { CONNECT_MS, STATEMENT_MS, type ViewCells, type ViewConnection, type ViewTarget } from './view-connection.js';

const BOOLEAN = 16;

/** Every value as PostgreSQL writes it: a date has no time of day, and a long number keeps its digits. */
const AS_TEXT = {
  getTypeParser: (oid: number) => (text: string) => (oid === BOOLEAN ? String(text === 't') : text),
} as unknown as pg.CustomTypesConfig;

/** Opens a view of PostgreSQL. */
export async function openPostgresql({ pull, password, address, timeZone }: ViewTarget): Promise<ViewConnection> {
  const client = new pg.Client({
    ...{ host: address, port: pull.port, database: pull.name, user: pull.user, password },
    ssl: pull.tls ? tlsOf(pull) : false,
    ...{ types: AS_TEXT, connectionTimeoutMillis: CONNECT_MS, query_timeout: STATEMENT_MS + CONNECT_MS },
    application_name: 'yizhan',
  });
  // A connection that is lost fails the query that waits; without a listener it would end the process.
  client.on('error', () => undefined);
  const id = (name: string): string => client.escapeIdentifier(name);
  const from = pull.view.split('.').map(id).join('.');
  // Names cannot be bound: they are quoted, and everything else is bound.
  const ask = (text: string, values: string[] = []): Promise<pg.QueryArrayResult<ViewCells>> =>
    client.query<ViewCells>({ text, values, rowMode: 'array' });
  try {
    await client.connect();
    await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await client.query(
      `SELECT set_config('statement_timeout', $1, TRUE), set_config('DateStyle', 'ISO, YMD', TRUE), set_config('TimeZone', $2, TRUE)`,
      [String(STATEMENT_MS), timeZone],
    );
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  return {
    columns: async () => (await ask(`SELECT * FROM ${from} LIMIT 0`)).fields.map(({ name }) => name),
    count: async () => Number((await ask(`SELECT count(*) FROM ${from}`)).rows[0]![0]),
    async page(columns, after, limit) {
      const where = after === undefined ? '' : `WHERE ${id(pull.key)} > $1`;
      const { rows } = await ask(
        `SELECT ${[...columns, pull.key].map(id).join(', ')} FROM ${from} ${where} ORDER BY ${id(pull.key)} LIMIT ${limit}`,
        after === undefined ? [] : [after],
      );
      return rows;
    },
    close: () => client.end().catch(() => undefined),
  };
}
