import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { copyConnection, type Tx } from '#database';

/** Bytes before the first row: signature, flags, and the length of an empty header extension. */
const HEADER = 19;

/**
 * Reads the rows of a statement without parameters through COPY … (FORMAT binary): as bytes, several times faster than the text
 * protocol for `bytea`. `onRow` gets the raw fields, each a buffer of its own; NULLs are not expected. `roomFor` may name where the
 * field that follows some fields goes.
 */
export async function copyBinary(
  tx: Tx,
  select: string,
  onRow: (fields: Buffer[]) => void,
  roomFor?: (fields: readonly Buffer[], bytes: number) => Buffer | undefined,
): Promise<void> {
  const client = await copyConnection(tx);
  const reader = new RowReader(onRow, roomFor);
  const failures: unknown[] = [];
  for await (const chunk of client.query(copyTo(`COPY (${select}) TO STDOUT (FORMAT binary)`))) {
    // To the end whatever happens: a connection with half a COPY never answers again, not even to ROLLBACK.
    if (failures.length > 0) continue;
    try {
      reader.push(chunk as Buffer);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** Writes rows into a table and its columns, e.g. `s.t (a, b)`. The rows cannot be used any more. */
export async function copyIn(tx: Tx, target: string, rows: CopyRows): Promise<void> {
  const client = await copyConnection(tx);
  await pipeline(
    Readable.from(rows.chunks(), { objectMode: false }),
    client.query(copyFrom(`COPY ${target} FROM STDIN (FORMAT binary)`)),
  );
  // Only now: the server has read every byte.
  rows.release();
}

/** PostgreSQL's days and instants begin with the year 2000. */
const EPOCH_2000_MS = 946_684_800_000;
const DAY_2000 = 10_957;
/** Bytes of a number with its length. */
const MAX_NUMBER = 12;
const TWO_32 = 4_294_967_296;

/** Buffers to be used again: a new one per batch keeps the garbage collector busy. */
const spare: Buffer[] = [];
const MAX_SPARE = 4;
const MAX_SPARE_BYTES = 4_194_304;

function bufferOf(bytes: number): Buffer {
  const i = spare.findIndex((buffer) => buffer.length >= bytes);
  return i < 0 ? Buffer.allocUnsafeSlow(bytes) : spare.splice(i, 1)[0]!;
}

/** Rows in the binary format of COPY, written field by field into one buffer that grows. */
export class CopyRows {
  private buffer: Buffer;
  private view: DataView;
  private end = HEADER;
  /** Where in the buffer values lie that are sent from where they are. */
  private readonly outside: { at: number; value: Buffer }[] = [];

  /** `bytes`: how much the rows will come to, more or less. */
  constructor(
    private readonly columns: number,
    bytes: number,
  ) {
    // And what `row` wants to see free.
    this.buffer = bufferOf(HEADER + bytes + 2 + MAX_NUMBER * columns);
    this.view = viewOf(this.buffer);
    this.buffer.write('PGCOPY\n\xff\r\n\0', 0, 'latin1');
    this.buffer.fill(0, 11, HEADER);
  }

  row(): this {
    // Numbers need no look at the room of their own.
    this.room(2 + MAX_NUMBER * this.columns);
    this.view.setInt16(this.end, this.columns);
    this.end += 2;
    return this;
  }

  null(): this {
    this.view.setInt32(this.end, -1);
    this.end += 4;
    return this;
  }

  int2(value: number): this {
    this.view.setInt32(this.end, 2);
    this.view.setInt16(this.end + 4, value);
    this.end += 6;
    return this;
  }

  int4(value: number): this {
    this.view.setInt32(this.end, 4);
    this.view.setInt32(this.end + 4, value);
    this.end += 8;
    return this;
  }

  /** A whole number up to 2^53. */
  int8(value: number): this {
    this.view.setInt32(this.end, 8);
    this.view.setInt32(this.end + 4, Math.floor(value / TWO_32));
    // Takes the value modulo 2^32, also of negative ones.
    this.view.setUint32(this.end + 8, value);
    this.end += 12;
    return this;
  }

  /** Days since 1970-01-01. */
  date(day: number): this {
    return this.int4(day - DAY_2000);
  }

  /** Milliseconds since 1970; NaN = NULL. */
  instant(ms: number): this {
    return Number.isNaN(ms) ? this.null() : this.int8((ms - EPOCH_2000_MS) * 1_000);
  }

  text(value: string): this {
    this.room(4 + 3 * value.length + MAX_NUMBER * this.columns);
    const bytes = this.buffer.write(value, this.end + 4);
    this.view.setInt32(this.end, bytes);
    this.end += 4 + bytes;
    return this;
  }

  /** Bytes that are not copied: they must not change before they are written. */
  bytes(value: Buffer): this {
    this.view.setInt32(this.end, value.length);
    this.end += 4;
    this.outside.push({ at: this.end, value });
    return this;
  }

  /** Everything, with header and trailer. */
  chunks(): Buffer[] {
    this.room(2);
    this.view.setInt16(this.end, -1);
    this.end += 2;
    const chunks: Buffer[] = [];
    let from = 0;
    for (const { at, value } of this.outside) {
      chunks.push(this.buffer.subarray(from, at), value);
      from = at;
    }
    return [...chunks, this.buffer.subarray(from, this.end)];
  }

  /** Gives the buffer to others. */
  release(): void {
    if (spare.length < MAX_SPARE && this.buffer.length <= MAX_SPARE_BYTES) spare.push(this.buffer);
  }

  private room(bytes: number): void {
    if (this.end + bytes <= this.buffer.length) return;
    const larger = bufferOf(2 * this.buffer.length + bytes);
    this.buffer.copy(larger, 0, 0, this.end);
    this.buffer = larger;
    this.view = viewOf(larger);
  }
}

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
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

  constructor(
    private readonly onRow: (fields: Buffer[]) => void,
    private readonly roomFor: ((fields: readonly Buffer[], bytes: number) => Buffer | undefined) | undefined,
  ) {}

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
    const room = what === 'field' ? this.roomFor?.(this.fields, bytes) : undefined;
    this.piece = room ?? Buffer.allocUnsafeSlow(bytes);
    this.filled = 0;
  }
}
