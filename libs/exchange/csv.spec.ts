import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { CsvSplitter, findSeparator, readCsv } from './csv.js';
import { ByteCheck, guessEncoding } from './encoding.js';
import type { TableLine } from './lines.js';

const split = (text: string): TableLine[] => new CsvSplitter().push(text, true);
const cells = (text: string): string[][] => split(text).map((record) => record.cells);

describe('CsvSplitter', () => {
  it('splits plain and quoted records, with any line end and without one at the end', () => {
    expect(cells('a,b\r\n1,\n"x, ""y""",z')).toEqual([
      ['a', 'b'],
      ['1', ''],
      ['x, "y"', 'z'],
    ]);
    expect(cells('"a",\n"",b\n')).toEqual([
      ['a', ''],
      ['', 'b'],
    ]);
  });

  it('counts lines through empty lines and quoted line ends', () => {
    expect(split('h\n\n"a\nb",c\nd\n').map(({ line }) => line)).toEqual([1, 3, 5]);
  });

  it('reports quotation marks that do not pair up and goes on with the next line', () => {
    expect(split('a"b,c\nd,"e\nf,g\n').map(({ line, broken, cells: c }) => [line, broken, c])).toEqual([
      [1, 'quotes', ['a"b', 'c']],
      [2, 'quotes', ['d', '"e']],
      [3, undefined, ['f', 'g']],
    ]);
    const open = split(`a,"b\n${'c,d\n'.repeat(50_000)}`);
    expect(open[0]).toMatchObject({ line: 1, broken: 'quotes' });
    expect(open).toHaveLength(50_001);
  });

  it('gives the same records however the text is cut', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '张', ' '), maxLength: 6 });
    const quote = (value: string): string => (/[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
    fc.assert(
      fc.property(
        fc.array(fc.array(cell, { minLength: 2, maxLength: 3 }), { maxLength: 8 }),
        fc.nat(60),
        (rows, cut) => {
          const text = rows.map((row) => row.map(quote).join(',')).join('\r\n');
          const splitter = new CsvSplitter();
          const found = [...splitter.push(text.slice(0, cut)), ...splitter.push(text.slice(cut), true)];
          expect(found.map((record) => record.cells)).toEqual(rows);
        },
      ),
    );
  });
});

describe('separators', () => {
  it.each([
    ['学号,姓名', ','],
    ['学号;姓名', ';'],
    ['学号\t姓名', '\t'],
    ['"学号,号,码";姓名', ';'],
    ['学号', ','],
    ['2026年名单\n\n学号;姓名;备注', ';'],
  ])('finds that of %j', async (header, separator) => {
    const dir = await mkdtemp(join(tmpdir(), 'yizhan-csv-'));
    await writeFile(join(dir, 'f.csv'), `${header}\n`);
    expect(await findSeparator(join(dir, 'f.csv'), 'utf-8')).toBe(separator);
    await rm(dir, { recursive: true });
  });
});

describe('encodings', () => {
  let dir: string;
  beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), 'yizhan-csv-'))));
  afterAll(() => rm(dir, { recursive: true }));

  const text = '学号,姓名\n0001,买买提·艾力\n0002,张𠮷\n';
  async function read(bytes: Buffer): Promise<TableLine[]> {
    const path = join(dir, 'file.csv');
    await writeFile(path, bytes);
    const check = new ByteCheck();
    for (let at = 0; at < bytes.length; at += 5) check.push(bytes.subarray(at, at + 5));
    const found: TableLine[] = [];
    for await (const records of readCsv(path, check.encoding ?? (await guessEncoding(path)))) found.push(...records);
    return found;
  }

  it.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a byte order mark', Buffer.from(`\uFEFF${text}`)],
    ['GB18030', iconv.encode(text, 'gb18030')],
  ])('reads %s', async (_, bytes) => {
    expect((await read(bytes)).map((record) => record.cells)).toEqual([
      ['学号', '姓名'],
      ['0001', '买买提·艾力'],
      ['0002', '张𠮷'],
    ]);
  });

  it('reports the rows whose bytes are no text, and only those', async () => {
    const broken = Buffer.from(`学号,姓名\n${'0001,欧阳修\n'.repeat(20)}`);
    broken[broken.length - 2] = 0xff;
    const utf8 = await read(broken);
    expect(utf8.filter((record) => record.broken).map(({ line }) => line)).toEqual([21]);
    const gbk = Buffer.concat([iconv.encode(text, 'gb18030'), Buffer.from([0x30, 0x2c, 0xff, 0xff, 0x0a])]);
    expect((await read(gbk)).filter((record) => record.broken).map(({ line }) => line)).toEqual([4]);
  });
});
