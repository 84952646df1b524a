import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface OutsideAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  /** Undefined: it was longer than `mostBytes`, and cut off. */
  body: Buffer | undefined;
}

/**
 * Asks a system outside, as `Targets.connection` says how (`options`); follows no redirect and asks no proxy. Reads the answer to its end, so that
 * the connection can be used again. Throws when no whole answer came in time.
 */
export async function request(
  url: URL,
  { body, ...options }: RequestOptions & { body?: string },
  mostBytes: number,
): Promise<OutsideAnswer> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const length = body !== undefined && { 'content-length': Buffer.byteLength(body) };
  const asked = send(url, { ...options, headers: { ...(options.headers as object), ...length } });
  asked.end(body);
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  const { statusCode, headers } = answer;
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of answer) {
    bytes += (part as Buffer).length;
    if (bytes > mostBytes) {
      answer.destroy();
      return { status: statusCode!, headers, body: undefined };
    }
    parts.push(part as Buffer);
  }
  return { status: statusCode!, headers, body: Buffer.concat(parts) };
}
