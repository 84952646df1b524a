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
  const run = async (text: string, values: string[] = []): Promise<ViewCells[]> =>
    (await client.query<ViewCells>({ text, values, rowMode: 'array' })).rows;
  try {
    await client.connect();
    await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await client.query(`SET LOCAL statement_timeout = ${STATEMENT_MS}`);
    await client.query(`SET LOCAL DateStyle = 'ISO, YMD'`);
    await client.query(`SET LOCAL timezone = ${client.escapeLiteral(timeZone)}`);
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  return {
    async columns() {
      const { fields } = await client.query(`SELECT * FROM ${from} LIMIT 0`);
      return fields.map(({ name }) => name);
    },
    count: async () => Number((await run(`SELECT count(*) FROM ${from}`))[0]![0]),
    page: (columns, after, limit) =>
      run(
        `SELECT ${[...columns, pull.key].map(id).join(', ')} FROM ${from} ${after === undefined ? '' : `WHERE ${id(pull.key)} > $1`}
          ORDER BY ${id(pull.key)} LIMIT ${limit}`,
        after === undefined ? [] : [after],
      ),
    close: () => client.end().catch(() => undefined),
  };
}
