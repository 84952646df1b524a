import type { PoolClient } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { Tx } from '#database';

/** Bytes before the first tuple: signature, flags, and the length of an empty header extension. */
const HEADER = 19;

/**
 * Reads the rows of a statement without parameters through COPY … (FORMAT binary): as bytes, several times faster than the text
 * protocol for `bytea`. Calls `onRow` with the raw fields (null = NULL); they are only valid during the call.
 */
export async function copyBinary(tx: Tx, select: string, onRow: (fields: (Buffer | null)[]) => void): Promise<void> {
  const runner = tx.queryRunner;
  if (!runner) throw new Error('copyBinary needs a transaction: its rows must be of one snapshot');
  const client = (await runner.connect()) as PoolClient;
  const stream = client.query(copyTo(`COPY (${select}) TO STDOUT (FORMAT binary)`));
  let rest: Buffer = Buffer.alloc(0);
  let started = false;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (!started && rest.length >= HEADER) {
      rest = rest.subarray(HEADER);
      started = true;
    }
    if (started) rest = takeRows(rest, onRow);
  }
}

/** Hands over the complete rows at the start of `bytes`; answers what is left. */
function takeRows(bytes: Buffer, onRow: (fields: (Buffer | null)[]) => void): Buffer {
  let at = 0;
  for (;;) {
    if (bytes.length < at + 2) return bytes.subarray(at);
    const count = bytes.readInt16BE(at);
    if (count < 0) return bytes.subarray(bytes.length);
    const fields: (Buffer | null)[] = [];
    let end = at + 2;
    for (let i = 0; i < count; i++) {
      if (bytes.length < end + 4) return bytes.subarray(at);
      const length = bytes.readInt32BE(end);
      end += 4;
      if (length >= 0 && bytes.length < end + length) return bytes.subarray(at);
      fields.push(length < 0 ? null : bytes.subarray(end, end + length));
      end += Math.max(0, length);
    }
    onRow(fields);
    at = end;
  }
}
