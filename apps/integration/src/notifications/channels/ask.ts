import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Targets } from '../../webhooks/targets.js';

const MOST_BYTES = 256 * 1024;
const MILLISECONDS = 10_000;

/** A channel answered something that is not what it documents. */
export class NoAnswer extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

/** Asks the API of a channel and answers its JSON. Follows no redirect, asks no proxy, and goes nowhere webhooks may not. */
export async function ask<T>(targets: Targets, url: URL, body?: object): Promise<T> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const text = body === undefined ? undefined : JSON.stringify(body);
  const request = send(url, {
    method: text === undefined ? 'GET' : 'POST',
    headers:
      text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
    ...targets.connection(url),
    signal: AbortSignal.timeout(MILLISECONDS),
  });
  request.end(text);
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  const said = await textOf(answer);
  if (answer.statusCode !== 200) throw new NoAnswer(`HTTP_${answer.statusCode}`);
  try {
    return JSON.parse(said) as T;
  } catch {
    throw new NoAnswer('NOT_JSON');
  }
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of answer) {
    bytes += (part as Buffer).length;
    if (bytes > MOST_BYTES) {
      answer.destroy();
      throw new NoAnswer('TOO_LONG');
    }
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString('utf8');
}
