import { inSavepoint, type Tx } from '#database';
import { Int, Nested, Text, Uuid } from '#fields';
import { toProblem } from './to-problem.js';

/** Why a row of a request was not done. */
export class RowProblemDto {
  @Text({ zh: '问题代码', en: 'Stable code', example: 'http/stale' })
  code: string;

  @Int({ zh: '单独请求时的状态码', en: 'Status a request of its own would get', min: 400, max: 599, example: 412 })
  status: number;

  @Text({ zh: '中文说明', en: 'In Chinese', max: 2000, example: '数据已被他人修改，请重新读取后再试' })
  zh: string;

  @Text({
    zh: '英文说明',
    en: 'In English',
    max: 2000,
    example: 'The data was changed by somebody else; read it again',
  })
  en: string;
}

/** What became of a row, as an answer shows it; the class of each route adds the `status`. A row with a problem changed nothing. */
export abstract class RowResultDto {
  @Uuid({ zh: '所改的对象', en: 'What the row is about' })
  id: string;

  @Int({
    zh: '新版本；有问题时为 null',
    en: 'New version; null with a problem',
    ...{ nullable: true, min: 1, max: 2_147_483_647, example: 2 },
  })
  version: number | null;

  @Nested(() => RowProblemDto, { zh: '问题', en: 'Problem', nullable: true })
  problem: RowProblemDto | null;
}

/** What became of a row: its new status and version, or the problem; a row with a problem changed nothing. */
export interface RowResult<S> {
  id: string;
  status: S | null;
  version: number | null;
  problem: RowProblemDto | null;
}

/**
 * Changes each row by itself, in order: one that cannot be changed gets its problem, the others are done.
 * What is not a row's fault (a status of 500 and above) fails the whole transaction.
 */
export async function rowByRow<R extends { id: string }, S>(
  tx: Tx,
  rows: readonly R[],
  change: (row: R, i: number) => Promise<{ status: S; version: number }>,
): Promise<RowResult<S>[]> {
  const results: RowResult<S>[] = [];
  for (const [i, row] of rows.entries()) {
    try {
      const { status, version } = await inSavepoint(tx, () => change(row, i));
      results.push({ id: row.id, status, version, problem: null });
    } catch (error) {
      const problem = toProblem(error);
      if (!problem || problem.kind.status >= 500) throw error;
      const { code, status } = problem.kind;
      const { zh, en } = problem.errors[0] ?? problem.text;
      results.push({ id: row.id, status: null, version: null, problem: { code, status, zh, en } });
    }
  }
  return results;
}
