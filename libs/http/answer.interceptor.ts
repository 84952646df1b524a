import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { HEADERS_METADATA } from '@nestjs/common/constants.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { mergeMap, of, type Observable } from 'rxjs';
import { assertAudited, perRoute } from '#auth';
import { Invalid, NotAcceptable } from '#problems';
import { acceptable } from './accept.js';
import { Cursors } from './cursors.js';
import { CREATED, KEY_REQUIRED } from './decorators.js';
import { addDeprecation, addLink, deprecationOf } from './deprecated.js';
import { Idempotency } from './idempotency.js';
import { type Page, PAGE_OF } from './pages.js';
import { refuseParameters, takesQuery } from './query-parameters.js';
import { RateLimit } from './rate-limit.js';
import { TABLE_TYPES, tableOf } from './tables.js';

/** What is said of a route where it is declared. */
const routeOf = perRoute((handler, controller) => {
  const rowClass = Reflect.getMetadata(PAGE_OF, handler) as RowClass | undefined;
  return {
    rowClass,
    types: rowClass ? [...typesOf(handler), ...TABLE_TYPES] : typesOf(handler),
    created: Reflect.getMetadata(CREATED, handler) === true,
    keyRequired: Reflect.getMetadata(KEY_REQUIRED, handler) === true,
    takesQuery: takesQuery(handler, controller),
    deprecation: deprecationOf(handler),
  };
});

/**
 * What every request has around its handler, in one interceptor, as each costs a request a chain of observables of its own. Before: the
 * request is counted against its limit, what it accepts, its query parameters, cursor and Idempotency-Key are looked at. After: the cursor is
 * sealed and the answer read for what headers say of it: `ETag` of what has an id and a version (304 when the caller has it), `Location`
 * of what was created, `Link` of a page with a next one. What is replayed for an Idempotency-Key gets its headers like the first answer.
 */
@Injectable()
export class AnswerInterceptor implements NestInterceptor {
  constructor(
    private readonly rateLimit: RateLimit,
    private readonly cursors: Cursors,
    private readonly idempotency: Idempotency,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const { created, deprecation, keyRequired, rowClass, types, takesQuery: hasQuery } = routeOf(context);
    if (deprecation) addDeprecation(deprecation, reply);
    this.rateLimit.count(request, reply);
    // Before the handler: what is answered 406 has changed nothing.
    const type = acceptable(request.headers.accept, types);
    if (!type) throw new NotAcceptable();
    if (!hasQuery) refuseParameters(request);
    const sealed = this.cursors.open(request);
    return this.idempotency.answerOf(context, next, keyRequired).pipe(
      mergeMap((given: unknown) => {
        assertAudited(context);
        if (!isObject(given)) return of(given);
        const answer = sealed(given) as Fields;
        if (created && typeof answer.id === 'string') reply.header('Location', `${pathOf(request)}/${answer.id}`);
        if ('nextCursor' in answer) addNextLink(answer.nextCursor, request, reply);
        if (rowClass && TABLE_TYPES.includes(type)) {
          reply.type(type.startsWith('text/') ? `${type}; charset=utf-8` : type);
          return tableOf(rowClass, (answer as unknown as Page<object>).data, type);
        }
        return of(isVersioned(answer) && addETag(answer.version, request, reply) ? undefined : answer);
      }),
    );
  }
}

/** `If-None-Match` (RFC 9110 §13.1.2). */
export const MAX_TAGS = 200;
export const TAGS = /^(\*|(W\/)?"[^"]*"( *, *(W\/)?"[^"]*")*)$/;
const NO_TAGS = { zh: '应为 * 或 ETag 的原值，如 "3"', en: 'must be * or values of ETags, such as "3"' };

type Fields = Record<string, unknown>;
type RowClass = Parameters<typeof tableOf>[0];
/** Where `@ApiProduces` keeps its types. */
const PRODUCES = 'swagger/apiProduces';

/** The type that a page says of itself with `@Header('Content-Type', …)`. */
function pageType(handler: object): string | undefined {
  const headers = (Reflect.getMetadata(HEADERS_METADATA, handler) ?? []) as { name: string; value: unknown }[];
  const value = headers.find(({ name }) => name.toLowerCase() === 'content-type')?.value;
  return typeof value === 'string' ? value.split(';', 1)[0]! : undefined;
}

/** The media types that a route makes, best first. */
function typesOf(handler: object): string[] {
  return (Reflect.getMetadata(PRODUCES, handler) as string[] | undefined) ?? [pageType(handler) ?? 'application/json'];
}

function isObject(answer: unknown): answer is Fields {
  return typeof answer === 'object' && answer !== null;
}

function isVersioned(answer: Fields): answer is Fields & { version: number } {
  return typeof answer.id === 'string' && Number.isInteger(answer.version);
}

function pathOf(request: FastifyRequest): string {
  return (request.raw.url ?? '/').split('?', 1)[0]!.replace(/\/$/, '');
}

/** Relative, so that no Host header can turn it elsewhere (RFC 8288). */
function addNextLink(cursor: unknown, request: FastifyRequest, reply: FastifyReply): void {
  if (typeof cursor !== 'string') return;
  const params = new URLSearchParams((request.raw.url ?? '').split('?')[1] ?? '');
  params.set('cursor', cursor);
  addLink(reply, `<${pathOf(request)}?${params.toString()}>; rel="next"`);
}

/** True when the caller has this very version: the answer is 304 without a body (RFC 9110). */
function addETag(version: number, request: FastifyRequest, reply: FastifyReply): boolean {
  const tag = `"${version}"`;
  reply.header('ETag', tag);
  const known = request.headers['if-none-match'];
  if (known === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) return false;
  if (known.length > MAX_TAGS || !TAGS.test(known))
    throw new Invalid({ errors: [{ pointer: 'If-None-Match', ...NO_TAGS }] });
  const tags = known.split(',').map((one) => one.trim().replace(/^W\//, ''));
  if (!tags.includes(tag) && known.trim() !== '*') return false;
  reply.status(304);
  return true;
}
