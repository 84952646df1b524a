import { mock } from 'node:test';
import pg from 'pg';
import type { Tx } from '#database';

/** Runs `fn`, and counts the statements that it sends in `tx`; that the transaction begins is none of them. */
export async function countStatements<T>(tx: Tx, fn: () => Promise<T>): Promise<{ found: T; statements: number }> {
  const { connection } = (await tx.queryRunner!.connect()) as { connection: object };
  const submit = mock.method(pg.Query.prototype as unknown as { text: string; submit(to: object): void }, 'submit');
  try {
    const found = await fn();
    const own = submit.mock.calls.filter(({ arguments: [to] }) => to === connection);
    const texts = own.map((call) => (call.this as { text: string }).text);
    return { found, statements: texts.filter((text) => !text.startsWith('START TRANSACTION')).length };
  } finally {
    submit.mock.restore();
  }
}
