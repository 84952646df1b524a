import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The small commands of package.json, in a folder of their own. */
const root = fileURLToPath(new URL('../', import.meta.url));
const sources = pathToFileURL(join(root, 'libs/testing/jest/sources.js')).href;

interface Ended {
  code: number;
  out: string;
}

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'yizhan-commands-'));
  await mkdir(join(home, '.local'));
});
afterEach(() => rm(home, { recursive: true }));

function run(command: string, ...rest: (string | Record<string, string>)[]): Promise<Ended> {
  const args = rest.filter((one) => typeof one === 'string');
  const given = Object.assign({}, ...rest.filter((one) => typeof one === 'object')) as Record<string, string>;
  const { PORT: _port, BASE_URL: _url, DATABASE_URL: _database, ...env } = process.env;
  const flags = ['--no-warnings', '--conditions=source', '--import', sources, join(root, 'tools', command), ...args];
  return new Promise((done) => {
    const child = execFile(process.execPath, flags, { cwd: home, env: { ...env, ...given } }, (error, stdout, stderr) =>
      done({ code: error ? Number(error.code) : 0, out: stdout + stderr }),
    );
    child.stdin?.end();
  });
}

const noteRunning = (pid: number, url: string): Promise<void> =>
  writeFile(join(home, '.local/running.json'), JSON.stringify({ pid, url }));

describe('npm run reset', () => {
  it('without a terminal says that nothing was deleted, and fails', async () => {
    await writeFile(join(home, '.local/secret.key'), 'x');
    const { code, out } = await run('reset.ts');
    expect(out).toContain('Nothing was deleted: there is no terminal to ask at. Say yes with npm run reset -- --yes');
    expect(code).toBe(1);
    expect(await readdir(join(home, '.local'))).toEqual(['secret.key']);
  });

  it('leaves the data of a running instance alone', async () => {
    await noteRunning(process.pid, 'http://127.0.0.1:3999');
    const { code, out } = await run('reset.ts', '--yes');
    expect(out).toContain('Yizhan is running from this folder (http://127.0.0.1:3999). Stop it first');
    expect(code).toBe(1);
    expect(await readdir(home)).toEqual(['.local']);
  });

  it('leaves the data of a running sandbox alone, too', async () => {
    await mkdir(join(home, '.local/sandbox'));
    await writeFile(
      join(home, '.local/sandbox/running.json'),
      JSON.stringify({ pid: process.pid, url: 'http://127.0.0.1:3998' }),
    );
    const { code, out } = await run('reset.ts', '--yes');
    expect(out).toContain('(http://127.0.0.1:3998). Stop it first');
    expect(code).toBe(1);
    expect(await readdir(join(home, '.local'))).toEqual(['sandbox']);
  });
});

describe('npm run migrate', () => {
  it('says that nobody answers at DATABASE_URL, without its password', async () => {
    const { code, out } = await run('migrate.ts', { DATABASE_URL: 'postgres://owner:hidden@127.0.0.1:1/school' });
    expect(out).toMatch(
      /^DATABASE_URL cannot be used \(.*ECONNREFUSED.*\): start PostgreSQL there, or correct it\.\n$/,
    );
    expect(out).not.toContain('hidden');
    expect(code).toBe(1);
  });
});

describe('npm run admin:first', () => {
  it('asks for whom and where', async () => {
    const nobody = await run('first-admin.ts');
    expect(nobody.out).toContain('Who shall sign in? npm run admin:first -- <staff number (工号)>');
    expect(nobody.code).toBe(1);
    const nowhere = await run('first-admin.ts', 'T0001');
    expect(nowhere.out).toContain('DATABASE_URL is not set');
    expect(nowhere.code).toBe(1);
  });
});

describe('npm run token', () => {
  let server: Server;
  let url: string;
  let asked: string[];
  beforeEach(async () => {
    asked = [];
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(404).end();
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => new Promise((done) => server.close(done)));

  it('asks the instance that runs from this folder, whatever its port', async () => {
    await noteRunning(process.pid, url);
    expect((await run('token.ts', '--as', 'app')).out).toContain(`There is no Yizhan at ${url}`);
    expect(asked).toEqual(['/.well-known/oauth-authorization-server/directory/oauth']);
  });

  it('does not believe a note whose process is gone', async () => {
    const gone = 2 ** 22 + 1; // above the largest process id of Linux
    await noteRunning(gone, url);
    await run('token.ts', '--as', 'app');
    expect(asked).toEqual([]);
  });
});

describe('npm run client:first', () => {
  it('without a database says which is meant', async () => {
    const { code, out } = await run('first-client.ts', 'operations');
    expect(out).toContain('DATABASE_URL is not set');
    expect(code).toBe(1);
  });
});
