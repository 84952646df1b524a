import type { Readable } from 'node:stream';
import type { Entry } from 'yauzl';
import type { Bilingual } from '#contracts';
import { Refused } from '../row-errors.js';
import { BadZip, orBadZip, Zip } from '../zip.js';
import { builtInFormat, formatOfCode, type NumberFormat } from './formats.js';
import { readStrings } from './strings.js';
import { BROKEN, readXml } from './xml.js';

const MB = 1_048_576;
/** A workbook of a million cells has some hundred megabytes; sheets that repeat themselves are packed a hundredfold. */
export const WORKBOOK_LIMITS = { entries: 1_000, bytes: 512 * MB, ratio: 300 } as const;

interface Sheet {
  name: string;
  hidden: boolean;
  target: string;
}

const NO_SHEET = (name: string, names: readonly string[]): Bilingual => ({
  zh: `没有名为「${name}」的工作表；有：${names.join('、')}`,
  en: `there is no sheet "${name}"; there are: ${names.join(', ')}`,
});

/** An .xlsx file (ECMA-376, transitional or strict), opened: its sheets and what their cells refer to. Whoever opens it closes it. */
export class Workbook {
  private constructor(
    private readonly zip: Zip,
    private readonly parts: ReadonlyMap<string, Entry>,
    private readonly sheets: readonly Sheet[],
    /** Days are counted from 1904-01-01. */
    readonly from1904: boolean,
    /** By a cell's style number. */
    readonly formats: readonly NumberFormat[],
    readonly strings: readonly string[],
  ) {}

  /** Reads the directory of the ZIP alone. Throws Refused as `open` does. */
  static async check(path: string): Promise<void> {
    const zip = await refusedIfBad(() => Zip.open(path, WORKBOOK_LIMITS));
    const names = zip.entries.map(({ fileName }) => fileName.toLowerCase());
    zip.close();
    if (!names.includes('_rels/.rels')) throw new Refused([BROKEN]);
  }

  /** Throws Refused for what is no workbook, or one that is too large. */
  static async open(path: string): Promise<Workbook> {
    const zip = await refusedIfBad(() => Zip.open(path, WORKBOOK_LIMITS));
    try {
      return await refusedIfBad(() => orBadZip(() => Workbook.read(zip)));
    } catch (error) {
      zip.close();
      throw error;
    }
  }

  private static async read(zip: Zip): Promise<Workbook> {
    const parts = new Map(zip.entries.map((entry) => [entry.fileName.toLowerCase(), entry]));
    const part = (name: string): Promise<Readable> | undefined => {
      const entry = parts.get(name.toLowerCase());
      return entry && zip.stream(entry);
    };
    const roots = await readRelations(part('_rels/.rels'), '');
    const main = roots.find(({ type }) => type === 'officeDocument')?.target;
    const bytes = main?.endsWith('.xml') ? await part(main) : undefined;
    if (!main || !bytes) throw new Refused([BROKEN]);
    const folder = main.slice(0, main.lastIndexOf('/') + 1);
    const relations = await readRelations(part(`${folder}_rels/${main.slice(folder.length)}.rels`), folder);
    const { sheets, from1904 } = await readWorkbook(bytes, relations);
    const of = (type: string): Promise<Readable> | undefined => {
      const relation = relations.find((one) => one.type === type);
      return relation && part(relation.target);
    };
    const [styles, strings] = [of('styles'), of('sharedStrings')];
    const formats = styles ? await readFormats(await styles) : [];
    return new Workbook(zip, parts, sheets, from1904, formats, strings ? await readStrings(await strings) : []);
  }

  /** The named sheet, else the first that is seen. */
  sheet(name?: string): Promise<Readable> {
    const names = this.sheets.map((sheet) => sheet.name);
    const wanted =
      name === undefined
        ? (this.sheets.find(({ hidden }) => !hidden) ?? this.sheets[0])
        : this.sheets.find((sheet) => sheet.name.trim() === name);
    if (!wanted && name !== undefined) throw new Refused([NO_SHEET(name, names)]);
    const entry = wanted && this.parts.get(wanted.target.toLowerCase());
    if (!entry) throw new Refused([BROKEN]);
    return this.zip.stream(entry);
  }

  close(): void {
    this.zip.close();
  }
}

const TOO_LARGE: Bilingual = {
  zh: `Excel 文件过大：最多 ${WORKBOOK_LIMITS.entries} 个部件，解压后最多 ${WORKBOOK_LIMITS.bytes / MB} MB；请分成几个文件，或另存为 CSV`,
  en: `the workbook is too large (at most ${WORKBOOK_LIMITS.entries} parts and ${WORKBOOK_LIMITS.bytes / MB} MB unpacked): split it, or save it as CSV`,
};

/** Runs what reads a workbook; a bad ZIP is the sender's to correct. */
export async function refusedIfBad<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof BadZip) throw new Refused([error.reason === 'too-large' ? TOO_LARGE : BROKEN]);
    throw error;
  }
}

interface Relation {
  id: string;
  /** The last part of its type: transitional and strict files differ in what is before. */
  type: string;
  target: string;
}

async function readRelations(bytes: Promise<Readable> | undefined, folder: string): Promise<Relation[]> {
  const relations: Relation[] = [];
  if (!bytes) return relations;
  await readXml(await bytes, {
    open(name, { Id = '', Type = '', Target = '', TargetMode }) {
      if (name !== 'Relationship' || TargetMode === 'External') return;
      relations.push({ id: Id, type: Type.slice(Type.lastIndexOf('/') + 1), target: resolved(folder, Target) });
    },
  });
  return relations;
}

/** A target is relative to the part's folder, or begins with / at the root. It names a part of the ZIP, never a path of the disk. */
function resolved(folder: string, target: string): string {
  return new URL(target, `zip:///${folder}`).pathname.slice(1);
}

async function readWorkbook(
  bytes: Readable,
  relations: readonly Relation[],
): Promise<{ sheets: Sheet[]; from1904: boolean }> {
  const sheets: Sheet[] = [];
  let from1904 = false;
  await readXml(bytes, {
    open(name, attributes) {
      if (name === 'workbookPr') from1904 = ['1', 'true'].includes(attributes.date1904 ?? '');
      if (name !== 'sheet') return;
      const id = Object.entries(attributes).find(([key]) => key.endsWith(':id'))?.[1];
      const relation = relations.find((one) => one.id === id && one.type === 'worksheet');
      if (!relation) return;
      const hidden = (attributes.state ?? 'visible') !== 'visible';
      sheets.push({ name: attributes.name ?? '', hidden, target: relation.target });
    },
  });
  return { sheets, from1904 };
}

/** The number formats of the cells' styles, by the style's number. */
async function readFormats(bytes: Readable): Promise<NumberFormat[]> {
  const codes = new Map<number, NumberFormat>();
  const formats: NumberFormat[] = [];
  let inCellStyles = false;
  await readXml(bytes, {
    open(name, attributes) {
      if (name === 'numFmt') codes.set(Number(attributes.numFmtId), formatOfCode(attributes.formatCode ?? ''));
      else if (name === 'cellXfs') inCellStyles = true;
      else if (name === 'xf' && inCellStyles) {
        const id = Number(attributes.numFmtId ?? 0);
        formats.push(codes.get(id) ?? builtInFormat(id));
      }
    },
    close(name) {
      if (name === 'cellXfs') inCellStyles = false;
    },
  });
  return formats;
}
