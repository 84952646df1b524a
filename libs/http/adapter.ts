import { type IncomingHttpHeaders, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { randomUUID } from 'node:crypto';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import type { DestinationStream } from 'pino';
import type { Config } from '#config';
import {
  BadRequest,
  HeadersTooLarge,
  Invalid,
  NotImplemented,
  type Problem,
  RequestTimeout,
  UnsupportedMediaType,
  UrlTooLong,
} from '#problems';
import { BODY_LIMIT } from './decorators.js';
import { KEYS_PER_MB, parseJsonBody } from './json-body.js';
import { createLogger } from './logging.js';
import { PROBLEM_JSON, problemBody, sendProblem } from './problem-answer.js';
import { charsetOf, rawContent, registerRawBodies, UTF_8 } from './raw-body.js';
import { toProblem } from './to-problem.js';

const MB = 1_048_576;
const MAX_URL = 8_192;
const MAX_HEADERS = 16_384;
/** A request has so long to arrive; Node looks every second. */
const ARRIVAL_MS = 13_000;
/** Headers that decide who asks for what. */
const ONCE = new Set(['authorization', 'host', 'content-type', 'idempotency-key', 'if-match']);

/** JSON only: Nest would add a form parser, which nothing here reads. */
class JsonAdapter extends FastifyAdapter {
  override registerParserMiddleware(): void {}
}

/** Fastify with the limits of the house: 1 MB bodies, 8 KB addresses, 15 s for a request to arrive. Its log goes to stdout, or to `log`. */
export function createAdapter(config: Config, log?: DestinationStream): FastifyAdapter {
  const adapter = new JsonAdapter({
    loggerInstance: createLogger(config, log) as never,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    bodyLimit: MB,
    requestTimeout: ARRIVAL_MS,
    http: { headersTimeout: ARRIVAL_MS, connectionsCheckingInterval: 1_000, maxHeaderSize: MAX_HEADERS },
    trustProxy: config.trustedProxies ?? false,
    requestIdHeader: false,
    genReqId: (request: { headers: IncomingHttpHeaders }) => requestId(request.headers['x-request-id']),
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 500 },
    frameworkErrors: (error: Error, request: unknown, answer: unknown) => {
      const reply = answer as FastifyReply;
      secure(config, (request as FastifyRequest).id, reply);
      sendProblem(request as FastifyRequest, reply, toProblem(error) ?? new BadRequest(), config.origin);
    },
    clientErrorHandler: (error: Error, socket: Socket) => answerBrokenRequest(config, error, socket),
  });
  const fastify = adapter.getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    /^application\/(?:scim\+)?json(?:\s*;|$)/i,
    { parseAs: 'buffer' },
    (request, body, done) => {
      try {
        done(null, rawContent(request, body as Buffer) ?? jsonBody(request, body as Buffer));
      } catch (error) {
        done(error as Error);
      }
    },
  );
  registerRawBodies(fastify as unknown as FastifyInstance);
  fastify.addHook('onRoute', (route) => {
    const limit = (route.config as { [BODY_LIMIT]?: number } | undefined)?.[BODY_LIMIT];
    if (limit !== undefined) route.bodyLimit = limit;
  });
  // With a callback rather than a promise: each of those makes every request wait for a turn more.
  fastify.addHook('onRequest', (request, _reply, done) => {
    if ((request.raw.url ?? '').length > MAX_URL) return done(new UrlTooLong());
    done(repeatedHeader(request));
  });
  fastify.addHook('onSend', (request, reply, payload, done) => {
    secure(config, request.id, reply);
    done(null, payload);
  });
  closeUnused(fastify as unknown as FastifyInstance);
  return adapter;
}

/**
 * Callers, browsers above all, open connections before they need them. When the server closes, Node 20 takes one on which nothing has come
 * yet for busy, and looks at its time limit no more: the process would wait until its caller hangs up.
 */
function closeUnused(fastify: FastifyInstance): void {
  const open = new Set<Socket>();
  fastify.server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  fastify.addHook('preClose', (done) => {
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
    done();
  });
}

function jsonBody(request: FastifyRequest, bytes: Buffer): unknown {
  if (charsetOf(request) !== UTF_8) throw new UnsupportedMediaType();
  const maxKeys = Math.floor((KEYS_PER_MB * request.routeOptions.bodyLimit!) / MB);
  return parseJsonBody(bytes, undefined, maxKeys);
}

/** Node keeps the first of these and says nothing: who is in between may have read the second (RFC 9110 §5.3). */
function repeatedHeader({ raw }: FastifyRequest): Error | undefined {
  const seen = new Set<string>();
  for (let i = 0; i < raw.rawHeaders.length; i += 2) {
    const name = raw.rawHeaders[i]!.toLowerCase();
    if (!ONCE.has(name)) continue;
    if (seen.has(name)) {
      return new Invalid({ errors: [{ pointer: raw.rawHeaders[i]!, zh: '只能出现一次', en: 'must be given once' }] });
    }
    seen.add(name);
  }
  return undefined;
}

/** The caller's X-Request-Id when it is harmless, else a new one. */
function requestId(header: string | string[] | undefined): string {
  return typeof header === 'string' && /^[\w.-]{8,64}$/.test(header) ? header : randomUUID();
}

const SECURE = Object.entries({
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
});

/** Headers of every answer; what a route has set itself stays. */
function secure({ origin }: Config, id: string, reply: Pick<FastifyReply, 'header' | 'hasHeader'>): void {
  const add = (name: string, value: string): void => void (reply.hasHeader(name) || reply.header(name, value));
  add('X-Request-Id', id);
  for (const [name, value] of SECURE) add(name, value);
  if (origin.startsWith('https:')) add('Strict-Transport-Security', 'max-age=31536000; includeSubDomains');
}

interface ClientError extends Error {
  code?: string;
  rawPacket?: Buffer;
}

/** What Node refuses before there is a request: answered by hand, then the connection is closed. */
function answerBrokenRequest(config: Config, error: ClientError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return;
  const problem = problemOf(error);
  const body = JSON.stringify(problemBody(problem, 'zh', config.origin, '/', randomUUID()));
  socket.end(
    `HTTP/1.1 ${problem.kind.status} ${STATUS_CODES[problem.kind.status]}\r\nContent-Type: ${PROBLEM_JSON}\r\n` +
      `Content-Language: zh\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n` +
      `X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n\r\n${body}`,
  );
}

function problemOf(error: ClientError): Problem {
  switch (error.code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new RequestTimeout();
    case 'HPE_INVALID_METHOD':
      return new NotImplemented();
    case 'HPE_HEADER_OVERFLOW':
      return isLongFirstLine(error.rawPacket) ? new UrlTooLong() : new HeadersTooLarge();
    default:
      return new BadRequest();
  }
}

function isLongFirstLine(packet: Buffer = Buffer.alloc(0)): boolean {
  const end = packet.indexOf('\r\n');
  return (end === -1 ? packet.length : end) > MAX_URL;
}
