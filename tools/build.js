/**
 * `npm run build`: compiles into dist/, unless dist/ was made from exactly these sources, settings and packages.
 * JavaScript, because it runs before anything is compiled. Tells of it on stderr: `npm run token` builds too.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const STAMP = join(ROOT, 'dist', '.sources');
const COMPILER = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');

/** One hash over the names and contents of all that a build is made from. */
function sources() {
  const hash = createHash('sha256');
  const files = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];
  for (const folder of ['apps', 'bench', 'libs', 'tools']) {
    const found = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true });
    for (const file of found) if (file.isFile()) files.push(join(file.parentPath, file.name).slice(ROOT.length));
  }
  for (const file of files.sort())
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(ROOT, file)))
      .update('\0');
  return hash.digest('hex');
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Yizhan needs Node.js 20.19 or newer; this is ${process.versions.node}.`);
  process.exit(1);
}
if (!existsSync(COMPILER)) {
  console.error('The packages are not installed: run `npm ci` first.');
  process.exit(1);
}
const now = sources();
if (!existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== now) {
  const begun = Date.now();
  process.stderr.write('Building (the first time takes about half a minute) …\n');
  rmSync(STAMP, { force: true });
  const { status } = spawnSync(process.execPath, [COMPILER, '-p', 'tsconfig.build.json'], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(STAMP, now);
  process.stderr.write(`Built in ${Math.round((Date.now() - begun) / 1000)} s.\n`);
}
