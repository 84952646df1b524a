/** Module hooks: './x.js' finds './x.ts', '#database' finds its source, and TypeScript is compiled as in the tests. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transformFile } from '@swc/core';

const root = new URL('../../../', import.meta.url);
const isOurs = (url) => url?.startsWith(root.href) && !url.includes('/node_modules/');

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
  if (!isOurs(url) || !url.endsWith('.ts')) return next(url, context);
  const { code } = await transformFile(fileURLToPath(url), { swcrc: true, cwd: fileURLToPath(root) });
  return { format: 'module', source: code, shortCircuit: true };
}
