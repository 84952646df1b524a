import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ExcelJS from 'exceljs';
import yazl from 'yazl';
import { NotATable } from '../problems.js';
import { Refused } from '../row-errors.js';
import { checkTableFile, openTableFile } from '../table-file.js';
import { MAX_COLUMNS } from './sheet.js';

let dir: string;
beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), 'yizhan-xlsx-'))));
afterAll(() => rm(dir, { recursive: true }));

async function stored(bytes: Buffer): Promise<string> {
  const path = join(dir, 'file');
  await writeFile(path, bytes);
  return path;
}

async function read(bytes: Buffer, sheet?: string): Promise<[number, ...string[]][]> {
  const file = await openTableFile(await stored(bytes), sheet);
  const found: [number, ...string[]][] = [];
  for await (const lines of file.lines()) for (const { line, cells } of lines) found.push([line, ...cells]);
  return found;
}

async function refusal(bytes: Buffer, sheet?: string): Promise<string> {
  const error = await read(bytes, sheet).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Refused);
  return (error as Refused).errors[0]!.en;
}

/** A workbook as somebody else's program writes it. */
async function excel(fill: (book: ExcelJS.Workbook) => void): Promise<Buffer> {
  const book = new ExcelJS.Workbook();
  fill(book);
  return Buffer.from(await book.xlsx.writeBuffer());
}

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const STRICT = 'http://purl.oclc.org/ooxml/spreadsheetml/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

interface Odd {
  rows: string;
  styles?: string;
  strings?: string;
  /** As it is written. */
  date1904?: '0' | '1' | 'true';
  before?: string;
  more?: Record<string, string | Buffer>;
  office?: string;
  sheets?: string;
}

