import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { dateIn } from './cells.js';
import { errorSheet } from './error-sheet.js';
import { Refused, RowErrors } from './row-errors.js';
import { Table, type TableSpec } from './table.js';
import { openTableFile, type TableFormat } from './table-file.js';
import { type Cell, PLAIN_CSV, writeTable } from './write.js';

type Column = 'room' | 'number' | 'from';
const NO_DATE = { zh: '不是日期', en: 'is no date' };
const SPEC: TableSpec<Column> = {
  name: 'rooms',
  columns: {
    room: { zh: '寝室', also: ['房间号', 'room no'] },
    number: { zh: '学号' },
    from: { zh: '入住日期', check: (value) => (value === '' || dateIn(value) ? undefined : NO_DATE) },
  },
  required: ['room'],
  maxRows: 30_000,
};
const XLSX: TableFormat = { type: 'xlsx' };
const FORMATS: TableFormat[] = [
  PLAIN_CSV,
  { type: 'csv', encoding: 'gb18030', separator: ';' },
  { type: 'csv', encoding: 'utf-16le', separator: '\t' },
  { type: 'csv', encoding: 'utf-16be', separator: ',' },
  XLSX,
];

let path: string;
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'yizhan-table-'));
  path = join(dir, 'file');
});
afterAll(() => rm(dir, { recursive: true }));

async function* each<T>(lines: readonly T[]): AsyncGenerator<T> {
  yield* lines;
}

async function write(lines: readonly (readonly Cell[])[], format: TableFormat): Promise<void> {
  await writeFile(path, await buffer(writeTable(each(lines), format)));
}

interface Found {
  rows: string[];
  errors: string[];
}

/** Rows as `line room|number|from`, errors as `line column text`. */
async function read(): Promise<Found> {
  const errors = new RowErrors();
  const rows: string[] = [];
  try {
    const table = await Table.open(path, SPEC, errors);
    for await (const part of table.rows())
      for (const { line, cells } of part) rows.push(`${line} ${cells.room}|${cells.number}|${cells.from}`);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (errors.list.length === 0) return { rows, errors: error.errors.map(({ en }) => en) };
  }
  return { rows, errors: errors.list.map(({ line, column = '', en }) => `${line} ${column} ${en}`) };
}

async function readText(text: string | Buffer): Promise<Found> {
  await writeFile(path, text);
  return read();
}

async function lines(): Promise<string[][]> {
  const found: string[][] = [];
  for await (const part of (await openTableFile(path)).lines()) found.push(...part.map(({ cells }) => cells));
  return found;
}

