import { createCipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { addKey, dropOlderKeys } from './key-file.js';
import { RootKeyMissing, Vault } from './vault.js';

describe('Vault', () => {
  const folder = mkdtempSync(join(tmpdir(), 'yizhan-vault-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'secret.key');

  function vault(...lines: string[]): Vault {
    writeFileSync(path, `${lines.join('\n')}\n`);
    return Vault.fromFile(path);
  }
  const newKey = (): string => randomBytes(32).toString('base64');
  const [key, newer] = [newKey(), newKey()];

  it.each(['', 'changeme', 'A'.repeat(44), randomBytes(16).toString('base64'), Buffer.alloc(32, 7).toString('base64')])(
    'refuses the key %j and says how to make one (C29)',
    (content) => {
      expect(() => vault(content)).toThrow(/openssl rand -base64 32/);
      if (content) expect(() => vault(newer, content)).toThrow(/openssl rand -base64 32/);
    },
  );

  it('refuses to be without a key, and the same key twice', () => {
    expect(() => Vault.fromFile(undefined)).toThrow(/SECRET_KEY_FILE/);
    expect(() => vault(key, key)).toThrow(/SECRET_KEY_FILE/);
    expect(() => vault(`digest ${key}`)).toThrow(/SECRET_KEY_FILE/);
  });

  it('opens what it sealed, in its place, and what was changed, cut short, moved or sealed with another key never', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 200 }),
        fc.string(),
        fc.string(),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (text, place, other, at, bits) => {
          const one = vault(key);
          const sealed = one.seal(place, text);
          expect(one.open(place, sealed)).toBe(text);
          if (other !== place) expect(() => one.open(other, sealed)).toThrow();
          const changed = Buffer.from(sealed);
          changed[at % sealed.length]! ^= bits;
          expect(() => one.open(place, changed)).toThrow();
          expect(() => one.open(place, sealed.subarray(0, at % sealed.length))).toThrow();
          expect(() => vault(newer).open(place, sealed)).toThrow();
        },
      ),
      { numRuns: 50 },
    );
  });

  it('seals with the first key of the file and opens with each, by its id', () => {
    const sealed = vault(key).seal('table 1', '机密');
    expect(sealed.toString('utf8')).not.toContain('机密');
    const both = vault('# the newest first', newer, '', key);
    expect(both.open('table 1', sealed)).toBe('机密');
    const again = both.seal('table 1', '机密');
    expect(vault(newer).open('table 1', again)).toBe('机密');
    expect([again.subarray(0, 10), sealed.subarray(0, 10)]).toEqual([both.header, vault(key).header]);
  });

  it('names the id of a key that is missing, and no key', () => {
    const sealed = vault(newer, key).seal('table 1', '机密');
    const { keyId } = vault(newer);
    expect(keyId).toMatch(/^[0-9a-f]{12}$/);
    const opening = (): string => vault(key).open('table 1', sealed);
    expect(opening).toThrow(RootKeyMissing);
    expect(opening).toThrow(keyId);
    for (const secret of [key, newer]) {
      expect(secret).not.toContain(keyId);
      expect(opening).not.toThrow(secret);
    }
  });

  it('opens what was sealed before values carried the id of their key', () => {
    const nonce = randomBytes(12);
    const sealing = Buffer.from(hkdfSync('sha256', Buffer.from(key, 'base64'), '', 'yizhan seal', 32));
    const cipher = createCipheriv('aes-256-gcm', sealing, nonce).setAAD(Buffer.from('table 1'));
    const text = Buffer.concat([cipher.update('机密', 'utf8'), cipher.final()]);
    const earlier = Buffer.concat([nonce, cipher.getAuthTag(), text]);
    expect(vault(key).open('table 1', earlier)).toBe('机密');
    expect(vault(newer, key).open('table 1', earlier)).toBe('机密');
    expect(() => vault(newer, key).open('table 2', earlier)).toThrow();
    expect(() => vault(newer).open('table 1', earlier)).toThrow();
  });

  it('hashes alike for the same purpose and key only, and goes on so when the key is replaced', () => {
    const one = vault(key);
    // As it always was: secrets of apps are kept as such hashes.
    const before = hkdfSync('sha256', Buffer.from(key, 'base64'), '', 'yizhan digest a', 32);
    const expected = createHmac('sha256', Buffer.from(before)).update('x').digest('base64url');
    expect(one.digest('a', 'x')).toBe(expected);
    expect(one.digest('b', 'x')).not.toBe(expected);
    expect(vault(newKey()).digest('a', 'x')).not.toBe(expected);
    expect(vault(newer, key).digest('a', 'x')).toBe(expected);
    dropOlderKeys(path);
    expect(Vault.fromFile(path).digest('a', 'x')).toBe(expected);
    expect(() => Vault.fromFile(path).open('p', one.seal('p', 'x'))).toThrow(RootKeyMissing);
  });

  it('is given a newer key in a file of the same rights, and loses the older ones when they are dropped', () => {
    const before = vault(key);
    chmodSync(path, 0o640);
    const id = addKey(path);
    const both = Vault.fromFile(path);
    expect([both.keyId, both.olderKeyIds]).toEqual([id, [before.keyId]]);
    expect(both.open('p', before.seal('p', 'x'))).toBe('x');
    expect(both.digest('a', 'x')).toBe(before.digest('a', 'x'));
    addKey(path);
    expect(Vault.fromFile(path).olderKeyIds).toEqual([id, before.keyId]);
    dropOlderKeys(path);
    expect(Vault.fromFile(path).olderKeyIds).toEqual([]);
    expect(Vault.fromFile(path).digest('a', 'x')).toBe(before.digest('a', 'x'));
    expect(readFileSync(path, 'utf8')).not.toContain(key);
    expect(statSync(path).mode & 0o777).toBe(0o640);
  });
});
