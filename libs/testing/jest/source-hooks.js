/** Module hooks: './x.js' finds './x.ts', '#database' finds its source, and TypeScript is compiled, each text once on a machine. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transform, version } from '@swc/core';

const root = new URL('../../../', import.meta.url);
const isOurs = (url) => url?.startsWith(root.href) && !url.includes('/node_modules/');
const compiled = new URL('node_modules/.cache/yizhan-sources/', root);
const settings = version + readFileSync(new URL('.swcrc', root), 'utf8');
mkdirSync(compiled, { recursive: true });

export async function resolve(specifier, context, next) {
  if (!isOurs(context.parentURL)) return next(specifier, context);
  if (specifier.startsWith('#')) return next(specifier, { ...context, conditions: ['source', ...context.conditions] });
  if (/^\.{0,2}\/.*\.js$/.test(specifier)) {
    const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
    if (existsSync(source)) return next(source.href, context);
  }
  return next(specifier, context);
}

export async function load(url, context, next) {
  if (!isOurs(url) || !new URL(url).pathname.endsWith('.ts')) return next(url, context);
  return { format: 'module', source: await compile(fileURLToPath(url)), shortCircuit: true };
}

async function compile(filename) {
  const text = readFileSync(filename, 'utf8');
  // The file's name stands in its source map.
  const key = createHash('sha256').update(`${settings}\n${filename}\n${text}`).digest('hex');
  const kept = new URL(`${key}.js`, compiled);
  if (existsSync(kept)) return readFileSync(kept, 'utf8');
  const { code } = await transform(text, { filename, swcrc: true, cwd: fileURLToPath(root) });
  const part = new URL(`${key}.${process.pid}`, compiled);
  writeFileSync(part, code);
  renameSync(part, kept); // whole or not there, for others that run at the same time
  return code;
}
