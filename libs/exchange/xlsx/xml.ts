import { SaxesParser } from 'saxes';
import { Refused } from '../row-errors.js';

export type Attributes = Readonly<Record<string, string>>;

/** What is done with a part of a workbook while it is read. Names come without their namespace's prefix. */
export interface XmlHandler {
  open(name: string, attributes: Attributes): void;
  close?(name: string): void;
  text?(text: string): void;
}

/** A tag or text that goes on for longer is an attack: the longest text of a cell has 32,767 characters. */
const LONGEST = 4_194_304;

export const BROKEN = {
  zh: '无法读取该 Excel 文件：内容已损坏；请在 Excel 中另存为 .xlsx 后重试',
  en: 'the workbook cannot be read, as it is damaged: save it as .xlsx again',
};

/** Reads XML as it comes in. Entities of the document's own, and so external ones, are refused: a workbook has none. */
export class XmlReader {
  private readonly parser = new SaxesParser({ position: false });
  private readonly decoder = new TextDecoder('utf-8', { fatal: true });
  private silent = 0;

  constructor(handler: XmlHandler) {
    const { parser } = this;
    parser.on('opentag', ({ name, attributes, isSelfClosing }) => {
      this.silent = 0;
      const local = localName(name);
      handler.open(local, attributes as Attributes);
      if (isSelfClosing) handler.close?.(local);
    });
    parser.on('closetag', ({ name, isSelfClosing }) => {
      this.silent = 0;
      if (!isSelfClosing) handler.close?.(localName(name));
    });
    const onText = (text: string): void => {
      this.silent = 0;
      handler.text?.(text);
    };
    parser.on('text', onText);
    parser.on('cdata', onText);
    parser.on('doctype', () => {
      throw new Refused([BROKEN]);
    });
    parser.on('error', () => {
      throw new Refused([BROKEN]);
    });
  }

  push(bytes: Buffer): void {
    this.silent += bytes.length;
    if (this.silent > LONGEST + bytes.length) throw new Refused([BROKEN]);
    this.parser.write(this.decode(bytes));
  }

  end(): void {
    this.parser.write(this.decode()).close();
  }

  private decode(bytes?: Buffer): string {
    try {
      return bytes ? this.decoder.decode(bytes, { stream: true }) : this.decoder.decode();
    } catch {
      throw new Refused([BROKEN]);
    }
  }
}

function localName(name: string): string {
  const colon = name.indexOf(':');
  return colon === -1 ? name : name.slice(colon + 1);
}

/** Reads a whole part. */
export async function readXml(bytes: AsyncIterable<unknown>, handler: XmlHandler): Promise<void> {
  const reader = new XmlReader(handler);
  for await (const chunk of bytes) reader.push(chunk as Buffer);
  reader.end();
}
