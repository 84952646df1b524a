import type { PoolClient } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { Tx } from '#database';

/** Bytes before the first row: signature, flags, and the length of an empty header extension. */
const HEADER = 19;

/**
 * Reads the rows of a statement without parameters through COPY … (FORMAT binary): as bytes, several times faster than the text
 * protocol for `bytea`. `onRow` gets the raw fields, each a buffer of its own; NULLs are not expected.
 */
export async function copyBinary(tx: Tx, select: string, onRow: (fields: Buffer[]) => void): Promise<void> {
  const runner = tx.queryRunner;
  if (!runner) throw new Error('copyBinary needs a transaction: its rows must be of one snapshot');
  const client = (await runner.connect()) as PoolClient;
  const reader = new RowReader(onRow);
  for await (const chunk of client.query(copyTo(`COPY (${select}) TO STDOUT (FORMAT binary)`)))
    reader.push(chunk as Buffer);
}

/** Puts rows together from chunks; every byte is copied once. */
class RowReader {
  /** The piece that is being filled: the header, a count, a length, or a field. */
  private piece: Buffer = Buffer.alloc(HEADER);
  private filled = 0;
  private expecting: 'header' | 'count' | 'length' | 'field' = 'header';
  private fields: Buffer[] = [];
  private left = 0;
  private ended = false;

  constructor(private readonly onRow: (fields: Buffer[]) => void) {}

  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length && !this.ended;) {
      const n = Math.min(this.piece.length - this.filled, chunk.length - at);
      chunk.copy(this.piece, this.filled, at, at + n);
      this.filled += n;
      at += n;
      // More than once: a field may be empty.
      while (!this.ended && this.filled === this.piece.length) this.complete();
    }
  }

  private complete(): void {
    switch (this.expecting) {
      case 'header':
        return this.expect('count', 2);
      case 'count':
        this.left = this.piece.readInt16BE();
        this.fields = [];
        this.ended = this.left < 0;
        return this.expect('length', 4);
      case 'length':
        return this.expect('field', this.piece.readInt32BE());
      case 'field':
        this.fields.push(this.piece);
        if (--this.left > 0) return this.expect('length', 4);
        this.onRow(this.fields);
        return this.expect('count', 2);
    }
  }

  private expect(what: RowReader['expecting'], bytes: number): void {
    this.expecting = what;
    // Not from the shared pool: a field can be looked at as an Int32Array as it is.
    this.piece = Buffer.allocUnsafeSlow(bytes);
    this.filled = 0;
  }
}
