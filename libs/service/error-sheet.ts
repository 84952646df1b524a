import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyDecorators, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiProduces } from '@nestjs/swagger';
import { CSV_TYPE, errorSheet, type ErrorSheetOptions, Refused, type RowError, XLSX_TYPE } from '#exchange';
import { OneOf } from '#fields';
import { type FieldError, NotFound } from '#problems';

const ROWS = {
  all: { zh: '全部行；未出错的行「错误」为空', en: 'All rows; those that are right have no error' },
  refused: { zh: '只含出错的行', en: 'Only the rows that something is wrong with' },
} as const;

export class ErrorSheetQuery {
  @OneOf(ROWS, { zh: '哪些行', en: 'Which rows', optional: true, example: 'all' })
  rows: keyof typeof ROWS = 'all';
}

const MAX_LENGTH = 134_217_728;
const EXAMPLE =
  'building,room,bed,student_number,错误\nB7,101,1,2024000001,\nB7,101,2,999,student_number：没有该学号的学生\n';

/** What OpenAPI says of a route that hands out an error sheet. */
export const ReturnsErrorSheet = (): MethodDecorator =>
  applyDecorators(
    ApiProduces(CSV_TYPE, XLSX_TYPE),
    ApiOkResponse({
      description:
        '送来的表格加一列「错误」，格式与送来的相同；改正后可直接再次上传 / ' +
        'The table that was sent, in its own format, with a column of errors; once corrected it can be sent again',
      content: {
        [CSV_TYPE]: { schema: { type: 'string', format: 'csv', maxLength: MAX_LENGTH }, example: EXAMPLE },
        [XLSX_TYPE]: { schema: { type: 'string', format: 'binary', maxLength: MAX_LENGTH } },
      },
    }),
  );

/**
 * The error sheet of a file that was refused. `fetchFile` writes the file to a path. Throws NotFound (404) where there is none any more,
 * or it was no table at all.
 */
export async function errorSheetFile(
  fetchFile: (path: string) => Promise<void>,
  errors: readonly RowError[],
  options: ErrorSheetOptions,
): Promise<StreamableFile> {
  const dir = await mkdtemp(join(tmpdir(), 'yizhan-errors-'));
  const clean = (): Promise<void> => rm(dir, { recursive: true, force: true });
  try {
    const path = join(dir, 'file');
    await fetchFile(path);
    const { format, bytes } = await errorSheet(path, errors, options);
    bytes.on('close', () => void clean());
    const type = format.type === 'xlsx' ? XLSX_TYPE : `${CSV_TYPE}; charset=${format.encoding}`;
    return new StreamableFile(bytes, { type, disposition: `attachment; filename="errors.${format.type}"` });
  } catch (error) {
    await clean();
    throw error instanceof Refused ? new NotFound({ what: 'error-sheet' }) : error;
  }
}

const MOST_SHOWN = 100;

/** What is wrong with a sheet, as the problem of a request that sent it says it: the first hundred rows and cells. */
export function fieldErrors(errors: readonly RowError[]): FieldError[] {
  return errors.slice(0, MOST_SHOWN).map(({ line, column, zh, en }) => ({
    pointer: column === undefined ? '#/file' : `#/file/${column}`,
    ...(line !== undefined && { line }),
    zh,
    en,
  }));
}
