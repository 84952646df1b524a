import { open } from 'node:fs/promises';
import { query, queryOne, sql, type Tx } from '#database';
import type { Vault } from '#vault';

/** Characters of a part: no step holds all of a file in memory. */
const PART = 1_048_576;

/** As `npm run keys` names it. */
const placeOf = (runId: string, part: number): string => `integration.connector_run_part ${runId} ${part}`;

/** Keeps the rows of a run, sealed, until it has ended. */
export async function storeParts(tx: Tx, vault: Vault, runId: string, text: AsyncIterable<string>): Promise<void> {
  let [part, waiting] = [0, ''];
  const store = (): Promise<unknown> => {
    const sealed = vault.seal(placeOf(runId, part), waiting);
    waiting = '';
    return query(
      tx,
      sql`INSERT INTO integration.connector_run_part (run_id, part, sealed) VALUES (${runId}, ${part++}, ${sealed})`,
    );
  };
  for await (const piece of text) {
    waiting += piece;
    if (waiting.length >= PART) await store();
  }
  if (waiting !== '') await store();
}

/** A part of the rows of a run; undefined: there is none so far. Parts end where rows do. */
export async function fetchPart(tx: Tx, vault: Vault, runId: string, part: number): Promise<string | undefined> {
  const row = await queryOne<{ sealed: Buffer }>(
    tx,
    sql`SELECT sealed FROM integration.connector_run_part WHERE run_id = ${runId} AND part = ${part}`,
  );
  return row && vault.open(placeOf(runId, part), row.sealed);
}

/** Writes the rows of a run to `path`. */
export async function fetchParts(tx: Tx, vault: Vault, runId: string, path: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    for (let part = 0; ; part++) {
      const text = await fetchPart(tx, vault, runId, part);
      if (text === undefined) return;
      await file.write(text);
    }
  } finally {
    await file.close();
  }
}

/** Forgets the rows of a run, and what it has pulled. */
export async function dropKept(tx: Tx, runId: string): Promise<void> {
  await query(tx, sql`DELETE FROM integration.connector_run_part WHERE run_id = ${runId}`);
  await query(tx, sql`DELETE FROM integration.connector_page WHERE run_id = ${runId}`);
}
