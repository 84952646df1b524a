import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { parse } from 'csv-parse';
import ExcelJS from 'exceljs';
import { openTableFile, PLAIN_CSV, type TableFormat, writeTable } from '#exchange';

/** One measurement in a process of its own, so that its memory is its own: `node exchange-child.js <what> <path> <rows>`. */
const [what = '', path = '', count = '0'] = process.argv.slice(2);
const ROWS = Number(count);

const HEADER = '学号,姓名,性别,学院,班级,校区,楼栋,寝室,床位,日期,数量,备注'.split(',');

function rowOf(i: number): (string | number)[] {
  return [
    ...[`2024${String(i).padStart(6, '0')}`, `张三${i % 5000}`, i % 2 ? '男' : '女', `学院${i % 20}`, `SE24${i % 100}`],
    ...['主校区', `B${i % 30}`, `${i % 6}-${i % 40}`, String(i % 6), '2026-09-01', i * 1.5, i % 7 ? '' : '备注 & <x>'],
  ];
}

async function* lines(): AsyncGenerator<(string | number)[]> {
  yield HEADER;
  for (let i = 0; i < ROWS; i++) yield rowOf(i);
}

async function write(format: TableFormat): Promise<number> {
  await pipeline(writeTable(lines(), format), createWriteStream(path));
  return ROWS + 1;
}

async function read(): Promise<number> {
  let rows = 0;
  for await (const part of (await openTableFile(path)).lines()) rows += part.length;
  return rows;
}

/** `shared`: texts in one table of the workbook, as Excel writes them. */
async function excelWrites(shared: boolean): Promise<number> {
  const book = new ExcelJS.stream.xlsx.WorkbookWriter({ filename: path, useStyles: true, useSharedStrings: shared });
  const sheet = book.addWorksheet('a');
  for await (const cells of lines()) sheet.addRow(cells).commit();
  await book.commit();
  return ROWS + 1;
}

async function excelReads(): Promise<number> {
  let rows = 0;
  const book = new ExcelJS.stream.xlsx.WorkbookReader(path, {
    worksheets: 'emit',
    sharedStrings: 'cache',
    styles: 'cache',
  });
  for await (const sheet of book) for await (const row of sheet) rows += row.hasValues ? 1 : 0;
  return rows;
}

async function csvParseReads(): Promise<number> {
  let rows = 0;
  for await (const record of createReadStream(path).pipe(parse({ bom: true })))
    rows += (record as string[]).length > 0 ? 1 : 0;
  return rows;
}

const measured: Record<string, () => Promise<number>> = {
  'write xlsx': () => write({ type: 'xlsx' }),
  'write csv': () => write(PLAIN_CSV),
  read,
  'exceljs writes': () => excelWrites(false),
  'exceljs writes shared': () => excelWrites(true),
  'exceljs reads': excelReads,
  'csv-parse reads': csvParseReads,
};

const began = process.hrtime.bigint();
const rows = await measured[what]!();
const seconds = Number(process.hrtime.bigint() - began) / 1e9;
process.stdout.write(`${JSON.stringify({ rows, seconds, megabytes: process.resourceUsage().maxRSS / 1024 })}\n`);
