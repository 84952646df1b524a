import { connect } from 'node:net';
import mysql, { type FieldPacket, type RowDataPacket } from 'mysql2/promise';
import { instantOf } from '#time';
import { tlsOf } from './tls.js';
import { CONNECT_MS, STATEMENT_MS, type ViewCells, type ViewConnection, type ViewTarget } from './view-connection.js';

/** Numbers of the protocol's types: text that is compared with one of these would be compared as a floating-point number. */
const NUMERIC = new Set([0, 1, 2, 3, 4, 5, 8, 9, 246]);
const ZERO_DATE = /^0000-00-00/;

/** Opens a view of MySQL or MariaDB. */
export async function openMysql({ pull, password, address, timeZone }: ViewTarget): Promise<ViewConnection> {
  const connection = await mysql.createConnection({
    ...{ host: pull.host, port: pull.port, database: pull.name, user: pull.user, password },
    // mysql2 names the host to TLS only where it is no address; of an address TLS asks the socket, and would compare with "localhost" without.
    stream: () => Object.assign(connect(pull.port, address), { _host: pull.host }),
    ...(pull.tls && { ssl: { ...tlsOf(pull), verifyIdentity: true } as object }),
    ...{ charset: 'utf8mb4', connectTimeout: CONNECT_MS, flags: ['-LOCAL_FILES'], rowsAsArray: true },
    // Every value as MySQL writes it. A date of zeros is none.
    typeCast: (field) => {
      const text = field.string();
      return text !== null && ZERO_DATE.test(text) && /^(?:DATE|TIMESTAMP)/.test(field.type) ? '' : text;
    },
  });
  // A connection that is lost fails the query that waits; without a listener it would end the process.
  connection.on('error', () => undefined);
  const id = (name: string): string => mysql.escapeId(name, true);
  const from = pull.view.split('.').map(id).join('.');
  const run = async (sql: string, values: string[] = []): Promise<{ rows: ViewCells[]; fields: FieldPacket[] }> => {
    const [rows, fields] = await connection.query<RowDataPacket[]>({ sql, values, timeout: STATEMENT_MS + CONNECT_MS });
    return { rows: rows as unknown as ViewCells[], fields };
  };
  const close = (): Promise<void> => {
    connection.destroy();
    return Promise.resolve();
  };
  try {
    const [[version]] = (await run('SELECT version()')).rows as [[string]];
    await connection.query(
      version.includes('MariaDB')
        ? `SET SESSION max_statement_time = ${STATEMENT_MS / 1000}`
        : `SET SESSION max_execution_time = ${STATEMENT_MS}`,
    );
    await connection.query('SET time_zone = ?', [offsetOf(timeZone)]);
    await connection.query('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    await connection.query('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
  } catch (error) {
    await close();
    throw error;
  }
  let numeric = false;
  return {
    columns: async () => (await run(`SELECT * FROM ${from} LIMIT 0`)).fields.map(({ name }) => name),
    count: async () => Number((await run(`SELECT count(*) FROM ${from}`)).rows[0]![0]),
    async page(columns, after, limit) {
      const where =
        after === undefined ? '' : `WHERE ${id(pull.key)} > ${numeric ? 'CAST(? AS DECIMAL(65, 10))' : '?'}`;
      const { rows, fields } = await run(
        `SELECT ${[...columns, pull.key].map(id).join(', ')} FROM ${from} ${where} ORDER BY ${id(pull.key)} LIMIT ${limit}`,
        after === undefined ? [] : [after],
      );
      numeric = NUMERIC.has(fields.at(-1)!.columnType ?? fields.at(-1)!.type ?? -1);
      return rows;
    },
    close,
  };
}

/** MySQL seldom knows the names of time zones. */
function offsetOf(timeZone: string): string {
  const minutes = (Date.UTC(2000, 0, 1) - instantOf('2000-01-01', '00:00', timeZone).getTime()) / 60_000;
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${minutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`;
}
