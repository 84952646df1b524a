import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ByteCheck, decode, decoded, type Encoding, guessEncoding } from './encoding.js';

const gbk: Record<string, string> = {
  谢薇: 'd0bbdeb1',
  女: 'c5ae',
  张三: 'd5c5c8fd',
  卢: 'c2ac',
  毛: 'c3ab',
  钱: 'c7ae',
};
const inGbk = (text: string): Buffer =>
  Buffer.concat(
    text
      .split(/(谢薇|女|张三|卢|毛|钱)/)
      .map((part) => Buffer.from(gbk[part] ?? Buffer.from(part).toString('hex'), 'hex')),
  );
const utf16 = (text: string, big = false): Buffer => {
  const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le');
  return big ? bytes.swap16() : bytes;
};

/** The same bytes as a file, in small pieces. */
async function fromFile(bytes: Buffer): Promise<[Encoding, string]> {
  const dir = mkdtempSync(join(tmpdir(), 'yizhan-encoding-'));
  try {
    const path = join(dir, 'f.csv');
    writeFileSync(path, bytes);
    const check = new ByteCheck();
    for (const byte of bytes) check.push(Buffer.from([byte]));
    const encoding = check.encoding ?? (await guessEncoding(path));
    let text = '';
    for await (const piece of decoded(path, encoding)) text += piece;
    return [encoding, text];
  } finally {
    rmSync(dir, { recursive: true });
  }
}

describe('encodings of files', () => {
  const text = 'student_number,name\n2024000001,张三\n';
  it.each<[string, Buffer, Encoding, string]>([
    ['UTF-8', Buffer.from(text), 'utf-8', text],
    ['UTF-8 with a mark', Buffer.from(`\uFEFF${text}`), 'utf-8', text],
    ['GBK', inGbk(text), 'gb18030', text],
    ['a mark of UTF-8 before GBK', Buffer.concat([Buffer.from('\uFEFF'), inGbk(text)]), 'gb18030', text],
    ['UTF-16, little end first', utf16(text), 'utf-16le', text],
    ['UTF-16, big end first', utf16(text, true), 'utf-16be', text],
    ['ASCII', Buffer.from('a,b\n1,2\n'), 'utf-8', 'a,b\n1,2\n'],
    [
      'names in GBK whose bytes happen to be UTF-8',
      inGbk('name,sex\n卢,女\n毛,女\n'),
      'gb18030',
      'name,sex\n卢,女\n毛,女\n',
    ],
    ['Cyrillic and Han in UTF-8', Buffer.from('name\nИван 张\n'), 'utf-8', 'name\nИван 张\n'],
    [
      'the pair FE59, by the edition that browsers use',
      Buffer.from('fe59', 'hex'),
      'gb18030',
      new TextDecoder('gb18030').decode(Buffer.from('fe59', 'hex')),
    ],
  ])('reads %s', async (_, bytes, encoding, expected) => {
    expect(decode(bytes)).toBe(expected);
    expect(await fromFile(bytes)).toEqual([encoding, expected]);
  });
});
