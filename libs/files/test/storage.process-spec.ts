import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { Config } from '#config';
import { newId } from '#database';
import { type Storage, storageOf } from '#files';
import { Moto, motoIsHere } from './moto.js';

const folder = mkdtempSync(join(tmpdir(), 'yizhan-storage-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const config = (settings: object): Config =>
  Config.of({ databaseUrl: 'postgres://localhost/none', redisUrl: 'redis://localhost', ...settings });

function local(content: Buffer): string {
  const path = join(folder, newId());
  writeFileSync(path, content);
  return path;
}

/** What every storage must do; the same tests for each. */
function behavesAsStorage(storage: () => Storage): void {
  const all = async (service: string): Promise<string[]> => {
    const keys: string[] = [];
    for await (const key of storage().list(service)) keys.push(key);
    return keys.sort();
  };

  it.each([1, 300_000, 12_000_000])('gives back what was put, all %d bytes of it', async (size) => {
    const content = randomBytes(size);
    const key = `affairs/${newId()}`;
    await storage().put(key, local(content));
    const got = await buffer((await storage().get(key)) as Readable);
    const sha = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
    expect([got.length, sha(got)]).toEqual([size, sha(content)]);
    await storage().delete(key);
  });

  it('has nothing where nothing was put or what was put is deleted, and deletes twice', async () => {
    const key = `affairs/${newId()}`;
    expect(await storage().get(key)).toBeUndefined();
    await storage().put(key, local(Buffer.from('x')));
    await storage().delete(key);
    await storage().delete(key);
    expect(await storage().get(key)).toBeUndefined();
  });

  it("lists a service's own keys, all of them", async () => {
    const path = local(Buffer.from('x'));
    expect(await all('safety')).toEqual([]);
    const keys = Array.from({ length: 1_005 }, () => `safety/${newId()}`).sort();
    for (let i = 0; i < keys.length; i += 50)
      await Promise.all(keys.slice(i, i + 50).map((key) => storage().put(key, path)));
    const other = `staffing/${newId()}`;
    await storage().put(other, path);
    expect(await all('safety')).toEqual(keys);
    expect(await all('staffing')).toEqual([other]);
  });

  it('says when it works', async () => {
    await expect(storage().check()).resolves.toBeUndefined();
  });
}

describe('storage in a folder', () => {
  const storage = storageOf(config({ filesDir: join(folder, 'files') }));

  behavesAsStorage(() => storage);

  it('says when the folder cannot be made, and does not write over what is there', async () => {
    await writeFile(join(folder, 'in-the-way'), '');
    await expect(storageOf(config({ filesDir: join(folder, 'in-the-way') })).check()).rejects.toThrow();
    const key = `affairs/${newId()}`;
    await mkdir(join(folder, 'files/affairs'), { recursive: true });
    await storage.put(key, local(Buffer.from('first')));
    await expect(storage.put(key, local(Buffer.from('second')))).rejects.toThrow();
    expect((await buffer((await storage.get(key)) as Readable)).toString()).toBe('first');
  });
});

const s3 = motoIsHere ? describe : describe.skip;
s3(`storage in S3 (${motoIsHere ? 'moto' : 'skipped: moto_server is not here, see CONTRIBUTING'})`, () => {
  let moto: Moto;
  let storage: Storage;
  const settings = (endpoint: string) => {
    const { region: s3Region, accessKeyId: s3AccessKeyId, secretAccessKey } = moto.access;
    return config({
      s3Endpoint: endpoint,
      s3Region,
      s3AccessKeyId,
      s3SecretAccessKeyFile: local(Buffer.from(`${secretAccessKey}\n`)),
    });
  };

  beforeAll(async () => {
    moto = await Moto.start();
    storage = storageOf(settings(moto.access.endpoint));
  }, 90_000);
  afterAll(() => moto?.stop());

  behavesAsStorage(() => storage);

  it('says when the bucket is not there', async () => {
    await expect(storageOf(settings(`${moto.access.endpoint}-other`)).check()).rejects.toThrow(/bucket/);
  });
});

describe('the settings of S3', () => {
  it('are wanted together', () => {
    expect(() => storageOf(config({ s3Endpoint: 'https://s3.example.edu.cn/files' }))).toThrow(/S3_ACCESS_KEY_ID/);
  });
});
