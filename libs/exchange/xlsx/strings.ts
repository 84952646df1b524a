import { Refused } from '../row-errors.js';
import { readXml, type XmlHandler } from './xml.js';

/** Shared strings of a workbook: at most so many, and so many characters. */
export const MAX_STRINGS = 1_000_000;
const MAX_CHARACTERS = 67_108_864;
/** Characters of a cell, as Excel has it. */
export const MAX_CELL = 32_767;

/** Characters that XML cannot have are written by their code. */
const ESCAPED = /_x([0-9A-Fa-f]{4})_/g;

/** Collects the text of a string: its runs one after the other, without the phonetic ones above them. */
export class StringCollector implements XmlHandler {
  private text_ = '';
  private inText = false;
  private phonetic = false;

  open(name: string): void {
    if (name === 'rPh') this.phonetic = true;
    else if (name === 't') this.inText = !this.phonetic;
  }

  close(name: string): void {
    if (name === 'rPh') this.phonetic = false;
    else if (name === 't') this.inText = false;
  }

  text(text: string): void {
    if (this.inText) this.text_ += text;
  }

  /** The text so far; the next string begins empty. */
  take(): string {
    const text = unescaped(this.text_);
    this.text_ = '';
    return text;
  }
}

export function unescaped(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(ESCAPED, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}

/** The shared strings, in their order. Throws Refused when there are more than are held in memory. */
export async function readStrings(bytes: AsyncIterable<unknown>): Promise<string[]> {
  const strings: string[] = [];
  let characters = 0;
  const collector = new StringCollector();
  await readXml(bytes, {
    open: (name) => collector.open(name),
    text: (text) => collector.text(text),
    close(name) {
      collector.close(name);
      if (name !== 'si') return;
      const text = collector.take();
      characters += text.length;
      strings.push(text);
      if (strings.length > MAX_STRINGS || characters > MAX_CHARACTERS) throw new Refused([TOO_MANY]);
    },
  });
  return strings;
}

const TOO_MANY = {
  zh: `工作簿的不同文本过多（最多 ${MAX_STRINGS.toLocaleString('en')} 个）；请分成几个文件，或另存为 CSV`,
  en: `the workbook has too many different texts (at most ${MAX_STRINGS.toLocaleString('en')}): split it, or save it as CSV`,
};
