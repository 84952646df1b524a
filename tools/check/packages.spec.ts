import { readFileSync } from 'node:fs';

interface Manifest {
  allowScripts: Record<string, boolean>;
  scarfSettings: { enabled: boolean };
}
interface Lock {
  packages: Record<string, { hasInstallScript?: boolean }>;
}
const read = <T>(file: string): T => JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')) as T;
const manifest = read<Manifest>('package.json');
const { packages } = read<Lock>('package-lock.json');

describe('install scripts of dependencies', () => {
  it('are each refused by name: none is needed', () => {
    const withScript = Object.entries(packages)
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
    expect(Object.keys(manifest.allowScripts).sort()).toEqual([...new Set(withScript)].sort());
    expect(Object.values(manifest.allowScripts)).not.toContain(true);
  });

  it('of the one that reports installations is off where npm runs them all the same (npm 10)', () => {
    expect(manifest.scarfSettings.enabled).toBe(false);
  });
});