describe.each(FORMATS)('a table as %j', (format) => {
  it('has its header under a title, in any order, with names as people write them', async () => {
    await write(
      [
        ['2026年秋季住宿名单', '', ''],
        [' 房 间 号*', 'Number', '入住日期（必填）'],
        ['3-1', '007', '2026/9/1'],
        ['', '', ''],
      ],
      format,
    );
    expect(await read()).toEqual({ rows: ['3 3-1|007|2026/9/1'], errors: [] });
  });

  it('says what is wrong, cell by cell', async () => {
    await write(
      [
        ['寝室', '学号', '入住日期'],
        ['101', '5.42401E+17', '2026-09-01'],
        ['102', '#N/A', '2026-13-01'],
        ['1\u200b03', '7', ''],
        ['x'.repeat(201), '7', ''],
      ],
      format,
    );
    const { rows, errors } = await read();
    expect(rows).toEqual([]);
    expect(errors.map((error) => error.slice(0, 40))).toEqual([
      '2 number its digits are already lost in ',
      '3 number is the error of a formula: fill',
      '3 from is no date',
      '4 room has characters that are not seen ',
      '5 room must have at most 200 characters',
    ]);
  });

  it('keeps room 3-1, leading zeros and 18 digits as text, however late they come', async () => {
    const many = Array.from({ length: 20_000 }, (_, i) => [String(i), '', '']);
    await write([['寝室', '学号', '入住日期'], ...many, ['3-1', '007', ''], ['1E5', '542401199001011234', '']], format);
    const { rows, errors } = await read();
    expect([errors, rows.slice(-2)]).toEqual([[], ['20002 3-1|007|', '20003 1E5|542401199001011234|']]);
  });

  it('comes back from what it was written as, cell by cell', async () => {
    const text = fc.string({ unit: fc.constantFrom(...`a张𠮷·"',;\t\n=+-@＝' 07&<>\u0001`, '_x0041_'), maxLength: 8 });
    // A line that is blank is no line.
    const line = fc.array(text, { minLength: 3, maxLength: 3 }).map(([a = '', ...rest]) => [`a${a}`, ...rest]);
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 6 }), async (given) => {
        // The header decides on the separator, as it has most of it.
        const header = ['room', 'number', 'from', ...Array.from({ length: 60 }, () => 'x')];
        await write([header, ...given], format);
        const trimmed = (await lines()).slice(1).map((cells) => [...cells, '', ''].slice(0, 3));
        expect(trimmed).toEqual(given);
      }),
      { numRuns: 60 },
    );
  });

  it('goes back to its sender with what is wrong, and comes in again', async () => {
    await write(
      [
        ['说明', '', '', ''],
        ['学号', '寝室', '备注：', 'Errors'],
        ['007', '101', '=1+1', 'old'],
        ['1.2E+17', '102', '-', ''],
      ],
      format,
    );
    const columns = { ...SPEC.columns, note: { zh: '备注' } };
    const found = [
      { line: 4, column: 'number', zh: '位数丢失', en: 'lost' },
      { line: 4, column: 'room', zh: '没有', en: 'none' },
      { line: 2, zh: '缺列', en: 'a column is missing' },
    ];
    const sheet = async (language: 'zh' | 'en', rows: 'all' | 'refused'): Promise<string[][]> => {
      const made = await errorSheet(path, found, { columns, language, rows });
      expect(made.format).toEqual(format);
      const bytes = await buffer(made.bytes);
      const before = path;
      path = join(dir, 'sheet');
      await writeFile(path, bytes);
      const cells = await lines();
      path = before;
      return cells;
    };
    expect(await sheet('zh', 'refused')).toEqual([
      ['学号', '寝室', '备注：', '错误'],
      ['', '', '', '缺列'],
      ['1.2E+17', '102', '-', '学号：位数丢失；寝室：没有'],
    ]);
    const all = await sheet('en', 'all');
    expect(all.map((cells) => cells.join('|').replace(/\|+$/, ''))).toEqual([
      '学号|寝室|备注：|Errors',
      '|||a column is missing',
      '007|101|=1+1',
      '1.2E+17|102|-|学号: lost; 寝室: none',
    ]);
    // Corrected and sent again: neither the column of errors nor the line about the file is read.
    await write(
      all.map((cells) => [cells[1] ?? '', (cells[0] ?? '').replace('1.2E+17', '120000000000000000'), cells[3] ?? '']),
      format,
    );
    expect(await read()).toEqual({ rows: ['3 101|007|', '4 102|120000000000000000|'], errors: [] });
  });
});

describe('a CSV table', () => {
  it('may have quoted line ends, semicolons or tabs, and any encoding', async () => {
    const text = '寝室;学号;入住日期\r\n"1\n01";007;\r\n102;8;\r\n';
    expect(await readText(text)).toEqual({ rows: ['2 1\n01|007|', '4 102|8|'], errors: [] });
    expect((await readText(iconv.encode(text, 'gb18030'))).rows).toHaveLength(2);
    expect((await readText(text.replaceAll(';', '\t'))).rows).toHaveLength(2);
  });

  it('names columns that are unknown, twice or missing, and says when there is but one', async () => {
    expect((await readText('学号,性别,学号\n')).errors).toEqual([
      '1 性别 unknown column "性别"; known are: 寝室 room, 学号 number, 入住日期 from',
      '1 学号 is there twice',
      '1 room column room (寝室) is missing',
    ]);
    expect((await readText('寝室、学号\n101、7\n')).errors[0]).toContain('separated by commas, semicolons or tabs');
  });

  it('must have as many cells as names, names for what it says, and quotes that pair up', async () => {
    const { rows, errors } = await readText('寝室,学号,\n101,7\n102,8,x\n103,"9,\n104,1,\n');
    expect(rows).toEqual(['5 104|1|']);
    expect(errors).toEqual([
      '2  must have 3 cells, but has 2',
      '3  has something in column 3, which has no name',
      '4  quotation marks do not pair up',
    ]);
  });

  it('says which cells have bytes that are no text', async () => {
    const { errors } = await readText(
      Buffer.concat([Buffer.from('寝室,学号\n101,'), Buffer.from([0xff]), Buffer.from('\n')]),
    );
    expect(errors).toEqual(['2 number has bytes that are no text in the encoding of the file']);
  });

  it('has as many rows as its kind may have', async () => {
    const rows = Array.from({ length: SPEC.maxRows + 1 }, () => '1').join('\n');
    expect((await readText(`寝室\n${rows}\n`)).errors).toEqual([`${SPEC.maxRows + 2}  A file has at most 30000 rows`]);
  });
});
