import type { Bilingual } from '#contracts';
import { orBadZip } from '../zip.js';
import { Refused } from '../row-errors.js';
import type { TableLine } from '../lines.js';
import { textOfIsoDate, textOfNumber } from './numbers.js';
import { MAX_CELL, StringCollector, unescaped } from './strings.js';
import { refusedIfBad, type Workbook } from './workbook.js';
import { type Attributes, BROKEN, type XmlHandler, XmlReader } from './xml.js';

/** Columns of a sheet that are read: what is further right is an error. */
export const MAX_COLUMNS = 256;

const TOO_WIDE: Bilingual = {
  zh: `第 ${MAX_COLUMNS} 列之后还有内容，请删除多余的列`,
  en: `there is something beyond column ${MAX_COLUMNS}: delete what is not needed`,
};
const TOO_LONG: Bilingual = { zh: `单元格最多 ${MAX_CELL} 个字符`, en: `a cell has at most ${MAX_CELL} characters` };

/** The rows of a sheet that say something, with the numbers that Excel shows for them; some hundreds at a time. */
export async function* readSheet(workbook: Workbook, name?: string): AsyncGenerator<TableLine[]> {
  const handler = new SheetHandler(workbook);
  const reader = new XmlReader(handler);
  const bytes = await workbook.sheet(name);
  const chunks = bytes[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  try {
    for (;;) {
      const next = await refusedIfBad(() => orBadZip(() => chunks.next()));
      if (next.done) break;
      reader.push(next.value);
      if (handler.lines.length > 0) yield handler.take();
    }
  } finally {
    bytes.destroy();
  }
  reader.end();
  yield handler.take();
}

class SheetHandler implements XmlHandler {
  lines: TableLine[] = [];
  private readonly strings = new StringCollector();
  private line = 0;
  private cells: string[] = [];
  private column = -1;
  private type = 'n';
  private style = 0;
  private value = '';
  private inValue = false;
  private inline = false;

  constructor(private readonly workbook: Workbook) {}

  take(): TableLine[] {
    const { lines } = this;
    this.lines = [];
    return lines;
  }

  open(name: string, attributes: Attributes): void {
    switch (name) {
      case 'row':
        this.openRow(attributes.r);
        break;
      case 'c':
        this.openCell(attributes);
        break;
      case 'v':
        this.inValue = true;
        break;
      case 'is':
        this.inline = true;
        break;
      default:
        if (this.inline) this.strings.open(name);
    }
  }

  text(text: string): void {
    if (this.inValue) this.value += text;
    else if (this.inline) this.strings.text(text);
  }

  close(name: string): void {
    switch (name) {
      case 'v':
        this.inValue = false;
        break;
      case 'is':
        this.inline = false;
        this.value = this.strings.take();
        break;
      case 'c':
        this.closeCell();
        break;
      case 'row':
        if (this.cells.some((cell) => cell !== '')) this.lines.push({ line: this.line, cells: this.cells });
        this.cells = [];
        break;
      default:
        if (this.inline) this.strings.close(name);
    }
  }

  private openRow(r: string | undefined): void {
    const line = r === undefined ? this.line + 1 : Number(r);
    if (!Number.isInteger(line) || line <= this.line) throw new Refused([BROKEN]);
    this.line = line;
    this.column = -1;
  }

  private openCell({ r, t = 'n', s }: Attributes): void {
    this.column = r === undefined ? this.column + 1 : columnOf(r);
    this.type = t;
    this.style = s === undefined ? 0 : Number(s);
    this.value = '';
  }

  private closeCell(): void {
    const text = this.textOf(this.value);
    if (text === '') return;
    if (this.column >= MAX_COLUMNS) throw new Refused([{ line: this.line, ...TOO_WIDE }]);
    if (text.length > MAX_CELL) throw new Refused([{ line: this.line, ...TOO_LONG }]);
    while (this.cells.length < this.column) this.cells.push('');
    this.cells[this.column] = text;
  }

  /** As a person sees it; of a formula what it came to when the file was saved. */
  private textOf(value: string): string {
    if (value === '') return '';
    switch (this.type) {
      case 's': {
        const text = this.workbook.strings[Number(value)];
        if (text === undefined) throw new Refused([BROKEN]);
        return text;
      }
      case 'n':
        return textOfNumber(value, this.workbook.formats[this.style] ?? 'number', this.workbook.from1904);
      case 'b':
        return value === '1' ? 'TRUE' : 'FALSE';
      case 'd':
        return textOfIsoDate(value);
      case 'str':
        return unescaped(value);
      default:
        return value;
    }
  }
}

/** `B12` → 1. */
function columnOf(reference: string): number {
  let column = 0;
  for (let at = 0; at < reference.length; at++) {
    const code = reference.charCodeAt(at);
    if (code < 65 || code > 90) break;
    column = column * 26 + code - 64;
  }
  if (column === 0) throw new Refused([BROKEN]);
  return column - 1;
}
