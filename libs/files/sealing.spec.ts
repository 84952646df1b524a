import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { openSealed, sealFile } from './sealing.js';

describe('a sealed content', () => {
  const folder = mkdtempSync(join(tmpdir(), 'yizhan-sealing-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const [from, to] = [join(folder, 'from'), join(folder, 'to')];

  async function sealed(content: Buffer) {
    writeFileSync(from, content);
    return { ...(await sealFile(from, to)), stored: readFileSync(to) };
  }
  /** In chunks, as a storage gives it. */
  const chunks = (stored: Buffer): Readable =>
    Readable.from(
      Array.from({ length: Math.ceil(stored.length / 65_536) }, (_, i) =>
        stored.subarray(i * 65_536, (i + 1) * 65_536),
      ),
    );

  it.each([1, 65_536, 65_537, 1_000_000])(
    'of %d bytes is opened with its key, and is not what is stored',
    async (size) => {
      const content = randomBytes(size);
      const { stored, secret, bytes, sha256 } = await sealed(content);
      expect([bytes, stored.length, sha256]).toEqual([size, size, createHash('sha256').update(content).digest('hex')]);
      if (size > 16) expect(stored.includes(content.subarray(0, 16))).toBe(false);
      expect((await buffer(openSealed(chunks(stored), secret))).equals(content)).toBe(true);
    },
  );

  it('has a key of its own, also when it is the same', async () => {
    const content = Buffer.from('诊断证明书');
    const [one, two] = [await sealed(content), await sealed(content)];
    expect(one.stored.equals(two.stored)).toBe(false);
    await expect(buffer(openSealed(chunks(one.stored), two.secret))).rejects.toThrow();
  });

  it.each([
    ['changed', (stored: Buffer) => void (stored[10]! ^= 1)],
    ['cut short', undefined],
  ])('that was %s never arrives whole', async (_, change) => {
    for (const size of [100, 200_000]) {
      const { stored, secret, bytes } = await sealed(randomBytes(size));
      change?.(stored);
      let arrived = 0;
      const reading = async (): Promise<void> => {
        const given = change ? stored : stored.subarray(0, -1);
        for await (const chunk of openSealed(chunks(given), secret)) arrived += (chunk as Buffer).length;
      };
      await expect(reading()).rejects.toThrow();
      expect(arrived).toBeLessThan(bytes - (change ? 0 : 1));
    }
  });

  it('lets go of what is stored when its reader goes away', async () => {
    const { stored, secret } = await sealed(randomBytes(500_000));
    const source = chunks(stored);
    const opened = openSealed(source, secret);
    for await (const _ of opened) break;
    expect([opened.destroyed, source.destroyed]).toEqual([true, true]);
  });
});
