import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import mysql from 'mysql2/promise';
import { eventually } from '#testing';
import { freePort } from './connector-kit.js';

/** Debian's mariadb-server-core; elsewhere: `MARIADBD=…/usr/sbin/mariadbd`. */
const BINARY = process.env['MARIADBD'] ?? '/usr/sbin/mariadbd';
const SHARE = join(dirname(dirname(BINARY)), 'share/mysql');

export const HAS_MARIADB = existsSync(BINARY);

/** A MariaDB of its own, on the loopback interface, whose database `sis` is in GBK. */
export class MariaDb {
  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly child: ChildProcess,
  ) {}

  /** `settings`: further options of the server. */
  static async start(settings: readonly string[] = []): Promise<MariaDb> {
    const folder = mkdtempSync(join(tmpdir(), 'yizhan-mariadb-'));
    const port = await freePort();
    const options = [
      ...['--no-defaults', `--datadir=${folder}`, `--lc-messages-dir=${SHARE}`, `--user=${userInfo().username}`],
      ...['--innodb-buffer-pool-size=16M', '--innodb-log-file-size=8M'],
    ];
    const users = [
      'FLUSH PRIVILEGES;',
      'CREATE DATABASE sis CHARACTER SET gbk;',
      "CREATE USER owner@'127.0.0.1' IDENTIFIED BY 'own';",
      "GRANT ALL ON sis.* TO owner@'127.0.0.1';",
      "CREATE USER reader@'127.0.0.1' IDENTIFIED BY 'r3ad';",
      "GRANT SELECT ON sis.* TO reader@'127.0.0.1';",
    ];
    const tables = readFileSync(join(SHARE, 'mysql_system_tables.sql'), 'utf8');
    const input = ['CREATE DATABASE mysql;', 'USE mysql;', tables, ...users, ''].join('\n');
    execFileSync(BINARY, [...options, '--bootstrap'], { input, stdio: ['pipe', 'ignore', 'ignore'] });
    const own = [
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      '--skip-name-resolve',
      `--socket=${folder}/socket`,
      ...settings,
    ];
    const child = spawn(BINARY, [...options, ...own, `--pid-file=${folder}/pid`], { stdio: 'ignore' });
    const server = new MariaDb(port, folder, child);
    await eventually(() => server.write('SELECT 1'), 20_000);
    return server;
  }

  /** Runs statements as the owner of the tables; with what old servers let pass. */
  async write(...statements: string[]): Promise<void> {
    const connection = await mysql.createConnection({
      ...{ host: '127.0.0.1', port: this.port, user: 'owner', password: 'own', database: 'sis', charset: 'utf8mb4' },
    });
    try {
      for (const statement of ["SET sql_mode = ''", ...statements]) await connection.query(statement);
    } finally {
      connection.destroy();
    }
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
