import { Readable } from 'node:stream';
import yazl from 'yazl';
import { escapeFormula } from '../cells.js';

/** What a cell is written from: a number stays one, all else is text. */
export type Cell = string | number;

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/** Styles of cells: as it comes; text; text that would be a formula were it typed; the header. */
const [PLAIN, TEXT, QUOTED, HEADER] = [0, 1, 2, 3];

const PARTS: Readonly<Record<string, string>> = {
  '[Content_Types].xml':
    `<Types xmlns="${PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>` +
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
    `<Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/>` +
    `<Override PartName="/xl/worksheets/sheet1.xml" ContentType="${TYPE}.worksheet+xml"/>` +
    `<Override PartName="/xl/styles.xml" ContentType="${TYPE}.styles+xml"/></Types>`,
  '_rels/.rels': relations(['officeDocument', 'xl/workbook.xml']),
  'xl/_rels/workbook.xml.rels': relations(['worksheet', 'worksheets/sheet1.xml'], ['styles', 'styles.xml']),
  'xl/workbook.xml':
    `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}">` +
    '<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
  'xl/styles.xml':
    `<styleSheet xmlns="${MAIN}"><fonts count="2"><font/><font><b/></font></fonts>` +
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>' +
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf/>' +
    '<xf numFmtId="49" applyNumberFormat="1"/><xf numFmtId="49" applyNumberFormat="1" quotePrefix="1"/>' +
    '<xf numFmtId="49" fontId="1" applyNumberFormat="1" applyFont="1"/></cellXfs></styleSheet>',
};

function relations(...list: [type: string, target: string][]): string {
  const each = list.map(([type, to], i) => `<Relationship Id="rId${i + 1}" Type="${OFFICE}/${type}" Target="${to}"/>`);
  return `<Relationships xmlns="${PACKAGE}/relationships">${each.join('')}</Relationships>`;
}

/** A workbook of one sheet, whose first line is the header. Nothing of it is held in memory. */
export function writeXlsx(lines: AsyncIterable<readonly Cell[]>): Readable {
  const zip = new yazl.ZipFile();
  // The same lines are the same bytes.
  const options = { mtime: new Date(1980, 0, 1) };
  for (const [name, xml] of Object.entries(PARTS)) zip.addBuffer(Buffer.from(HEAD + xml), name, options);
  const sheet = Readable.from(sheetXml(lines), { objectMode: false });
  zip.addReadStream(sheet, 'xl/worksheets/sheet1.xml', options);
  zip.end();
  const out = zip.outputStream as Readable;
  // yazl does not pass on what goes wrong with a part.
  sheet.on('error', (error) => out.destroy(error));
  out.on('close', () => sheet.destroy());
  return out;
}

const PIECE = 65_536;

async function* sheetXml(lines: AsyncIterable<readonly Cell[]>): AsyncGenerator<string> {
  let xml =
    `${HEAD}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0">` +
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>' +
    '<sheetFormatPr defaultRowHeight="15" defaultColWidth="16"/><sheetData>';
  let [row, width] = [0, 0];
  for await (const cells of lines) {
    row++;
    width = Math.max(width, cells.length);
    xml += `<row r="${row}">`;
    for (const [i, cell] of cells.entries()) xml += cellXml(cell, `${columnName(i)}${row}`, row === 1);
    xml += '</row>';
    if (xml.length < PIECE) continue;
    yield xml;
    xml = '';
  }
  const filter = row > 0 && width > 0 ? `<autoFilter ref="A1:${columnName(width - 1)}${row}"/>` : '';
  yield `${xml}</sheetData>${filter}</worksheet>`;
}

function cellXml(cell: Cell, at: string, header: boolean): string {
  if (cell === '') return '';
  if (typeof cell === 'number' && Number.isFinite(cell)) return `<c r="${at}" s="${PLAIN}"><v>${cell}</v></c>`;
  const text = String(cell);
  const style = header ? HEADER : escapeFormula(text) === text ? TEXT : QUOTED;
  return `<c r="${at}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${escaped(text)}</t></is></c>`;
}

/** What XML cannot have, and what would be read as its code. */

const UNWRITABLE = /[\u0000-\u0008\u000b-\u001f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)/g;
const MARKUP: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function escaped(text: string): string {
  return text
    .replace(/\p{Surrogate}/gu, '\uFFFD')
    .replace(UNWRITABLE, (char) => `_x${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`)
    .replace(/[&<>]/g, (char) => MARKUP[char]!);
}

function columnName(column: number): string {
  return (column >= 26 ? columnName(Math.floor(column / 26) - 1) : '') + String.fromCharCode(65 + (column % 26));
}
