import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { Vault } from './vault.js';

describe('Vault', () => {
  const folder = mkdtempSync(join(tmpdir(), 'yizhan-vault-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function vault(content: string): Vault {
    const path = join(folder, 'secret.key');
    writeFileSync(path, content);
    return Vault.fromFile(path);
  }
  const key = randomBytes(32).toString('base64');

  it.each(['', 'changeme', 'A'.repeat(44), randomBytes(16).toString('base64'), Buffer.alloc(32, 7).toString('base64')])(
    'refuses the key %j and says how to make one (C29)',
    (content) => expect(() => vault(content)).toThrow(/openssl rand -base64 32/),
  );

  it('refuses to be without a key', () => {
    expect(() => Vault.fromFile(undefined)).toThrow(/SECRET_KEY_FILE/);
  });

  it('opens what it sealed, only in its place, unchanged and with its key', () => {
    const one = vault(`${key}\n`);
    const sealed = one.seal('table 1', '机密');
    expect(sealed.toString('utf8')).not.toContain('机密');
    expect(one.open('table 1', sealed)).toBe('机密');
    expect(() => one.open('table 2', sealed)).toThrow();
    const changed = Buffer.from(sealed);
    changed[changed.length - 1]! ^= 1;
    expect(() => one.open('table 1', changed)).toThrow();
    expect(() => one.open('table 1', sealed.subarray(0, 20))).toThrow();
    expect(() => vault(randomBytes(32).toString('base64')).open('table 1', sealed)).toThrow();
  });

  it('hashes alike for the same purpose and key only', () => {
    const one = vault(key);
    expect(one.digest('a', 'x')).toBe(vault(key).digest('a', 'x'));
    expect(one.digest('a', 'x')).not.toBe(one.digest('b', 'x'));
    expect(one.digest('a', 'x')).not.toBe(vault(randomBytes(32).toString('base64')).digest('a', 'x'));
  });
});
