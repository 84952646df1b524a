import { chmodSync, chownSync, copyFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { type LocalPostgres, startPostgres } from '../../../tools/local/postgres.js';
import { Certificates } from './certificates.js';
import { ConnectorKit, ROOT } from './connector-kit.js';
import { HAS_MARIADB, MariaDb } from './mariadb.js';

const REFUSED = 'TLS 连接不可信或不受支持';

describe('views that are read by TLS', () => {
  const certificates = new Certificates();
  let kit: ConnectorKit;
  let ca: string;
  let other: string;
  beforeAll(async () => {
    ca = certificates.authority('school');
    other = certificates.authority('other');
    kit = await ConnectorKit.start({ connectorTargets: ['127.0.0.0/8'] });
  });
  afterAll(async () => {
    await kit?.stop();
    rmSync(certificates.folder, { recursive: true, force: true });
  });

  /** What a proposal from the view says: how many columns it has, or why it cannot be read. */
  const proposed = async (id: string, view: object): Promise<unknown> => {
    const set = await kit.it.put(`${ROOT}/${id}/view`, view).set('If-Match', await kit.versionOf(id));
    expect([set.status, set.status === 200 ? '' : set.text]).toEqual([200, '']);
    const { status, body } = await kit.it.post(`${ROOT}/${id}/view/proposals`);
    if (status !== 200) return (body as { errors: { detail: string }[] }).errors[0]!.detail;
    return (body as { rows: object[] }).rows.length;
  };

  describe('from PostgreSQL', () => {
    let server: LocalPostgres;
    let admin: pg.Client;
    let id: string;
    const where = (more: object): object => ({
      ...{ database: 'postgresql', host: '127.0.0.1', port: server.port, name: 'postgres', user: 'postgres' },
      ...{
        password: new URL(server.url).password,
        view: 'student',
        key: 'XH',
        tls: true,
        ca,
        at: null,
        jitterMinutes: 0,
        ...more,
      },
    });
    /** From now on the server has this certificate. */
    const serve = async (names: string): Promise<void> => {
      const { cert, key } = certificates.server('school', names);
      const folder = (await admin.query<{ data_directory: string }>('SHOW data_directory')).rows[0]!.data_directory;
      const { uid, gid } = statSync(folder);
      for (const [from, to] of [
        [cert, 'tls.pem'],
        [key, 'tls.key'],
      ] as const) {
        copyFileSync(from, join(folder, to));
        chmodSync(join(folder, to), 0o600);
        chownSync(join(folder, to), uid, gid);
      }
      for (const [name, value] of Object.entries({ ssl_cert_file: 'tls.pem', ssl_key_file: 'tls.key', ssl: 'on' }))
        await admin.query(`ALTER SYSTEM SET ${name} = '${value}'`);
      await admin.query('SELECT pg_reload_conf()');
      // The setting is the server's before its next connection is.
      for (let n = 0; n < 100 && (await admin.query<{ ssl: string }>('SHOW ssl')).rows[0]!.ssl !== 'on'; n++);
    };
    beforeAll(async () => {
      server = await startPostgres({ dataDir: join(certificates.folder, 'pg/data'), persistent: false, fast: true });
      admin = new pg.Client({ connectionString: server.url });
      await admin.connect();
      await admin.query(
        `CREATE TABLE student ("XH" text, "XM" text); INSERT INTO student VALUES ('1', '赵一'), ('2', '钱二');`,
      );
      ({ id } = await kit.make('tls-postgresql'));
    }, 120_000);
    afterAll(async () => {
      await admin?.end();
      await server?.stop();
    });

    it('are read where the authority vouches for the host, by its address or its name, and nowhere else', async () => {
      await serve('IP:127.0.0.1');
      expect(await proposed(id, where({}))).toBe(2);
      for (const more of [{ ca: other }, { ca: null }, { host: 'localhost' }])
        expect([more, await proposed(id, where(more))]).toEqual([more, REFUSED]);
      await serve('DNS:localhost');
      await eventuallyServed(() => proposed(id, where({ host: 'localhost' })), 2);
      expect(await proposed(id, where({}))).toBe(REFUSED);
    });
  });

  (HAS_MARIADB ? describe : describe.skip)('from MariaDB', () => {
    const at = (port: number, more: object): object => ({
      ...{ database: 'mysql', host: '127.0.0.1', port, name: 'sis', user: 'reader', password: 'r3ad' },
      ...{ view: 'student', key: 'XH', tls: true, ca, at: null, jitterMinutes: 0, ...more },
    });
    it.each([
      ['IP:127.0.0.1', '127.0.0.1', 'localhost'],
      ['DNS:localhost', 'localhost', '127.0.0.1'],
    ])(
      'are read where the certificate is for the host (%s)',
      async (names, right, wrong) => {
        const { cert, key } = certificates.server('school', names);
        const server = await MariaDb.start([`--ssl-cert=${cert}`, `--ssl-key=${key}`]);
        try {
          await server.write(
            'CREATE TABLE student (XH CHAR(15) PRIMARY KEY, XM VARCHAR(20))',
            `INSERT INTO student VALUES ('1', '赵一'), ('2', '钱二')`,
          );
          const { id } = await kit.make(`tls-${right.replace(/\W/g, '-')}`.replace('127-0-0-1', 'address'));
          expect(await proposed(id, at(server.port, { host: right }))).toBe(2);
          for (const more of [{ host: right, ca: other }, { host: right, ca: null }, { host: wrong }])
            expect([more, await proposed(id, at(server.port, more))]).toEqual([more, REFUSED]);
        } finally {
          await server.stop();
        }
      },
      60_000,
    );
  });
});

/** A server takes its new certificate when it next looks at its settings. */
async function eventuallyServed(ask: () => Promise<unknown>, answer: unknown): Promise<void> {
  let last: unknown;
  for (let n = 0; n < 20; n++) if ((last = await ask()) === answer) return;
  expect(last).toEqual(answer);
}
