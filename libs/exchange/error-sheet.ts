import type { Readable } from 'node:stream';
import type { Bilingual } from '#contracts';
import { type Columns, ERRORS_COLUMN, isErrorsColumn, readHeader } from './headers.js';
import type { RowError } from './row-errors.js';
import { openTable } from './table.js';
import { type TableFormat } from './table-file.js';
import { writeTable } from './write.js';

export interface ErrorSheetOptions {
  columns: Columns<string>;
  sheet?: string;
  language: keyof Bilingual;
  /** `refused`: only the rows that something is wrong with; `all`: the others too, so that the corrected sheet is the whole file. */
  rows: 'all' | 'refused';
}

/**
 * The sender's own table with what is wrong with each row: the same format, their columns in their order, and a last column 错误 (Errors)
 * that is left out when the sheet comes back in. What concerns the file as a whole stands in a row of its own at the top.
 */
export async function errorSheet(
  path: string,
  errors: readonly RowError[],
  { columns, sheet, language, rows }: ErrorSheetOptions,
): Promise<{ format: TableFormat; bytes: Readable }> {
  const { format, header, lines } = await openTable(path, columns, sheet);
  const names = header.cells;
  const kept = [...names.keys()].filter((i) => !isErrorsColumn(names[i]!));
  const { at } = readHeader(columns, [], names);
  const texts = new Map<number, string[]>();
  const ofFile: string[] = [];
  for (const { line, column, ...text } of errors) {
    const place = column === undefined ? undefined : at.get(column);
    const name = place === undefined ? column : names[place]!.trim();
    const said = name === undefined ? text[language] : `${name}${language === 'zh' ? '：' : ': '}${text[language]}`;
    if (line === undefined || line <= header.line) ofFile.push(said);
    else texts.set(line, [...(texts.get(line) ?? []), said]);
  }
  const joined = (all: readonly string[]): string => all.join(language === 'zh' ? '；' : '; ');
  const cellsOf = (cells: readonly string[]): string[] => kept.map((i) => cells[i] ?? '');

  async function* written(): AsyncGenerator<string[]> {
    yield [...cellsOf(names), ERRORS_COLUMN[language]];
    if (ofFile.length > 0) yield [...cellsOf([]), joined(ofFile)];
    for await (const part of lines) {
      for (const { line, cells } of part) {
        const text = texts.get(line);
        if (text || rows === 'all') yield [...cellsOf(cells), joined(text ?? [])];
      }
    }
  }
  return { format, bytes: writeTable(written(), format) };
}
