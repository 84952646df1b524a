import type { Tx } from '#database';
import type { StudentKeys } from '#vault';
import { Result } from './gradebook.entity.js';
import type { Row } from './objects.js';

/** Rows of results, with their comments opened. */
export async function withComments(tx: Tx, keys: StudentKeys, rows: Row[]): Promise<Row[]> {
  const sealed = rows.map(({ key, student, comment }) =>
    Object.assign(new Result(), { id: key, studentId: student, comment }),
  );
  const opened = await keys.openFields(tx, sealed);
  return rows.map((row, i) => ({ ...row, ...opened[i] }));
}
