import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BODY_LIMIT } from './decorators.js';
import { BadRequest, BodyTooLarge, UnsupportedMediaType } from '#problems';

const RAW_BODY = 'rawBody';
export const UTF_8 = 'utf-8';
const CHARSET = /;\s*charset\s*=\s*"?([^\s";]+)/i;
export const JSON_TYPE = 'application/json';

/** A body as it came, only unzipped. */
export interface RawContent {
  /** Media type without parameters. */
  type: string;
  /** One of the type's, in lower case. */
  charset: string;
  bytes: Buffer;
}

/**
 * A media type that a route reads itself: bytes a body may have, once unzipped, charsets it may declare (none: UTF-8 alone), and its
 * schema for OpenAPI.
 */
export interface RawType {
  maxBytes: number;
  charsets?: readonly string[];
  schema: Record<string, unknown>;
}
type RawTypes = Record<string, RawType>;

/**
 * This route reads its bodies itself, as `@Raw()`. They may come with `Content-Encoding: gzip`. Other media types and
 * charsets are answered 415, larger bodies 413.
 */
export const RawBody =
  (types: RawTypes): MethodDecorator =>
  (target, key, descriptor) => {
    const maxBytes = Math.max(...Object.values(types).map((type) => type.maxBytes));
    RouteConfig({ [BODY_LIMIT]: maxBytes, [RAW_BODY]: types })(target, key, descriptor);
    Reflect.defineMetadata(RAW_BODY, types, descriptor.value as object);
  };

/** What OpenAPI says of the bodies of such a route; undefined for others. */
export function rawRequestBody(handler: object) {
  const types = Reflect.getMetadata(RAW_BODY, handler) as RawTypes | undefined;
  if (!types) return undefined;
  const content = Object.entries(types).map(([type, { schema }]) => [type, { schema }]);
  return { required: true, content: Object.fromEntries(content) as Record<string, { schema: RawType['schema'] }> };
}

/** `@Raw() content: RawContent` = the body of a `@RawBody` route. */
export const Raw = createParamDecorator(
  (_: unknown, context: ExecutionContext): RawContent =>
    (context.switchToHttp().getRequest<FastifyRequest>().body ?? {
      type: JSON_TYPE,
      charset: UTF_8,
      bytes: Buffer.alloc(0),
    }) as RawContent,
);

function rawTypesOf(request: FastifyRequest): RawTypes | undefined {
  return (request.routeOptions.config as { [RAW_BODY]?: RawTypes } | undefined)?.[RAW_BODY];
}

/** The charset that a request declares for its body, in lower case; none: UTF-8. */
export function charsetOf(request: FastifyRequest): string {
  const declared = CHARSET.exec(request.headers['content-type'] ?? '')?.[1]!.toLowerCase() ?? UTF_8;
  return declared === 'utf8' ? UTF_8 : declared;
}

/** The body of a `@RawBody` route; undefined on other routes. */
export function rawContent(request: FastifyRequest, bytes: Buffer): RawContent | undefined {
  const types = rawTypesOf(request);
  if (!types) return undefined;
  const header = request.headers['content-type'] ?? '';
  const type = header.split(';', 1)[0]!.trim().toLowerCase();
  const known = types[type];
  const charset = charsetOf(request);
  if (!known || !(known.charsets ?? [UTF_8]).includes(charset)) throw new UnsupportedMediaType();
  if (bytes.length > known.maxBytes) throw new BodyTooLarge();
  return { type, charset, bytes };
}

/** Bodies that are lines, tables, workbooks or forms, and gzip, for the routes that take them. */
export function registerRawBodies(fastify: FastifyInstance): void {
  fastify.addContentTypeParser(
    /^(?:application\/x-ndjson|application\/x-www-form-urlencoded|application\/vnd\.openxmlformats-officedocument\.spreadsheetml\.sheet|text\/csv)(?:\s*;|$)/i,
    { parseAs: 'buffer' },
    (request, body, done) => {
      try {
        const content = rawContent(request, body as Buffer);
        if (!content) throw new UnsupportedMediaType();
        done(null, content);
      } catch (error) {
        done(error as Error);
      }
    },
  );
  fastify.addHook('preParsing', async (request, _reply, payload) => {
    const encoding = request.headers['content-encoding'] ?? 'identity';
    if (encoding === 'identity') return payload;
    if (encoding.toLowerCase() !== 'gzip' || !rawTypesOf(request)) throw new UnsupportedMediaType();
    return unzipped(payload as Readable, request.routeOptions.bodyLimit!);
  });
}

/** Stops at `limit` bytes, however small what was sent is. */
function unzipped(payload: Readable, limit: number): Readable {
  const gunzip = createGunzip();
  // Errors reach the reader through `gunzip`.
  pipeline(payload, gunzip, () => undefined);
  async function* chunks(): AsyncGenerator<Buffer> {
    let bytes = 0;
    try {
      for await (const chunk of gunzip) {
        bytes += (chunk as Buffer).length;
        if (bytes > limit) throw new BodyTooLarge();
        yield chunk as Buffer;
      }
    } catch (error) {
      throw error instanceof BodyTooLarge ? error : new BadRequest();
    }
  }
  // Fastify compares it with Content-Length.
  return Object.defineProperty(Readable.from(chunks()), 'receivedEncodedLength', { get: () => gunzip.bytesWritten });
}
