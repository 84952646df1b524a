import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** Of an answer nothing is used but its status. */
const MOST_BYTES = 64 * 1024;

/** Posts `body`; answers the status and Retry-After. Follows no redirect and asks no proxy. Throws when no answer came in time. */
export async function post(
  url: URL,
  body: string,
  options: RequestOptions,
): Promise<{ status: number; retryAfter: string | undefined }> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const length = Buffer.byteLength(body);
  const request = send(url, { ...options, method: 'POST', headers: { ...options.headers, 'content-length': length } });
  request.end(body);
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  await drained(answer);
  return { status: answer.statusCode!, retryAfter: answer.headers['retry-after'] };
}

/** Reads an answer to its end, so that its connection can be used again; a long one is cut off. */
async function drained(answer: IncomingMessage): Promise<void> {
  let bytes = 0;
  for await (const chunk of answer) {
    bytes += (chunk as Buffer).length;
    if (bytes > MOST_BYTES) return void answer.destroy();
  }
}