/** A workbook by hand, for what no writer writes. */
async function odd({
  rows,
  styles = '',
  strings,
  date1904 = '0',
  before = '',
  more = {},
  ...names
}: Odd): Promise<Buffer> {
  const office = names.office ?? OFFICE;
  const main = office === OFFICE ? MAIN : STRICT;
  const parts: Record<string, string | Buffer> = {
    '_rels/.rels': `<Relationships><Relationship Id="a" Type="${office}/officeDocument" Target="/xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `<workbook xmlns="${main}" xmlns:r="${office}"><workbookPr date1904="${date1904}"/><sheets>${
      names.sheets ?? '<sheet name="名单" sheetId="1" r:id="s1"/>'
    }</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels':
      `<Relationships><Relationship Id="s1" Type="${office}/worksheet" Target="worksheets/one.xml"/>` +
      `<Relationship Id="s2" Type="${office}/worksheet" Target="worksheets/two.xml"/>` +
      `<Relationship Id="st" Type="${office}/styles" Target="styles.xml"/>` +
      `<Relationship Id="ss" Type="${office}/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
    'xl/styles.xml': `<styleSheet xmlns="${main}">${styles}</styleSheet>`,
    'xl/worksheets/one.xml': `${before}<worksheet xmlns="${main}"><sheetData>${rows}</sheetData></worksheet>`,
    ...(strings !== undefined && { 'xl/sharedStrings.xml': `<sst xmlns="${main}">${strings}</sst>` }),
    ...more,
  };
  return zipOf(parts);
}

async function zipOf(parts: Record<string, string | Buffer>): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  for (const [name, content] of Object.entries(parts)) zip.addBuffer(Buffer.from(content), name);
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const dated = (...ids: number[]): string =>
  `<cellXfs><xf numFmtId="0"/>${ids.map((id) => `<xf numFmtId="${id}"/>`).join('')}</cellXfs>`;

describe('workbooks of another writer', () => {
  it('are read as a person sees them', async () => {
    const bytes = await excel((book) => {
      const sheet = book.addWorksheet('名单');
      sheet.addRow(['学号', '姓名', '寝室', '日期', '时间', '数', '是', '公式', '错误']);
      const row = sheet.addRow([
        '007',
        { richText: [{ text: '阿依·' }, { font: { bold: true }, text: '古丽' }] },
        '3-1',
        new Date(Date.UTC(2026, 8, 1)),
        new Date(Date.UTC(2026, 8, 1, 7, 30)),
        89.5,
        true,
        { formula: 'A2&"x"', result: '007x' },
        { error: '#N/A' },
      ]);
      row.getCell(4).numFmt = 'yyyy"年"m"月"d"日"';
      row.getCell(5).numFmt = 'yyyy-mm-dd hh:mm';
      sheet.getCell('C4').value = { text: '链接', hyperlink: 'https://example.org' };
    });
    expect(await read(bytes)).toEqual([
      [1, '学号', '姓名', '寝室', '日期', '时间', '数', '是', '公式', '错误'],
      [2, '007', '阿依·古丽', '3-1', '2026-09-01', '2026-09-01 07:30:00', '89.5', 'TRUE', '007x', '#N/A'],
      [4, '', '', '链接'],
    ]);
  });

  it('give the first sheet that is seen, or the one that is named', async () => {
    const bytes = await excel((book) => {
      book.addWorksheet('隐藏', { state: 'hidden' }).addRow(['h']);
      book.addWorksheet('一').addRow(['1']);
      book.addWorksheet('二').addRow(['2']);
    });
    expect(await read(bytes)).toEqual([[1, '1']]);
    expect(await read(bytes, '二')).toEqual([[1, '2']]);
    expect(await refusal(bytes, '三')).toContain('there is no sheet "三"; there are: 隐藏, 一, 二');
  });

  it('keep rooms, leading zeros and 18 digits as the text they are, however late they come', async () => {
    const bytes = await excel((book) => {
      const sheet = book.addWorksheet('a');
      for (let i = 1; i <= 20_005; i++) sheet.addRow([i]);
      sheet.addRow(['007']);
      sheet.addRow(['542401199001011234']);
      sheet.addRow(['3-1']);
    });
    expect((await read(bytes)).slice(-3)).toEqual([
      [20_006, '007'],
      [20_007, '542401199001011234'],
      [20_008, '3-1'],
    ]);
  });
});

describe('odd workbooks', () => {
  it('have the dates of East Asian Excel, which have no code in the file', async () => {
    const ids = [27, 31, 36, 50, 57, 58];
    const cells = ids.map((_, i) => `<c s="${i + 1}"><v>46266</v></c>`).join('');
    const bytes = await odd({ rows: `<row>${cells}</row>`, styles: dated(...ids) });
    expect(await read(bytes)).toEqual([[1, ...ids.map(() => '2026-09-01')]]);
  });

  it('have "no date" as day 0 or 1, written dates, and days that count from 1904', async () => {
    const row =
      '<row r="2"><c r="A2" s="1"><v>1</v></c><c r="B2" t="d" s="1"><v>2026-09-01T00:00:00</v></c><c r="C2"><v>1</v></c></row>';
    expect(await read(await odd({ rows: row, styles: dated(14) }))).toEqual([[2, '', '2026-09-01', '1']]);
    const old = '<row><c s="1"><v>44804</v></c><c s="1"><v>31477</v></c></row>';
    // Excel writes it as the number, LibreOffice as the word.
    for (const date1904 of ['1', 'true'] as const)
      expect(await read(await odd({ rows: old, styles: dated(14), date1904 }))).toEqual([
        [1, '2026-09-01', '1990-03-07'],
      ]);
  });

  it('have custom formats over built-in ones', async () => {
    const styles = `<numFmts><numFmt numFmtId="176" formatCode="0\\d"/><numFmt numFmtId="14" formatCode="0"/></numFmts>${dated(176, 14)}`;
    const bytes = await odd({ rows: '<row><c s="1"><v>46266</v></c><c s="2"><v>46266</v></c></row>', styles });
    expect(await read(bytes)).toEqual([[1, '46266', '46266']]);
  });

  it('have neither references of rows nor of cells, prefixes, phonetics, escapes', async () => {
    const strings =
      '<si><t>张</t><rPh sb="0" eb="1"><t>zhang</t></rPh></si><si><r><t xml:space="preserve"> 三</t></r><r><t>_x0041_</t></r></si>';
    const rows =
      '<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row><row/><row><c t="str"><f>1</f><v>x</v></c></row>';
    expect(await read(await odd({ rows, strings }))).toEqual([
      [1, '张', ' 三A'],
      [3, 'x'],
    ]);
    const prefixed = await odd({
      rows: '',
      more: {
        'xl/worksheets/one.xml': `<x:worksheet xmlns:x="${MAIN}"><x:sheetData><x:row r="5"><x:c r="AB5" t="inlineStr"><x:is><x:t>张</x:t><x:rPh sb="0" eb="1"><x:t>zhang</x:t></x:rPh></x:is></x:c></x:row><x:row r="6"><x:c t="inlineStr"><x:is><x:r><x:t>欧阳</x:t></x:r><x:r><x:t>娜</x:t></x:r></x:is></x:c></x:row></x:sheetData></x:worksheet>`,
      },
    });
    expect(await read(prefixed)).toEqual([
      [5, ...Array<string>(27).fill(''), '张'],
      [6, '欧阳娜'],
    ]);
  });

  it('are of the strict kind too, and have macros that nobody runs', async () => {
    const rows = '<row><c><v>1</v></c></row>';
    const bytes = await odd({ rows, office: 'http://purl.oclc.org/ooxml/officeDocument/relationships' });
    expect(await read(bytes)).toEqual([[1, '1']]);
    expect(await read(await odd({ rows, more: { 'xl/vbaProject.bin': Buffer.alloc(9) } }))).toEqual([[1, '1']]);
  });
});

describe('what is refused', () => {
  const cell = '<row><c><v>1</v></c></row>';

  it.each([
    ['an old or sealed workbook', Buffer.from('d0cf11e0a1b11ae1', 'hex'), '.xls'],
    ['a page that calls itself a workbook', Buffer.from('<html><table>'), 'HTML'],
    ['nothing', Buffer.alloc(0), 'empty'],
    ['half a ZIP', Buffer.from('PK\u0003\u0004and no more'), 'damaged'],
  ])('%s', async (_, bytes, text) => {
    expect(await refusal(bytes)).toContain(text);
    await expect(checkTableFile(await stored(bytes))).rejects.toThrow(NotATable);
  });

  it.each<[string, Odd]>([
    ['entities of its own', { rows: cell, before: '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' }],
    ['an entity that is not there', { rows: '<row><c t="str"><v>&x;</v></c></row>' }],
    ['tags that do not pair up', { rows: '<row><c></row>' }],
    ['rows that go back', { rows: '<row r="2"/><row r="1"/>' }],
    ['a string that is not there', { rows: '<row><c t="s"><v>7</v></c></row>' }],
    ['a cell nowhere', { rows: '<row><c r="12"><v>7</v></c></row>' }],
    ['no sheet', { rows: cell, sheets: '' }],
    ['a sheet outside', { rows: cell, sheets: '<sheet name="a" r:id="s2"/>' }],
    ['bytes that are no text', { rows: cell, more: { 'xl/styles.xml': Buffer.from([0x3c, 0xff, 0x3e]) } }],
  ])('%s', async (_, parts) => expect(await refusal(await odd(parts))).toContain('damaged'));

  it('a sheet that is too wide, and a cell that is too long', async () => {
    const wide = await excel((book) => void (book.addWorksheet('a').getCell(3, MAX_COLUMNS + 1).value = 'x'));
    expect(await refusal(wide)).toContain(`beyond column ${MAX_COLUMNS}`);
    expect(await refusal(await odd({ rows: `<row><c t="str"><v>${'a'.repeat(32_768)}</v></c></row>` }))).toContain(
      '32767',
    );
  });

  it('a bomb, before anything of it is unpacked', async () => {
    const bomb = await odd({ rows: cell, more: { 'xl/worksheets/one.xml': Buffer.alloc(8_000_000, ' ') } });
    expect(await refusal(bomb)).toContain('too large');
    await expect(checkTableFile(await stored(bomb))).rejects.toThrow(NotATable);
    const sheets = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`xl/worksheets/s${i}.xml`, '']));
    expect(await refusal(await odd({ rows: cell, more: sheets }))).toContain('too large');
  });

  it('a text that goes on and on', async () => {
    // Noise, so that it is packed no better than any other file.
    const noise = Buffer.from(Array.from({ length: 6_000_000 }, (_, i) => 97 + ((i * i * 31 + (i >> 3)) % 23)));
    const [start, end] = ['<worksheet><sheetData><row><c><v>', '</v></c></row></sheetData></worksheet>'];
    const rows = Buffer.concat([Buffer.from(start), noise, Buffer.from(end)]);
    expect(await refusal(await odd({ rows: cell, more: { 'xl/worksheets/one.xml': rows } }))).toContain('damaged');
  });
});
