import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { cleanName, harmless, MAX_PIXELS, type MediaType, MEDIA_TYPES } from './content.js';

// Archives are made by services, and handed in nowhere.
const ALL = (Object.keys(MEDIA_TYPES) as MediaType[]).filter((type) => type !== 'application/zip');
const PDF = Buffer.from('%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n');

describe('the content of a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'yizhan-content-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  let files = 0;
  function given(content: Buffer): string {
    const path = join(folder, String(files++));
    writeFileSync(path, content);
    return path;
  }
  const picture = (width = 40, height = 20) =>
    sharp({ create: { width, height, channels: 3, background: { r: 200, g: 10, b: 10 } } });
  const code = (error: { kind?: { code: string } }): string | undefined => error.kind?.code;

  it('tells its type, not its name', async () => {
    expect(await harmless(given(PDF), ALL)).toMatchObject({ type: 'application/pdf' });
    for (const [format, type] of [
      ['jpeg', 'image/jpeg'],
      ['png', 'image/png'],
      ['webp', 'image/webp'],
    ] as const) {
      const { type: found, path } = await harmless(given(await picture().toFormat(format).toBuffer()), ALL);
      expect([found, (await sharp(path).metadata()).format]).toEqual([type, format]);
    }
  });

  it.each([
    ['a web page', Buffer.from('<!doctype html><script>alert(1)</script>')],
    ['a drawing that may hold a script', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>')],
    ['a program', Buffer.from('MZ\u0090\u0000\u0003', 'latin1')],
    ['an archive', Buffer.from('PK\u0003\u0004\u0014\u0000', 'latin1')],
    ['text', Buffer.from('证明')],
    ['nothing', Buffer.alloc(0)],
  ])('that is %s is not taken', async (_, content) => {
    expect(await harmless(given(content), ALL).catch(code)).toBe('files/type-not-allowed');
  });

  it('is only of the types that are asked for', async () => {
    expect(await harmless(given(PDF), ['image/png']).catch(code)).toBe('files/type-not-allowed');
    const refused = await harmless(given(PDF), ['image/png', 'image/jpeg']).catch((error: Error) => error);
    expect((refused as Error).message).toContain('image/png, image/jpeg');
  });

  it('that is a picture loses where, when and with what it was taken, and what hangs behind it', async () => {
    const taken = await picture()
      .withExif({ IFD0: { Make: 'PhoneMaker' }, IFD3: { GPSLatitude: '34/1 15/1 0/1', GPSLatitudeRef: 'N' } })
      .jpeg()
      .toBuffer();
    expect(taken.includes('PhoneMaker')).toBe(true);
    const { path } = await harmless(given(Buffer.concat([taken, Buffer.from('<script>hidden</script>')])), ALL);
    const kept = readFileSync(path);
    const metadata = await sharp(kept).metadata();
    expect([metadata.exif, metadata.width, metadata.height]).toEqual([undefined, 40, 20]);
    expect(kept.includes('PhoneMaker') || kept.includes('hidden')).toBe(false);
  });

  it('that is a picture stands the way the camera was held', async () => {
    const lying = await picture().jpeg().withMetadata({ orientation: 6 }).toBuffer();
    const { path } = await harmless(given(lying), ALL);
    const { width, height, orientation } = await sharp(path).metadata();
    expect([width, height, orientation]).toEqual([20, 40, undefined]);
  });

  it('that is a damaged picture is not taken', async () => {
    const png = await picture().png().toBuffer();
    expect(await harmless(given(png.subarray(0, 60)), ALL).catch(code)).toBe('files/image-not-readable');
    const jpeg = await sharp({
      create: {
        width: 900,
        height: 900,
        channels: 3,
        background: 'red',
        noise: { type: 'gaussian', mean: 90, sigma: 60 },
      },
    })
      .jpeg()
      .toBuffer();
    expect(await harmless(given(jpeg.subarray(0, jpeg.length / 2)), ALL).catch(code)).toBe('files/image-not-readable');
  });

  it('that unfolds into too many pixels is not taken', async () => {
    const side = Math.ceil(Math.sqrt(MAX_PIXELS)) + 1;
    const bomb = await picture(side, side).png({ compressionLevel: 9 }).toBuffer();
    expect(bomb.length).toBeLessThan(1_000_000);
    expect(await harmless(given(bomb), ALL).catch(code)).toBe('files/image-too-large');
  });
});

describe('the name of a file', () => {
  it.each([
    ['诊断证明.pdf', 'application/pdf', '诊断证明.pdf'],
    ['C:\\Users\\张三\\扫描件.PDF', 'application/pdf', '扫描件.pdf'],
    ['../../etc/passwd', 'application/pdf', 'passwd.pdf'],
    ['photo.jpeg', 'image/jpeg', 'photo.jpg'],
    ['run.exe', 'image/png', 'run.exe.png'],
    ['\u202Egnp.exe', 'image/png', 'gnp.exe.png'],
    ['a\r\nSet-Cookie: b"c.pdf', 'application/pdf', 'aSet-Cookie_ b_c.pdf'],
    ['', 'image/webp', 'file.webp'],
    ['...', 'image/webp', 'file.webp'],
    ['cafe\u0301.pdf', 'application/pdf', 'caf\u00e9.pdf'],
  ] as const)('%j becomes harmless', (name, type, clean) => {
    expect(cleanName(name, type)).toBe(clean);
  });

  it('has an end', () => {
    const name = cleanName(`${'𠮷'.repeat(300)}.pdf`, 'application/pdf');
    expect([[...name].length, name.endsWith('𠮷.pdf')]).toEqual([150, true]);
  });
});
