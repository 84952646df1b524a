import encodeQr from 'qr';
import { grouped, type Manuscript } from '#documents';
import { BOOK } from './book-sheet.js';

/** By what a book is verified. */
export interface Made {
  number: string;
  code: string;
}

/** A book as Typst sets it; `made` is null for a preview. `today` (YYYY-MM-DD) stands on its last page. */
export function manuscriptOf(
  content: Record<string, unknown>,
  made: Made | null,
  origin: string,
  today: string,
  at: Date,
): Manuscript {
  const zh = new Intl.DateTimeFormat('zh-CN', { dateStyle: 'long', timeZone: 'UTC' });
  const book = {
    ...content,
    number: made?.number ?? null,
    code: made && grouped(made.code),
    // The code stands after `#`, which browsers send to nobody: it is in no log.
    qr: made && encodeQr(`${origin}/books#${made.code}`, 'svg', { ecc: 'medium', border: 2 }),
    address: `${origin.replace(/^https?:\/\//, '')}/books`,
    issuedOn: zh.format(new Date(`${today}T00:00:00Z`)),
  };
  return { source: BOOK, inputs: { book: JSON.stringify(book) }, at };
}
