import type { Readable } from 'node:stream';
import { Dicer } from '@fastify/busboy';
import { decode } from '#exchange';

const KB = 1024;
/** An event is a few hundred bytes of text. */
const TEXT_BYTES = 64 * KB;
/** With its pictures. */
const BODY_BYTES = 8 * KB * KB;
/** Events and pictures of one call. */
const PARTS = 32;
/** Enough to see whether a body begins with a boundary. */
const START_BYTES = 128;
const BOUNDARY = /^(?:\r\n)*--([^\r\n]{1,70})\r\n/;
const NO_TEXT = /^(image|audio|video)\/|octet-stream/i;

/** It is larger, or has more parts, than anything a device has to tell. */
export class BodyTooLarge extends Error {
  readonly statusCode = 413;
}

/**
 * The texts of a delivery, in UTF-8 or GB18030: the body, or the parts of a multipart one that are no pictures, which pass by unread. Which of
 * them it is tells its first line: what devices say of the type is not to be relied on. Throws BodyTooLarge.
 */
export async function textsOf(body: Readable): Promise<string[]> {
  const chunks = limited(body);
  let start = Buffer.alloc(0);
  while (start.length < START_BYTES) {
    const next = await chunks.next();
    if (next.done) break;
    start = Buffer.concat([start, next.value]);
  }
  const [, boundary] = BOUNDARY.exec(start.subarray(0, START_BYTES).toString('latin1')) ?? [];
  if (boundary !== undefined) return partsOf(boundary, start, chunks);
  const text = new Text();
  text.add(start);
  for await (const chunk of chunks) text.add(chunk);
  return text.bytes.length > 0 ? [decode(text.bytes)] : [];
}

async function* limited(body: Readable): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += (chunk as Buffer).length;
    if (bytes > BODY_BYTES) throw new BodyTooLarge();
    yield chunk as Buffer;
  }
}

async function partsOf(boundary: string, start: Buffer, rest: AsyncIterable<Buffer>): Promise<string[]> {
  const texts: Text[] = [];
  let parts = 0;
  let failed: Error | undefined;
  const dicer = new Dicer({ boundary, maxHeaderPairs: 20 });
  const ended = new Promise<void>((done) => {
    dicer.on('finish', done);
    // A body that is cut off; what came before it is whole.
    dicer.on('error', () => done());
  });
  dicer.on('part', (part) => {
    parts++;
    let text: Text | undefined;
    part.on('header', (header) => {
      const { 'content-type': [type = ''] = [], 'content-disposition': [disposition = ''] = [] } = header as Headers;
      if (!NO_TEXT.test(type) && !/filename/i.test(disposition)) texts.push((text = new Text()));
    });
    part.on('data', (chunk: Buffer) => {
      try {
        text?.add(chunk);
      } catch (error) {
        failed ??= error as Error;
      }
    });
    part.on('end', () => text && (text.whole = true));
    part.on('error', () => undefined);
  });
  const write = (chunk: Buffer): void => {
    if (dicer.writable) dicer.write(chunk);
    if (parts > PARTS) throw new BodyTooLarge();
    if (failed) throw failed;
  };
  write(start);
  for await (const chunk of rest) write(chunk);
  if (dicer.writable) dicer.end();
  await ended;
  if (failed) throw failed;
  return texts.filter(({ whole, bytes }) => whole && bytes.length > 0).map(({ bytes }) => decode(bytes));
}

type Headers = Partial<Record<string, string[]>>;

class Text {
  whole = false;
  private parts: Buffer[] = [];
  private size = 0;

  add(chunk: Buffer): void {
    this.size += chunk.length;
    if (this.size > TEXT_BYTES) throw new BodyTooLarge();
    this.parts.push(chunk);
  }

  get bytes(): Buffer {
    return Buffer.concat(this.parts);
  }
}
