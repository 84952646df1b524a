import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The build that today's is held against. */
const COMMIT = '0e65987';

/**
 * The earlier build, in a scratch folder that later runs use again; undefined, with a word on stderr, where it cannot be had (no history,
 * or packages of its own that are no longer there).
 */
export function earlierBuild(): string | undefined {
  const root = resolve('.');
  const folder = join(tmpdir(), `yizhan-earlier-${COMMIT}`);
  if (existsSync(join(folder, 'dist', 'apps', 'campus', 'src', 'main.js'))) return folder;
  try {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    const archive = execFileSync('git', ['archive', COMMIT], { cwd: root, maxBuffer: 1 << 28 });
    execFileSync('tar', ['-x', '-C', folder], { input: archive });
    execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'pipe' });
    const compiler = join(folder, 'node_modules', 'typescript', 'bin', 'tsc');
    execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: folder, stdio: 'pipe' });
    return folder;
  } catch (error) {
    process.stderr.write(`No earlier build (${COMMIT}): ${(error as Error).message.split('\n', 1)[0]}\n`);
    return undefined;
  }
}

/** Brings a database to the earlier build's version. */
export function migrateEarlier(folder: string, databaseUrl: string): void {
  const env = { PATH: process.env['PATH'], DATABASE_URL: databaseUrl };
  execFileSync(process.execPath, [join(folder, 'dist', 'tools', 'migrate.js')], { cwd: folder, env, stdio: 'pipe' });
}
