import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { query, queryOne, sql, type Tx } from '#database';

const PART = 4_194_304;

/** Keeps an uploaded file with its import, in parts so that no step holds all of it in memory. */
export async function storeFile(tx: Tx, importId: string, path: string): Promise<void> {
  let part = 0;
  for await (const bytes of createReadStream(path, { highWaterMark: PART })) {
    await query(
      tx,
      sql`INSERT INTO directory.import_file (import_id, part, bytes) VALUES (${importId}, ${part++}, ${bytes as Buffer})`,
    );
  }
}

/** Writes the stored file to `path`. */
export async function fetchFile(tx: Tx, importId: string, path: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    for (let part = 0; ; part++) {
      const row = await queryOne<{ bytes: Buffer }>(
        tx,
        sql`SELECT bytes FROM directory.import_file WHERE import_id = ${importId} AND part = ${part}`,
      );
      if (!row) return;
      await file.write(row.bytes);
    }
  } finally {
    await file.close();
  }
}
