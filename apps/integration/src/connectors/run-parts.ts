import { open } from 'node:fs/promises';
import { query, queryOne, sql, type Tx } from '#database';
import type { Vault } from '#vault';

/** Characters of a part: no step holds all of a file in memory. */
const PART = 1_048_576;

/** As `npm run keys` names it. */
const placeOf = (runId: string, part: number): string => `integration.connector_run_part ${runId} ${part}`;

/** The rows of a run in parts, sealed. */
export async function* sealedParts(vault: Vault, runId: string, text: AsyncIterable<string>): AsyncGenerator<Buffer> {
  let [part, waiting] = [0, ''];
  const seal = (): Buffer => vault.seal(placeOf(runId, part++), waiting);
  for await (const piece of text) {
    waiting += piece;
    if (waiting.length < PART) continue;
    yield seal();
    waiting = '';
  }
  if (waiting !== '') yield seal();
}

/** Keeps the rows of a run, sealed, until it has ended. */
export async function storeParts(
  tx: Tx,
  runId: string,
  parts: Iterable<Buffer> | AsyncIterable<Buffer>,
): Promise<void> {
  let part = 0;
  for await (const sealed of parts)
    await query(
      tx,
      sql`INSERT INTO integration.connector_run_part (run_id, part, sealed) VALUES (${runId}, ${part++}, ${sealed})`,
    );
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
