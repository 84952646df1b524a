import { execFile } from 'node:child_process';
import { copyFile, cp, mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const NOT_COPIED = ['node_modules', '.git', '.local', 'dist', 'coverage'];
const TYPES = '.local/check.tsbuildinfo';
/** Whole programs, one after the other, on a machine that may do other work. */
const PATIENCE = 900_000;

/** What `npm run new:service` and `npm run new:feature` write passes what every change must pass, as it was written. */
describe('a new service and new features, in a copy of the project', () => {
  let copy: string;

  beforeAll(async () => {
    copy = await realpath(await mkdtemp(join(tmpdir(), 'yizhan-new-')));
    await cp('.', copy, { recursive: true, filter: (path) => !NOT_COPIED.includes(basename(path)) });
    await symlink(resolve('node_modules'), join(copy, 'node_modules'));
    // What tsc knows of the files that are as they were, where it has checked them before.
    await mkdir(join(copy, '.local'));
    await copyFile(TYPES, join(copy, TYPES)).catch(() => undefined);
  }, PATIENCE);
  afterAll(() => copy && rm(copy, { recursive: true, force: true }));

  /** What the script says; fails with all of it when it ends with another code. */
  async function program(name: string, ...words: string[]): Promise<string> {
    const { NODE_OPTIONS: _, ...env } = process.env;
    return run(name, words, { cwd: copy, env, maxBuffer: 2 ** 26 }).then(
      ({ stdout }) => stdout,
      ({ stdout, stderr }: { stdout: string; stderr: string }) => {
        throw new Error(`${name} ${words.join(' ')}:\n${stdout}\n${stderr}`);
      },
    );
  }
  const npm = (script: string, ...words: string[]): Promise<string> =>
    program('npm', 'run', '--silent', script, '--', ...words);

  it(
    'compile, keep the rules of the house and pass their tests',
    async () => {
      const said = [
        await npm('new:service', 'sports-hall', '体育场馆', 'Sports halls'),
        await npm('new:feature', 'sports-hall', 'court-hires', '场地租用'),
        await npm('new:feature', 'safety', 'hazard'),
      ].join('\n');
      await expect(npm('new:feature', 'safety', 'hazards')).rejects.toThrow('safety has hazards already');
      await expect(npm('new:service', 'sports-hall')).rejects.toThrow('The name sports-hall is taken');
      const written = [...said.matchAll(/^(?:written|changed) (\S+\.ts)$/gm)].map(([, file]) => file as string);
      await Promise.all([
        npm('check:types'),
        program('node_modules/.bin/eslint', ...written).then(() => npm('check:arrows')),
      ]);
      await npm('jest', '-w', '1', ...written.filter((file) => file.endsWith('.e2e-spec.ts')));
    },
    PATIENCE,
  );
});
