import { TextDecoder } from 'node:util';
import iconv from 'iconv-lite';

/**
 * Text of a CSV file as schools hand it in: UTF-8 with or without a BOM, else GB18030 (which covers GBK and GB 2312).
 * Bytes that mean nothing there become U+FFFD.
 */
export function decodeCsv(content: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    return iconv.decode(content, 'gb18030');
  }
}
